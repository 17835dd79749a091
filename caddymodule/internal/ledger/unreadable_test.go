package ledger_test

import (
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
)

// damages is what can happen to a row. What only SQLite lets happen is loose.
var damages = []struct {
	set   string
	cause string
	loose bool
}{
	{`orders SET fingerprint = 'secret'`, "fingerprint: not a SHA-256", false},
	{`orders SET fingerprint = ''`, "fingerprint: not a SHA-256", false},
	{`orders SET state = 'secret'`, "state: unknown", false},
	{`orders SET state = ''`, "state: unknown", false},
	{`orders SET amount = -1`, "amount: negative", false},
	{`orders SET tries = -1`, "tries: negative", false},
	{`orders SET claim = -1`, "claim: negative", false},
	{`orders SET created_at = -1`, "created_at: negative", false},
	{`orders SET paid_at = -1`, "paid_at: negative", false},
	{`orders SET amount = 'secret'`, "amount: not of its type", true},
	{`orders SET amount = 1.5`, "amount: not of its type", true},
	{`orders SET amount = x'00ff'`, "amount: not of its type", true},
	{`orders SET claim = 'secret'`, "claim: not of its type", true},
	{`orders SET late = 'secret'`, "late: not of its type", true},
	{`orders SET expires_at = '2026-11-22 12:00'`, "expires_at: not of its type", true},
}

var damagedNotifications = []struct {
	set   string
	cause string
	loose bool
}{
	{`notifications SET attempts = -1`, "attempts: negative", false},
	{`notifications SET claim = -1`, "claim: negative", false},
	{`notifications SET due = -1`, "due: negative", false},
	{`notifications SET due = 'secret'`, "due: not of its type", true},
	{`notifications SET attempts = 'secret'`, "attempts: not of its type", true},
	{`notifications SET created_at = 1.5`, "created_at: not of its type", true},
}

// damageable opens a ledger and returns what it logs of damaged rows.
func damageable(t *testing.T, p place) (*ledger.Ledger, *observer.ObservedLogs) {
	core, logs := observer.New(zapcore.InfoLevel)
	return p.open(t, ledger.WithLogger(zap.New(core))), logs
}

// wreck changes the row of an order so that it cannot be read.
func wreck(t *testing.T, l *ledger.Ledger, set string, k ledger.Key) {
	t.Helper()
	err := ledger.Exec(t.Context(), l, `UPDATE `+set+` WHERE order_id = $1 AND mer_id = $2`, k.OrderID, k.MerID)
	if err != nil {
		t.Fatal(err)
	}
}

// wantNamed checks that the log names the row once, without what stands in it.
func wantNamed(t *testing.T, logs *observer.ObservedLogs, kind, cause string, k ledger.Key) {
	t.Helper()
	named := logs.FilterLevelExact(zapcore.ErrorLevel).FilterField(zap.String("kind", kind)).
		FilterField(zap.String("merid", k.MerID)).FilterField(zap.String("orderid", k.OrderID)).All()
	if len(named) != 1 || !strings.Contains(named[0].ContextMap()["cause"].(string), cause) {
		t.Errorf("the log names the %s of %v so: %+v, want once with %q", kind, k, named, cause)
	}
	for _, entry := range logs.All() {
		for _, field := range entry.Context {
			if strings.Contains(field.String, "secret") {
				t.Errorf("the log tells what stands in the row: %+v", entry)
			}
		}
	}
}

func isLoose(p place) bool {
	_, sqlite := p.(sqlitePlace)
	return sqlite
}

// unreadableOrders damages one order after the other beside one that is sound.
func unreadableOrders(t *testing.T, p place) {
	l, logs := damageable(t, p)
	damaged := 0
	for i, d := range damages {
		if d.loose && !isLoose(p) {
			continue
		}
		damaged++
		bad, good := mustBegin(t, l, sample(2*i)).Key, mustBegin(t, l, sample(2*i+1)).Key
		wreck(t, l, d.set, bad)
		// A room of one: the damaged row must not take the place of the sound one.
		got := append(mustClaimOrders(t, l, after(2*time.Minute), 1), mustClaimOrders(t, l, after(2*time.Minute), 10)...)
		if len(got) != 1 || got[0].Key != good {
			t.Fatalf("%s: claimed %+v, want %v", d.set, got, good)
		}
		if err := l.Postpone(t.Context(), good, got[0].Claim, after(100*time.Hour), 1); err != nil {
			t.Fatal(err)
		}
		if next, _, err := l.NextDue(t.Context()); err != nil || next.Before(after(time.Hour)) {
			t.Errorf("%s: the next step is due at %v, %v", d.set, next, err)
		}
		wantNamed(t, logs, "order", d.cause, bad)
		_, err := l.Order(t.Context(), bad)
		wantError(t, err, ledger.ErrUnreadable)
		wantError(t, err, ledger.ErrUnavailable)
		if err == nil || !strings.Contains(err.Error(), bad.OrderID) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: reading it says %v", d.set, err)
		}
	}
	// Every hour a claim meets it again, and logs nothing.
	if again := mustClaimOrders(t, l, after(2*time.Hour), 100); len(again) != 0 {
		t.Errorf("claimed %+v", again)
	}
	wantNamed(t, logs, "order", damages[0].cause, sample(0).Key)
	if got := mustGauge(t, l, after(2*time.Hour)).SetAside; got != damaged {
		t.Errorf("%d rows are set aside, want %d", got, damaged)
	}
	list, err := l.Orders(t.Context(), ledger.OrderFilter{MerID: sample(0).MerID})
	if err != nil || len(list.Items) != damaged {
		t.Errorf("lists %d orders, %v, want the %d that are sound", len(list.Items), err, damaged)
	}
}

// unreadableNotifications does the same with notifications, which are unreadable
// with their orders, too.
func unreadableNotifications(t *testing.T, p place) {
	l, logs := damageable(t, p)
	damaged := 0
	for i, d := range append(damages, damagedNotifications...) {
		if d.loose && !isLoose(p) {
			continue
		}
		damaged++
		bad, good := sample(2*i), sample(2*i+1)
		pay(t, l, bad, noon)
		pay(t, l, good, after(time.Second))
		wreck(t, l, d.set, bad.Key)
		got := append(mustClaim(t, l, after(time.Minute), 1), mustClaim(t, l, after(time.Minute), 10)...)
		if len(got) != 1 || got[0].Key != good.Key {
			t.Fatalf("%s: claimed %+v, want %v", d.set, got, good.Key)
		}
		mustFinish(t, l, got[0].Notification, ledger.Delivered, time.Time{})
		wantNamed(t, logs, "notification", d.cause, bad.Key)
		if _, next, err := l.NextDue(t.Context()); err != nil || next.Before(after(time.Hour)) {
			t.Errorf("%s: the next notification is due at %v, %v", d.set, next, err)
		}
	}
	if again := mustClaim(t, l, after(2*time.Hour), 100); len(again) != 0 {
		t.Errorf("claimed %+v", again)
	}
	if got := mustGauge(t, l, after(2*time.Hour)).SetAside; got != damaged {
		t.Errorf("%d rows are set aside, want %d", got, damaged)
	}
	if _, err := l.Notifications(t.Context(), ledger.NotificationFilter{}); err != nil {
		t.Error(err)
	}
}

// unreadableAlone has no sound row beside it.
func unreadableAlone(t *testing.T, p place) {
	l, logs := damageable(t, p)
	pay(t, l, sample(1), noon)
	if err := ledger.Exec(t.Context(), l, `DELETE FROM orders`); err != nil {
		t.Fatal(err)
	}
	if got := mustClaim(t, l, after(time.Minute), 10); len(got) != 0 {
		t.Errorf("claimed a notification without its order: %+v", got)
	}
	wantNamed(t, logs, "notification", "missing", sample(1).Key)
	mustRecheck(t, l, after(time.Minute))
	if got := mustGauge(t, l, after(time.Minute)).SetAside; got != 1 {
		t.Errorf("%d rows are set aside, want 1", got)
	}
}

func mustRecheck(t *testing.T, l *ledger.Ledger, now time.Time) {
	t.Helper()
	if err := l.Recheck(t.Context(), now); err != nil {
		t.Fatal(err)
	}
}

// mendedRows are due again, once they are checked.
func mendedRows(t *testing.T, p place) {
	l, _ := damageable(t, p)
	pay(t, l, sample(1), noon)
	open := mustBegin(t, l, sample(2))
	gone := mustBegin(t, l, sample(3))
	for _, k := range []ledger.Key{sample(1).Key, open.Key, gone.Key} {
		wreck(t, l, `orders SET tries = -1`, k)
	}
	now := after(2 * time.Minute)
	if n := len(mustClaim(t, l, now, 10)) + len(mustClaimOrders(t, l, now, 10)); n != 0 {
		t.Fatalf("claimed %d", n)
	}
	mustRecheck(t, l, now)
	rows, err := l.SetAside(t.Context(), 10)
	if err != nil || len(rows) != 3 || rows[0].Key != sample(1).Key || rows[0].Kind != "notification" ||
		rows[1].Kind != "order" || rows[1].Cause != "tries: negative" {
		t.Errorf("set aside are %+v, %v", rows, err)
	}
	if got := mustGauge(t, l, now).SetAside; got != 3 {
		t.Errorf("%d rows are set aside, want 3", got)
	}
	wreck(t, l, `orders SET tries = 0`, sample(1).Key)
	wreck(t, l, `orders SET tries = 0`, open.Key)
	if err := ledger.Exec(t.Context(), l, `DELETE FROM orders WHERE order_id = $1`, gone.OrderID); err != nil {
		t.Fatal(err)
	}
	mustRecheck(t, l, now)
	if got := mustGauge(t, l, now).SetAside; got != 0 {
		t.Errorf("%d rows are set aside, want none", got)
	}
	if got := mustClaim(t, l, now, 10); len(got) != 1 || got[0].Key != sample(1).Key {
		t.Errorf("claimed %+v", got)
	}
	got := mustClaimOrders(t, l, now, 10)
	if len(got) != 1 || got[0].Key != open.Key {
		t.Fatalf("claimed %+v", got)
	}
	// What somebody holds is not taken from him by a second claim.
	mustRecheck(t, l, now)
	if again := mustClaimOrders(t, l, now, 10); len(again) != 0 {
		t.Errorf("claimed again: %+v", again)
	}
}

// lostTimes are damaged where claims look for what is due.
func lostTimes(t *testing.T, p place) {
	l, _ := damageable(t, p)
	values := []string{`0`, `-5`}
	if isLoose(p) {
		values = append(values, `'secret'`, `'2026-11-22'`, `x'00ff'`, `''`)
	}
	for i, value := range values {
		pay(t, l, sample(i), noon)
		wreck(t, l, `notifications SET ready = `+value, sample(i).Key)
		if got := mustClaim(t, l, after(time.Minute), 10); len(got) != 1 || got[0].Key != sample(i).Key {
			t.Errorf("ready = %s: claimed %+v", value, got)
		}
	}
	if !isLoose(p) {
		return
	}
	for i, value := range values[2:] {
		o := mustBegin(t, l, sample(100+i))
		wreck(t, l, `orders SET next = `+value, o.Key)
		if _, _, err := l.NextDue(t.Context()); err != nil {
			t.Errorf("next = %s: %v", value, err)
		}
		mustGauge(t, l, noon)
		mustRecheck(t, l, noon)
		if got := mustClaimOrders(t, l, after(2*time.Minute), 10); len(got) != 1 || got[0].Key != o.Key {
			t.Errorf("next = %s: claimed %+v", value, got)
		}
	}
}
