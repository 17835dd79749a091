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
// whoever was found first. What one cannot use is left to those behind, and so is the
// place of one that is granted nothing, because its hosts are full or slow: however many
// such merchants are in front, the others are served.
func share(found []pile, room Room) []quota {
	left := min(room.Limit, maxClaims)
	merchants := byMerchant(found, room)
	hosts := maxShares / max(1, min(len(merchants), left, maxShares)) // of one merchant
	var shares []quota
	for i, places := 0, maxShares; i < len(merchants) && left > 0 && places > 0; i++ {
		m := merchants[i]
		part := min(portion(left, min(len(merchants)-i, places)), m.free)
		taken := grants(m.piles, room, part, hosts)
		for _, q := range taken {
			left -= q.n
		}
		if len(taken) > 0 {
			places--
		}
		shares = append(shares, taken...)
	}
	return shares
}

// grants divides one merchant's part among its hosts, of which so many are served at most.
func grants(piles []pile, room Room, part, hosts int) (taken []quota) {
	for i, p := range piles {
		if part == 0 || len(taken) == hosts {
			break
		}
		if n := room.Grant(p.merID, p.host, portion(part, min(hosts-len(taken), len(piles)-i))); n > 0 {
			taken, part = append(taken, quota{p, n}), part-n
		}
	}
	return taken
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
