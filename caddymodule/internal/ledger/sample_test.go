package ledger_test

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
)

// noon is when the tests begin; the ledger has no clock of its own in them.
var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func after(d time.Duration) time.Time { return noon.Add(d) }

// sample is order number i. Its merchant is notified at host shop.example.
func sample(i int) ledger.Order {
	return ledger.Order{
		Key:             ledger.Key{MerID: "89900001", OrderID: fmt.Sprintf("2026112200%06d", i)},
		QueryID:         fmt.Sprintf("H00020261122120000%08d", i),
		OrderNo:         fmt.Sprintf("PB%010d", i),
		FlowNo:          fmt.Sprintf("47305311000120261122120000%06d", i),
		GatewayMerchant: "473053110001",
		Fingerprint:     sha256.Sum256(fmt.Append(nil, i)),
		Action:          "WxCode",
		Amount:          int64(i) + 1,
		BackURL:         "https://shop.example/notify?shop=1",
		FrontURL:        "https://shop.example/thanks",
		OpenID:          "payer",
		ClientIP:        "192.0.2.1",
		CreatedAt:       noon,
		ExpiresAt:       after(2 * time.Hour),
		Next:            after(time.Minute),
	}
}

// because is what every change needs.
var because = ledger.Change{At: noon, Who: "operator", Why: "the merchant asked for it"}

// countRows counts the rows that fulfil a condition.
func countRows(tb testing.TB, l *ledger.Ledger, table, condition string) int {
	tb.Helper()
	text, err := ledger.Text(tb.Context(), l, "SELECT CAST(count(*) AS TEXT) FROM "+table+" WHERE "+condition)
	n, wrong := strconv.Atoi(text)
	if err := errors.Join(err, wrong); err != nil {
		tb.Fatal(err)
	}
	return n
}

// happened returns the events of an order, without those of the steps it took.
func happened(tb testing.TB, l *ledger.Ledger, k ledger.Key) []ledger.Event {
	tb.Helper()
	events, err := l.Events(tb.Context(), k)
	if err != nil {
		tb.Fatal(err)
	}
	return slices.DeleteFunc(events.Items, func(e ledger.Event) bool { return e.Kind == "moved" })
}

func mustBegin(tb testing.TB, l *ledger.Ledger, o ledger.Order) ledger.Order {
	tb.Helper()
	stored, fresh, err := l.Begin(tb.Context(), o)
	if err != nil || !fresh {
		tb.Fatalf("Begin: fresh %v, error %v", fresh, err)
	}
	return stored
}

func mustRecord(tb testing.TB, l *ledger.Ledger, k ledger.Key, n ledger.Update, want translate.Verdict) ledger.Order {
	tb.Helper()
	if n.At.IsZero() {
		n.At = noon
	}
	o, got, err := l.Record(tb.Context(), k, n)
	if err != nil || got != want {
		tb.Fatalf("Record %s: verdict %v, error %v, want %v", n.State, got, err, want)
	}
	return o
}

// pay begins order o and records at that it is paid.
func pay(tb testing.TB, l *ledger.Ledger, o ledger.Order, at time.Time) {
	tb.Helper()
	mustBegin(tb, l, o)
	mustRecord(tb, l, o.Key, ledger.Update{State: translate.Paid, At: at}, translate.Applied)
}

func mustOrder(tb testing.TB, l *ledger.Ledger, k ledger.Key) ledger.Order {
	tb.Helper()
	o, err := l.Order(tb.Context(), k)
	if err != nil {
		tb.Fatal(err)
	}
	return o
}

func mustNotification(tb testing.TB, l *ledger.Ledger, k ledger.Key) ledger.Notification {
	tb.Helper()
	n, err := l.Notification(tb.Context(), k)
	if err != nil {
		tb.Fatal(err)
	}
	return n
}

// room is the room for so many notifications of any merchant, at any host.
func room(limit int) func() ledger.Room {
	return roomAt(limit, func(_ string, want int) int { return want })
}

// roomAt is room with what grant says of each host.
func roomAt(limit int, grant func(host string, want int) int) func() ledger.Room {
	return func() ledger.Room {
		return ledger.Room{
			Limit:    limit,
			Merchant: func(string) (inHand, free int) { return 0, limit },
			Grant:    func(_, host string, want int) int { return grant(host, want) },
		}
	}
}

func mustClaim(tb testing.TB, l *ledger.Ledger, now time.Time, limit int) []ledger.Delivery {
	tb.Helper()
	list, err := l.ClaimNotifications(tb.Context(), now, time.Minute, room(limit))
	if err != nil {
		tb.Fatal(err)
	}
	return list
}

func wantError(tb testing.TB, got, want error) {
	tb.Helper()
	if !errors.Is(got, want) {
		tb.Errorf("error is %v, want %v", got, want)
	}
}

func wantTime(tb testing.TB, what string, got, want time.Time) {
	tb.Helper()
	if !got.Equal(want) {
		tb.Errorf("%s is %v, want %v", what, got, want)
	}
}
