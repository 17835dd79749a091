package ledger

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// heads is every host that something waits for, with the time when the first of
// that can be claimed. It jumps from host to host through the index and so reads
// two entries for each, however many notifications wait there.
const heads = `WITH RECURSIVE hosts (host) AS (
		SELECT min(host) FROM notifications WHERE state = 'waiting'
		UNION ALL
		SELECT (SELECT min(n.host) FROM notifications n WHERE n.state = 'waiting' AND n.host > hosts.host)
		FROM hosts WHERE hosts.host IS NOT NULL
	), heads (host, ready) AS (
		SELECT host, (SELECT min(n.ready) FROM notifications n WHERE n.state = 'waiting' AND n.host = hosts.host)
		FROM hosts WHERE host IS NOT NULL
	) `

const dueHosts = heads + `SELECT host FROM heads WHERE ready <= $1 ORDER BY ready`

const holdNotifications = `UPDATE notifications SET ready = $2, claim = claim + 1
	WHERE (order_id, mer_id) IN (SELECT value->>0, value->>1 FROM {elements})`

// maxHosts bounds the hosts that one claim serves; each is a branch of one
// statement.
const maxHosts = 64

// ClaimNotifications gives the caller up to limit notifications that are due, at
// most free(host) of one host, with their orders. They are the caller's until
// now + lease. The lease must outlive the call of the merchant.
//
// Every host that has something due gets an equal share of limit, whatever waits
// elsewhere, and at least one while limit lasts. So less than limit may come
// back although more is due; [Ledger.NextDue] tells.
//
// What is due of a paused merchant is parked instead, see [Ledger.Pause].
func (l *Ledger) ClaimNotifications(
	ctx context.Context, now time.Time, lease time.Duration, limit int, free func(host string) int,
) ([]Delivery, error) {
	const most = 16 // looks that find nothing but what is to be parked
	free = remembered(free)
	for range most {
		hosts, err := read(ctx, l, func(t *tx) ([]string, error) { return all(t, scanText, dueHosts, toMillis(now)) })
		if err != nil {
			return nil, fmt.Errorf("looking for hosts with due notifications: %w", err)
		}
		shares := share(hosts, min(limit, maxClaims), free)
		if len(shares) == 0 {
			return nil, nil
		}
		c, err := write(ctx, l, func(t *tx) (claim, error) {
			return claimDue(t, shares, toMillis(now), toMillis(now.Add(lease)))
		})
		if err != nil {
			return nil, fmt.Errorf("claiming notifications: %w", err)
		}
		if len(c.given) > 0 || !c.parked {
			slices.SortStableFunc(c.given, func(a, b Delivery) int { return a.Due.Compare(b.Due) })
			return c.given, nil
		}
	}
	return nil, nil
}

// remembered asks free once about each host: it counts what it has promised.
func remembered(free func(string) int) func(string) int {
	known := map[string]int{}
	return func(host string) int {
		n, ok := known[host]
		if !ok {
			n = free(host)
			known[host] = n
		}
		return n
	}
}

// claim is what came of one look at what is due.
type claim struct {
	given  []Delivery
	parked bool // something was to be parked
}

// claimDue takes the shares of what is due at now and holds it until the lease
// ends, without what is parked of it.
func claimDue(t *tx, shares []quota, now, until millis) (claim, error) {
	text, args := dueOfHosts(now, shares)
	due, err := all(t, scanCandidate, text, args...)
	if err != nil || len(due) == 0 {
		return claim{}, err
	}
	c, err := park(t, now, due)
	if err != nil || len(c.given) == 0 {
		return c, err
	}
	keys := make([]Key, len(c.given))
	for i := range c.given {
		keys[i] = c.given[i].Key
		c.given[i].Claim++
	}
	_, err = t.exec(holdNotifications, elements(keys), until)
	return c, err
}

// quota is how many notifications a claim may take of one host.
type quota struct {
	host string
	n    int
}

// share divides limit among the hosts that have room, those that wait longest
// first.
func share(hosts []string, limit int, free func(string) int) []quota {
	var shares []quota
	for _, host := range hosts {
		if len(shares) == min(limit, maxHosts) {
			break
		}
		if n := free(host); n > 0 {
			shares = append(shares, quota{host, n})
		}
	}
	for i := range shares {
		left := len(shares) - i
		shares[i].n = min(shares[i].n, (limit+left-1)/left)
		limit -= shares[i].n
	}
	return shares
}

// lockedColumns is notificationColumns as a claim's branches bring them.
var lockedColumns = strings.ReplaceAll(notificationColumns, `n.`, `locked.`)

// dueOfHosts builds the query for what is due at several hosts. The number of
// its branches is a power of two, the surplus asking for nothing, so that few
// different statements have to be prepared.
//
// What a claim may change or go by comes out of the branches, which lock the rows:
// read from the table once more, it would be as old as the statement's snapshot,
// and the fence that of a claim that another has made and given back meanwhile.
func dueOfHosts(now millis, shares []quota) (string, []any) {
	const columns = `order_id, mer_id, host, state, attempts, created_at, due, claim`
	const branch = `SELECT * FROM (SELECT ` + columns + ` FROM notifications
		WHERE state = 'waiting' AND host = $%d AND ready <= $1 ORDER BY ready LIMIT $%d {skip locked}) AS due%d`
	branches := 1
	for branches < len(shares) {
		branches *= 2
	}
	texts := make([]string, branches)
	args := []any{now}
	for i := range texts {
		var q quota
		if i < len(shares) {
			q = shares[i]
		}
		texts[i] = fmt.Sprintf(branch, len(args)+1, len(args)+2, i)
		args = append(args, q.host, q.n)
	}
	return `WITH locked (` + columns + `) AS MATERIALIZED (` + strings.Join(texts, ` UNION ALL `) + `)
		SELECT p.mer_id IS NOT NULL, ` + lockedColumns + `, ` + orderColumns + `
		FROM locked JOIN orders o ON o.order_id = locked.order_id AND o.mer_id = locked.mer_id
		LEFT JOIN pauses p ON p.mer_id = locked.mer_id AND p.resume = 0`, args
}

// candidate is what is due and may be given out.
type candidate struct {
	Delivery
	paused bool // its merchant seems to be paused
}

func scanCandidate(from row) (candidate, error) {
	var c candidate
	var o orderRow
	var created, due millis
	targets := append([]any{&c.paused}, notificationTargets(&c.Notification, &created, &due)...)
	err := from.Scan(append(targets, o.targets()...)...)
	if err != nil {
		return candidate{}, err
	}
	c.CreatedAt, c.Due = created.time(), due.time()
	c.Order, err = o.finish()
	return c, err
}

func scanText(from row) (string, error) {
	var s string
	err := from.Scan(&s)
	return s, err
}
