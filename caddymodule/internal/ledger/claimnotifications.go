package ledger

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

const (
	dueNotifications = `SELECT mer_id, host FROM notifications
		WHERE state = 'waiting' AND ready + 0 <= $1 ORDER BY ready + 0 LIMIT CAST($2 AS BIGINT)`

	waitingHosts = `WITH RECURSIVE begin (mer_id, host) AS (SELECT value->>0, value->>1 FROM {elements}),
		walk (mer_id, host, n) AS (
			SELECT mer_id, CASE WHEN host = ''
				THEN (SELECT min(q.host) FROM notifications q WHERE q.state = 'waiting' AND q.mer_id = begin.mer_id)
				ELSE (SELECT min(q.host) FROM notifications q
					WHERE q.state = 'waiting' AND q.mer_id = begin.mer_id AND q.host > begin.host)
				END, 1 FROM begin
			UNION ALL
			SELECT mer_id, (SELECT min(q.host) FROM notifications q
				WHERE q.state = 'waiting' AND q.mer_id = walk.mer_id AND q.host > walk.host), n + 1
			FROM walk WHERE host IS NOT NULL AND n < $2
		) SELECT mer_id, host, n, COALESCE((SELECT min(q.ready) FROM notifications q
			WHERE q.state = 'waiting' AND q.mer_id = walk.mer_id AND q.host = walk.host) <= $3, FALSE)
		FROM walk WHERE host IS NOT NULL`

	holdNotifications = `UPDATE notifications SET ready = $2, claim = claim + 1
		WHERE (order_id, mer_id) IN (SELECT value->>0, value->>1 FROM {elements})`
)

var waitingMerchants = merchantsBehind("notifications", "q.state = 'waiting'")

func notificationQueue() *queue {
	return &queue{due: dueNotifications, merchants: waitingMerchants, hosts: waitingHosts}
}

// ClaimNotifications gives the caller notifications that are due, no more than
// there is room for, with their orders. They are the caller's until now + lease.
// The lease must outlive the call of the merchant. offer is asked for the room
// before every search for what is due.
//
// Merchants that have something due get equal shares of the room, whatever waits
// elsewhere, and so do the hosts of each. So less than the room may come back
// although more is due; [Ledger.NextDue] tells.
//
// What is due of a paused merchant is parked instead, see [Ledger.Pause].
func (l *Ledger) ClaimNotifications(
	ctx context.Context, now time.Time, lease time.Duration, offer func() Room,
) ([]Delivery, error) {
	var given []Delivery
	err := l.claimBySearches(ctx, l.notifications, toMillis(now), offer, func(shares []quota) (int, bool, error) {
		c, err := write(ctx, l, func(t *tx) (claim, error) {
			return claimDue(t, shares, toMillis(now), toMillis(now.Add(lease)))
		})
		if err == nil {
			l.tellAside(c.aside)
		}
		given = c.given
		return len(c.given), c.parked || c.mended || len(c.aside) > 0, err
	})
	if err != nil {
		return nil, fmt.Errorf("claiming notifications: %w", err)
	}
	slices.SortStableFunc(given, func(a, b Delivery) int { return a.Due.Compare(b.Due) })
	return given, nil
}

// claim is what came of one search for what is due.
type claim struct {
	given  []Delivery
	parked bool // something was to be parked
	aside  []UnreadableError
	mended bool // times were, so that something may be due
}

// claimDue takes the shares of what is due at now and holds it until the lease
// ends, without what is parked of it.
func claimDue(t *tx, shares []quota, now, until millis) (claim, error) {
	text, args := dueOfShares(now, shares)
	due, aside, err := readable(t, scanDue, text, args...)
	if err == nil {
		err = setAside(t, aside, now)
	}
	if err != nil {
		return claim{}, err
	}
	if len(due) == 0 && len(aside) == 0 {
		mended, err := mendTimes(t)
		return claim{mended: mended}, err
	}
	c, err := park(t, now, due)
	c.aside = aside
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

// lockedColumns is notificationColumns as a claim's branches bring them.
var lockedColumns = strings.ReplaceAll(notificationColumns, `n.`, `locked.`)

// dueOfShares builds the query for what is due at several hosts of merchants.
//
// What a claim may change or go by comes out of the branches, which lock the rows:
// read from the table once more, it would be as old as the statement's snapshot,
// and the fence that of a claim that another has made and given back meanwhile.
func dueOfShares(now millis, shares []quota) (string, []any) {
	const columns = `order_id, mer_id, host, state, attempts, created_at, due, claim`
	const branch = `SELECT * FROM (SELECT ` + columns + ` FROM notifications
		WHERE state = 'waiting' AND mer_id = $%d AND host = $%d AND ready <= $1 ORDER BY ready LIMIT CAST($%d AS BIGINT) {skip locked}) AS due%d`
	texts := make([]string, branches(len(shares)))
	args := []any{now}
	for i := range texts {
		var q quota
		if i < len(shares) {
			q = shares[i]
		}
		texts[i] = fmt.Sprintf(branch, len(args)+1, len(args)+2, len(args)+3, i)
		args = append(args, q.merID, q.host, q.n)
	}
	return `WITH locked (` + columns + `) AS MATERIALIZED (` + strings.Join(texts, ` UNION ALL `) + `)
		SELECT p.mer_id IS NOT NULL, ` + lockedColumns + `, ` + orderColumns + `
		FROM locked LEFT JOIN orders o ON o.order_id = locked.order_id AND o.mer_id = locked.mer_id
		LEFT JOIN pauses p ON p.mer_id = locked.mer_id AND p.resume = 0`, args
}

// dueDelivery is what is due and may be given out.
type dueDelivery struct {
	Delivery
	paused bool // its merchant seems to be paused
}

func scanDue(from row) (dueDelivery, error) {
	var c dueDelivery
	var o orderRow
	var created, due millis
	targets := append([]any{&c.paused}, notificationTargets(&c.Notification, &created, &due)...)
	err := from.Scan(append(targets, o.targets()...)...)
	if err != nil {
		return c, err
	}
	c.CreatedAt, c.Due = created.time(), due.time()
	if err := sound(c.Notification, created, due); err != nil {
		return c, err
	}
	c.Order, err = o.finish()
	return c, err
}

func scanText(from row) (string, error) {
	var s string
	err := from.Scan(&s)
	return s, err
}
