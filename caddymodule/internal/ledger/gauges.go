package ledger

import (
	"context"
	"time"

	"github.com/paybridge/paybridge/translate"
)

// Gauges is how much there is that is not done with.
type Gauges struct {
	Orders        map[translate.State]StateGauge // every state that is not final
	OverdueOrders int                            // orders whose next step is overdue
	OverdueTwice  int                            // those of them that are in doubt or a failed refund, and counted there too

	Waiting              int       // notifications
	OldestDue            time.Time // when the first of them can be claimed; zero for none
	OverdueNotifications int       // those that could have been claimed before now
	Exhausted            int       // notifications
	Paused               int       // notifications
	Withheld             int       // notifications

	PausedMerchants int
	OldestPause     time.Time // since when the first of them is; zero for none

	SetAside int // rows that cannot be read, see [Ledger.Recheck]

	Open Matters // what waits for a person
}

// Matters is how much waits for a person to deal with it.
type Matters struct {
	FailedRefunds          int
	ExhaustedNotifications int
	QuarantinedMessages    int
}

// StateGauge is how many orders are in a state, and when the oldest of them was
// begun; zero for none. Of those in doubt it is the oldest that the gateway has not
// called unpaid, and of those refunding it is when the oldest refund was begun.
type StateGauge struct {
	Count  int
	Oldest time.Time
}

// Gauges counts what is open, from indexes that hold nothing else: however many
// orders are final costs nothing. What somebody holds a claim on is overdue only
// when that has ended. Whoever forgives a delay gives an earlier time for now.
func (l *Ledger) Gauges(ctx context.Context, now time.Time) (Gauges, error) {
	gauges, err := read(ctx, l, func(t *tx) (Gauges, error) { return gauge(t, toMillis(now)) })
	return gauges, wrap(err, "counting what is open")
}

var (
	countOpen = `SELECT state, count(*), CAST(min(created_at) AS BIGINT) FROM orders
		WHERE ` + inStates(openStates) + ` GROUP BY state`
	// The oldest order in doubt that the gateway has not called unpaid: with the
	// others no money is in doubt.
	oldestDoubt = `SELECT CAST(created_at AS BIGINT) FROM orders o WHERE state = '` + string(translate.InDoubt) + `' AND NOT EXISTS (
			SELECT 1 FROM events e WHERE e.order_id = o.order_id AND e.mer_id = o.mer_id AND e.kind = '` + UnpaidEvent + `')
		ORDER BY created_at LIMIT 1`
	// When the oldest refund was begun, among the oldest orders: no refund is older than its order.
	oldestRefund = `SELECT CAST(COALESCE(min(COALESCE((
			SELECT max(e.at) FROM events e WHERE e.order_id = r.order_id AND e.mer_id = r.mer_id
				AND e.kind = '` + movedEvent + `' AND e.detail LIKE '%` + leadsTo + string(translate.Refunding) + `'
		), r.created_at)), 0) AS BIGINT) FROM (
			SELECT order_id, mer_id, created_at FROM orders WHERE state = '` + string(translate.Refunding) + `'
			ORDER BY created_at LIMIT 1000) r`
	countOverdue = `SELECT count(*), COALESCE(sum(CASE WHEN ` + inStates(append([]translate.State{translate.InDoubt}, matterStates...)) + ` THEN 1 ELSE 0 END), 0)
		FROM orders WHERE next > 0 AND next < $1`
	countWaiting = `SELECT count(*), COALESCE(sum(CASE WHEN ready < $1 THEN 1 ELSE 0 END), 0), CAST(COALESCE(min(ready), 0) AS BIGINT)
		FROM notifications WHERE state = 'waiting' AND mer_id >= ''`
	countStuck = `SELECT state, count(*) FROM notifications
		WHERE state <> 'waiting' AND state IN ('exhausted', 'paused', 'withheld') GROUP BY state`
	countPauses = `SELECT count(*), CAST(COALESCE(min(at), 0) AS BIGINT) FROM pauses WHERE resume = 0`
	countAside  = `SELECT count(*) FROM set_aside`
	// What is dealt with has left the list, and its row goes when it is tried again.
	countMatters = `SELECT
		(SELECT count(*) FROM orders WHERE ` + inStates(matterStates) + `) - (SELECT count(*) FROM dealt WHERE kind = 'refund'),
		(SELECT count(*) FROM dealt WHERE kind = 'notification'),
		(SELECT count(*) FROM quarantine WHERE dealt_at = 0)`
)

func gauge(t *tx, now millis) (Gauges, error) {
	g := Gauges{Orders: map[translate.State]StateGauge{}}
	for _, state := range openStates {
		g.Orders[state] = StateGauge{}
	}
	stuck := map[NotificationState]*int{Exhausted: &g.Exhausted, Paused: &g.Paused, Withheld: &g.Withheld}
	var due, doubted, refunding, pausedSince millis
	var dealt int // exhausted notifications
	for _, count := range []struct {
		text string
		args []any
		scan func(row) error
	}{
		{countOpen, nil, g.addState},
		{oldestDoubt, nil, func(r row) error { return r.Scan(&doubted) }},
		{oldestRefund, nil, func(r row) error { return r.Scan(&refunding) }},
		{countOverdue, []any{now}, func(r row) error { return r.Scan(&g.OverdueOrders, &g.OverdueTwice) }},
		{countWaiting, []any{now}, func(r row) error { return r.Scan(&g.Waiting, &g.OverdueNotifications, &due) }},
		{countStuck, nil, func(r row) error {
			var state NotificationState
			var n int
			err := r.Scan(&state, &n)
			if to := stuck[state]; to != nil {
				*to = n
			}
			return err
		}},
		{countPauses, nil, func(r row) error { return r.Scan(&g.PausedMerchants, &pausedSince) }},
		{countAside, nil, func(r row) error { return r.Scan(&g.SetAside) }},
		{countMatters, nil, func(r row) error {
			return r.Scan(&g.Open.FailedRefunds, &dealt, &g.Open.QuarantinedMessages)
		}},
	} {
		_, err := all(t, func(r row) (none, error) { return none{}, count.scan(r) }, count.text, count.args...)
		if err != nil {
			return Gauges{}, err
		}
	}
	g.OldestDue, g.OldestPause = due.time(), pausedSince.time()
	for state, since := range map[translate.State]millis{translate.InDoubt: doubted, translate.Refunding: refunding} {
		g.Orders[state] = StateGauge{g.Orders[state].Count, since.time()}
	}
	g.Open.ExhaustedNotifications = g.Exhausted - dealt
	return g, nil
}

func (g *Gauges) addState(r row) error {
	var state translate.State
	var n int
	var oldest millis
	err := r.Scan(&state, &n, &oldest)
	g.Orders[state] = StateGauge{n, oldest.time()}
	return err
}
