package ledger

import (
	"cmp"
	"slices"
)

// Room is what a claim may give out. Its functions are called by the goroutine
// that claims, before it returns.
type Room struct {
	// Limit is the greatest number in all.
	Limit int
	// Merchant returns how much of a merchant's is in hand already, and how much
	// more of it there is room for. Those with the least in hand come first.
	Merchant func(merID string) (inHand, free int)
	// Grant takes up to want of what there is room for, for a merchant and one of
	// its hosts, and returns how much that is. It is asked once about each. Orders
	// have no host.
	Grant func(merID, host string, want int) int
}

// maxShares bounds the merchants and hosts that one claim serves; each is a
// branch of one statement.
const maxShares = 64

// pile is what waits for one merchant at one host; of orders, all of a merchant.
type pile struct{ merID, host string }

// quota is how much a claim may take of a pile.
type quota struct {
	pile
	n int
}

// share divides the room among merchants that have something due, and each part
// among the merchant's hosts. Whoever has the least in hand comes first, and then
// whoever was found first. What one cannot use is left to those behind.
func share(found []pile, room Room) []quota {
	left := min(room.Limit, maxClaims)
	merchants := byMerchant(found, room)
	merchants = merchants[:min(len(merchants), max(left, 0), maxShares)]
	var shares []quota
	for i, m := range merchants {
		part := min(portion(left, len(merchants)-i), m.free)
		most := maxShares / len(merchants)
		for j, p := range m.piles {
			if part == 0 || most == 0 {
				break
			}
			n := room.Grant(p.merID, p.host, portion(part, min(most, len(m.piles)-j)))
			if n > 0 {
				shares = append(shares, quota{p, n})
				part, left, most = part-n, left-n, most-1
			}
		}
	}
	return shares
}

// portion is the part of n that one of so many gets, rounded up.
func portion(n, among int) int { return (n + among - 1) / among }

// candidate is a merchant that something is due of.
type candidate struct {
	inHand, free int
	piles        []pile
}

// byMerchant gathers piles, without those of merchants that have no room.
func byMerchant(found []pile, room Room) []candidate {
	var list []candidate
	at := map[string]int{}
	seen := map[pile]bool{}
	for _, p := range found {
		if seen[p] {
			continue
		}
		seen[p] = true
		i, known := at[p.merID]
		if !known {
			inHand, free := room.Merchant(p.merID)
			i = len(list)
			at[p.merID] = i
			list = append(list, candidate{inHand: inHand, free: free})
		}
		list[i].piles = append(list[i].piles, p)
	}
	list = slices.DeleteFunc(list, func(c candidate) bool { return c.free <= 0 })
	slices.SortStableFunc(list, func(a, b candidate) int { return cmp.Compare(a.inHand, b.inHand) })
	return list
}

// branches is how many branches a statement has for so many shares: a power of two,
// the surplus asking for nothing, so that few different statements have to be
// prepared.
func branches(shares int) int {
	n := 1
	for n < shares {
		n *= 2
	}
	return n
}
