package ledger_test

import (
	"slices"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
)

// walked is all that a list brings, page by page: what is there, and what cannot be
// read.
func walked[T any](t *testing.T, what string, page func(after ledger.Cursor) (ledger.List[T], error)) (items []T, unreadable []ledger.UnreadableError) {
	t.Helper()
	var after ledger.Cursor
	for range 1000 {
		list, err := page(after)
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		items, unreadable = append(items, list.Items...), append(unreadable, list.Unreadable...)
		if list.Next.IsZero() {
			return items, unreadable
		}
		after = list.Next
	}
	t.Fatalf("%s: the list has no end", what)
	return nil, nil
}

// placeDamages are times by which a list cannot put a row in its place.
var placeDamages = []struct {
	set   string
	cause string
	loose bool
}{
	{`created_at = -1`, "created_at: negative", false},
	{`created_at = 'secret'`, "created_at: not of its type", true},
	{`created_at = created_at + 0.5`, "created_at: not of its type", true},
	{`created_at = x'00ff'`, "created_at: not of its type", true},
}

// unreadableInPages has damaged rows at every place of a page; some fill whole pages.
// Nothing sound is left out, and everything damaged is named.
func unreadableInPages(t *testing.T, p place) {
	l, _ := damageable(t, p)
	const rows = 24
	bad := map[ledger.Key]string{}
	for i := range rows {
		o := sample(i)
		o.CreatedAt = after(time.Duration(i/5) * time.Second) // five of a time
		pay(t, l, o, o.CreatedAt)
		d := mustClaim(t, l, after(time.Minute), 1)
		mustFinish(t, l, d[0].Notification, ledger.Exhausted, time.Time{})
	}
	for i := range rows {
		k := sample(i).Key
		switch {
		case i%3 == 0 || i > 14: // nine in a row at the top
			wreck(t, l, `orders SET amount = -1`, k)
			wreck(t, l, `notifications SET attempts = -1`, k)
			bad[k] = "negative"
		case i < len(placeDamages):
			if d := placeDamages[i]; !d.loose || isLoose(p) {
				wreck(t, l, `orders SET `+d.set, k)
				wreck(t, l, `notifications SET `+d.set, k)
				bad[k] = d.cause
			}
		}
	}
	for limit := 1; limit <= rows+1; limit += 3 {
		orders, damaged := walked(t, "orders", func(at ledger.Cursor) (ledger.List[ledger.Order], error) {
			return l.Orders(t.Context(), ledger.OrderFilter{After: at, Limit: limit})
		})
		wantAll(t, "orders", rows, bad, namesOf(orders, orderKey), damaged, "order")
		for _, f := range []ledger.NotificationFilter{{}, {Open: true}, {MerID: sample(0).MerID}} {
			f.Limit = limit
			notifications, damaged := walked(t, "notifications", func(at ledger.Cursor) (ledger.List[ledger.Notification], error) {
				f.After = at
				return l.Notifications(t.Context(), f)
			})
			wantAll(t, "notifications", rows, bad, namesOf(notifications, notificationKey), damaged, "notification")
		}
	}
	// Whatever a list meets is set aside, once.
	if got := mustGauge(t, l, noon).SetAside; got != 2*len(bad) {
		t.Errorf("%d rows are set aside, want %d orders and as many notifications", got, len(bad))
	}
}

func namesOf[T any](list []T, key func(T) ledger.Key) (keys []ledger.Key) {
	for _, item := range list {
		keys = append(keys, key(item))
	}
	return keys
}

// wantAll checks that each of the rows came once, and the bad ones by name.
func wantAll(t *testing.T, what string, rows int, bad map[ledger.Key]string, keys []ledger.Key, damaged []ledger.UnreadableError, kind ledger.RowKind) {
	t.Helper()
	seen := map[ledger.Key]bool{}
	for _, k := range keys {
		if seen[k] || bad[k] != "" {
			t.Errorf("%s: %v comes, twice or although it is damaged", what, k)
		}
		seen[k] = true
	}
	for _, d := range damaged {
		if seen[d.Key] || bad[d.Key] == "" || d.Kind != kind {
			t.Errorf("%s: named is %+v, twice or although it is sound", what, d)
		}
		seen[d.Key] = true
	}
	if len(seen) != rows {
		t.Errorf("%s: %d of %d rows came", what, len(seen), rows)
	}
}

// unreadableParts has damaged rows in what belongs to an order, and in the lists of
// operators: what is sound is there, and the others are named.
func unreadableParts(t *testing.T, p place) {
	if !isLoose(p) {
		t.Skip("PostgreSQL keeps numbers numbers")
	}
	l, logs := damageable(t, p)
	o := sample(1)
	pay(t, l, o, noon)
	mustFinish(t, l, mustClaim(t, l, after(time.Second), 1)[0].Notification, ledger.Waiting, after(time.Minute))
	mustFinish(t, l, mustClaim(t, l, after(time.Minute), 1)[0].Notification, ledger.Exhausted, time.Time{})
	for i := range 3 {
		because := ledger.Change{Who: "ann", Why: "test", At: after(time.Duration(i) * time.Hour)}
		if err := l.Resend(t.Context(), o.Key, after(100*time.Hour), because); err != nil {
			t.Fatal(err)
		}
		mustExec(t, l, `UPDATE notifications SET state = 'exhausted'`)
	}
	for _, kind := range []string{"call", "odd", "late"} {
		if err := l.AddEvents(t.Context(), o.Key, ledger.Event{Kind: kind, Source: "test"}); err != nil {
			t.Fatal(err)
		}
		if err := l.Quarantine(t.Context(), ledger.Quarantined{Key: o.Key, Source: "notice", OrderNo: kind, Cause: "amount"}, noon); err != nil {
			t.Fatal(err)
		}
	}
	mustPause(t, l, "B")
	mustPause(t, l, "C")
	for _, text := range []string{
		`UPDATE attempts SET status = 'secret' WHERE n = 1`,
		`UPDATE changes SET at = 'secret' WHERE at = (SELECT max(at) FROM changes WHERE what = 'resend')`,
		`UPDATE events SET times = 'secret' WHERE kind = 'odd'`,
		`UPDATE events SET at = 1.5 WHERE kind = 'late'`,
		`UPDATE quarantine SET times = x'00ff' WHERE order_no = 'odd'`,
		`UPDATE quarantine SET created_at = 'secret' WHERE order_no = 'late'`,
		`UPDATE pauses SET at = 'secret' WHERE mer_id = 'B'`,
	} {
		mustExec(t, l, text)
	}
	attempts, err := l.Attempts(t.Context(), o.Key)
	wantNames(t, err, attempts.Unreadable, ledger.UnreadableError{Kind: "attempt", Key: o.Key, ID: "1", Cause: "status: not of its type"})
	if len(attempts.Items) != 1 || attempts.Items[0].N != 2 {
		t.Errorf("attempts: %+v", attempts.Items)
	}
	changes, err := l.Changes(t.Context(), ledger.ChangeFilter{Key: o.Key})
	wantNames(t, err, changes.Unreadable, ledger.UnreadableError{Kind: "change", Key: o.Key, Cause: "at: not of its type"})
	if len(changes.Items) != 2 {
		t.Errorf("changes: %+v", changes.Items)
	}
	first, err := l.Changes(t.Context(), ledger.ChangeFilter{Key: o.Key, Limit: 1})
	wantNames(t, err, first.Unreadable, ledger.UnreadableError{Kind: "change", Key: o.Key, Cause: "at: not of its type"})
	if first.Next.IsZero() {
		t.Error("changes: older ones are not told")
	}
	events, err := l.Events(t.Context(), o.Key)
	wantNames(t, err, events.Unreadable,
		ledger.UnreadableError{Kind: "event", Key: o.Key, Cause: "at: not of its type"},
		ledger.UnreadableError{Kind: "event", Key: o.Key, Cause: "times: not of its type"})
	if !slices.ContainsFunc(events.Items, func(e ledger.Event) bool { return e.Kind == "call" }) {
		t.Errorf("events: %+v", events.Items)
	}
	messages, damaged := walked(t, "quarantine", func(at ledger.Cursor) (ledger.List[ledger.Quarantined], error) {
		return l.QuarantinedMessages(t.Context(), ledger.QuarantineFilter{After: at, Limit: 1})
	})
	wantNames(t, nil, damaged,
		ledger.UnreadableError{Kind: "quarantined message", Key: o.Key, Cause: "created_at: not of its type"},
		ledger.UnreadableError{Kind: "quarantined message", Key: o.Key, Cause: "times: not of its type"})
	if len(messages) != 1 || messages[0].OrderNo != "call" {
		t.Errorf("quarantine: %+v", messages)
	}
	_, err = l.QuarantinedMessage(t.Context(), damaged[0].ID)
	wantError(t, err, ledger.ErrUnreadable)
	pauses, err := l.PausedMerchants(t.Context())
	wantNames(t, err, pauses.Unreadable, ledger.UnreadableError{Kind: "pause", Key: ledger.Key{MerID: "B"}, Cause: "at: not of its type"})
	if len(pauses.Items) != 1 || pauses.Items[0].MerID != "C" {
		t.Errorf("paused: %+v", pauses.Items)
	}
	for range 3 { // whoever looks again and again does not fill the log
		if _, err := l.Events(t.Context(), o.Key); err != nil {
			t.Fatal(err)
		}
	}
	if lines := logs.FilterMessage("row cannot be read and is left out").FilterField(zap.String("kind", "event")).Len(); lines != 2 {
		t.Errorf("%d lines name the two events", lines)
	}
}

func mustExec(t *testing.T, l *ledger.Ledger, text string) {
	t.Helper()
	if err := ledger.Exec(t.Context(), l, text); err != nil {
		t.Fatal(err)
	}
}

// wantNames checks what is named, in any order. What names a row besides its order
// is compared where it is known.
func wantNames(t *testing.T, err error, got []ledger.UnreadableError, want ...ledger.UnreadableError) {
	t.Helper()
	if err != nil || len(got) != len(want) {
		t.Fatalf("named are %+v, %v, want %+v", got, err, want)
	}
	for _, w := range want {
		if !slices.ContainsFunc(got, func(g ledger.UnreadableError) bool {
			named := g.Kind == w.Kind && g.Key == w.Key && g.Cause == w.Cause
			return named && (w.ID == g.ID || w.ID == "" && g.ID != "")
		}) {
			t.Errorf("named are %+v, want %+v", got, w)
		}
	}
}

// unreadableSamples leave a gap in a plot.
func unreadableSamples(t *testing.T, p place) {
	if !isLoose(p) {
		t.Skip("PostgreSQL keeps numbers numbers")
	}
	l, _ := damageable(t, p)
	for i := range 3 {
		if err := l.AddSample(t.Context(), ledger.Sample{At: after(time.Duration(i) * time.Minute)}); err != nil {
			t.Fatal(err)
		}
	}
	mustBegin(t, l, sample(1))
	mustExec(t, l, `UPDATE orders SET created_at = created_at + 0.5`)
	mustExec(t, l, `UPDATE samples SET waiting = 'secret' WHERE at = (SELECT min(at) FROM samples)`)
	if got, err := l.Samples(t.Context(), noon, after(time.Hour)); err != nil || len(got) != 2 {
		t.Errorf("samples: %+v, %v", got, err)
	}
	if got, err := l.Outcomes(t.Context(), noon, after(time.Hour), time.Hour); err != nil || got[0].States[translate.Begun] != 1 {
		t.Errorf("outcomes: %+v, %v", got, err)
	}
}

// unreadableFound is what a number names and cannot be read.
func unreadableFound(t *testing.T, p place) {
	l, logs := damageable(t, p)
	good, bad := mustBegin(t, l, of("A", 1)), of("B", 2)
	bad.OrderID = good.OrderID
	mustBegin(t, l, bad)
	wreck(t, l, `orders SET claim = -1`, bad.Key)
	found, err := l.FindOrders(t.Context(), good.OrderID, 10)
	wantNames(t, err, found.Unreadable, ledger.UnreadableError{Kind: "order", Key: bad.Key, Cause: "claim: negative"})
	if len(found.Items) != 1 || found.Items[0].Key != good.Key || !found.Next.IsZero() {
		t.Errorf("found: %+v", found)
	}
	found, err = l.FindOrders(t.Context(), good.OrderID, 1)
	if err != nil || len(found.Unreadable) != 1 || found.Next.IsZero() {
		t.Errorf("found of two: %+v, %v", found, err)
	}
	wantNamed(t, logs, "order", "claim: negative", bad.Key)
}

// unreadableAsked is a final order, which no claim meets: whoever asks for it
// makes it known.
func unreadableAsked(t *testing.T, p place) {
	l, logs := damageable(t, p)
	pay(t, l, sample(1), noon)
	wreck(t, l, `orders SET amount = -1`, sample(1).Key)
	for range 3 {
		_, err := l.Order(t.Context(), sample(1).Key)
		wantError(t, err, ledger.ErrUnreadable)
		_, _, err = l.Begin(t.Context(), sample(1))
		wantError(t, err, ledger.ErrUnreadable)
	}
	wantNamed(t, logs, "order", "amount: negative", sample(1).Key)
	if got := mustGauge(t, l, noon).SetAside; got != 1 {
		t.Errorf("%d rows are set aside, want 1", got)
	}
	wreck(t, l, `orders SET amount = 1`, sample(1).Key)
	mustRecheck(t, l, noon)
	if got := mustGauge(t, l, noon).SetAside; got != 0 {
		t.Errorf("%d rows are set aside after it was mended", got)
	}
	wreck(t, l, `orders SET amount = -1`, sample(1).Key)
	_, err := l.Order(t.Context(), sample(1).Key)
	wantError(t, err, ledger.ErrUnreadable)
	if got := mustGauge(t, l, noon).SetAside; got != 1 {
		t.Errorf("%d rows are set aside when it is damaged again", got)
	}
}

// strays are in states that this program does not know, and no claim meets them.
func strays(t *testing.T, p place) {
	l, logs := damageable(t, p)
	states := []string{`'paid '`, `'PAID'`, `'a'`, `'zz'`, `''`, `'refund_failed2'`}
	if isLoose(p) {
		states = append(states, `x'00ff'`, `CAST(x'66ff' AS TEXT)`, `7`)
	}
	for i, state := range states {
		o := sample(i)
		pay(t, l, o, noon)
		mustFinish(t, l, mustClaim(t, l, after(time.Minute), 1)[0].Notification, ledger.Delivered, time.Time{})
		wreck(t, l, `orders SET state = `+state, o.Key)
		wreck(t, l, `notifications SET state = `+state, o.Key)
	}
	pay(t, l, sample(100), noon)
	mustRecheck(t, l, after(time.Minute))
	mustRecheck(t, l, after(2*time.Minute))
	if got := mustGauge(t, l, noon).SetAside; got != 2*len(states) {
		t.Errorf("%d rows are set aside, want %d orders and as many notifications", got, len(states))
	}
	for i := range states {
		wantNamed(t, logs, "order", "state: unknown", sample(i).Key)
		wantNamed(t, logs, "notification", "", sample(i).Key)
	}
	orders, err := l.Orders(t.Context(), ledger.OrderFilter{})
	if err != nil || len(orders.Items) != 1 || len(orders.Unreadable) != len(states) {
		t.Errorf("orders: %+v, %v", orders, err)
	}
	notifications, err := l.Notifications(t.Context(), ledger.NotificationFilter{})
	if err != nil || len(notifications.Items) != 1 || len(notifications.Unreadable) != len(states) {
		t.Errorf("notifications: %+v, %v", notifications, err)
	}
	// Somebody mends them; one becomes open and due, as its row has no next step.
	mustExec(t, l, `UPDATE orders SET state = 'paid' WHERE order_id <> '`+sample(0).OrderID+`'`)
	mustExec(t, l, `UPDATE orders SET state = 'in_doubt' WHERE order_id = '`+sample(0).OrderID+`'`)
	mustExec(t, l, `UPDATE notifications SET state = 'delivered' WHERE state <> 'waiting'`)
	mustRecheck(t, l, after(3*time.Minute))
	if got := mustGauge(t, l, noon).SetAside; got != 0 {
		t.Errorf("%d rows are set aside, want none", got)
	}
	mustRecheck(t, l, after(3*time.Minute))
	if got := mustClaimOrders(t, l, after(3*time.Minute), 10); len(got) != 1 || got[0].Key != sample(0).Key {
		t.Errorf("claimed %+v", got)
	}
}

// idleOrders are open, and nothing would ever happen to them.
func idleOrders(t *testing.T, p place) {
	l, logs := damageable(t, p)
	for i, next := range []string{`0`, `-5`} {
		o := mustBegin(t, l, sample(i))
		wreck(t, l, `orders SET next = `+next, o.Key)
	}
	pay(t, l, sample(10), noon) // final, and has none either
	if got := mustClaimOrders(t, l, after(100*time.Hour), 10); len(got) != 0 {
		t.Fatalf("claimed %+v", got)
	}
	mustRecheck(t, l, after(time.Minute))
	if got := mustClaimOrders(t, l, after(time.Minute), 10); len(got) != 2 {
		t.Errorf("claimed %+v", got)
	}
	lines := logs.FilterLevelExact(zapcore.WarnLevel).FilterMessageSnippet("had no next step").Len()
	if lines != 2 {
		t.Errorf("%d lines name the two orders", lines)
	}
}
