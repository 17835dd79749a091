package ledger_test

import (
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
)

// bounce has the refund of a paid order be done, the gateway say that it came back from the
// payer's card, and a person settle the order so.
func bounce(tb testing.TB, l *ledger.Ledger, k ledger.Key) ledger.Order {
	tb.Helper()
	mustRecord(tb, l, k, ledger.Update{State: translate.Refunding, RefundNo: "R" + k.OrderID}, translate.Applied)
	mustRecord(tb, l, k, ledger.Update{State: translate.Refunded}, translate.Applied)
	mustRecord(tb, l, k, ledger.Update{State: translate.RefundFailed}, translate.Contradicted)
	word := ledger.Update{State: translate.RefundFailed, At: after(time.Hour), Source: "operator"}
	o, verdict, err := l.Settle(tb.Context(), k, word, ledger.Change{Who: "ann", Why: "bounced", At: after(time.Hour)})
	if err != nil || verdict != translate.Applied {
		tb.Fatalf("settled: %v, %v", verdict, err)
	}
	return o
}

// bouncedIsNotTold: the merchant of an order whose refund has bounced was told that it is
// over. Whatever had become of its notification, nobody gets it to be told as paid.
func bouncedIsNotTold(t *testing.T, p place) {
	l := p.open(t)
	for n, c := range []struct{ was, is ledger.NotificationState }{
		{ledger.Waiting, ledger.Withheld},
		{ledger.Paused, ledger.Withheld},
		{ledger.Exhausted, ledger.Withheld},
		{ledger.Delivered, ledger.Delivered},
		{ledger.AlreadyCredited, ledger.AlreadyCredited},
	} {
		o := sample(n)
		pay(t, l, o, noon)
		d := mustClaim(t, l, noon, 1)[0].Notification
		if c.was == ledger.Waiting {
			mustFinish(t, l, d, ledger.Waiting, after(2*time.Hour))
		} else {
			mustFinish(t, l, d, c.was, time.Time{})
		}
		if o = bounce(t, l, o.Key); o.Notify() != translate.NotifyWithhold {
			t.Errorf("%s: notify is %d", c.was, o.Notify())
		}
		if stands := mustNotification(t, l, o.Key); stands.State != c.is {
			t.Errorf("%s became %s", c.was, stands.State)
		}
		_, err := l.BeginAgain(t.Context(), o.Key, after(2*time.Hour), time.Minute, because)
		wantError(t, err, ledger.ErrNotPaid)
	}
	if due := mustClaim(t, l, after(24*time.Hour), 10); len(due) > 0 {
		t.Errorf("due: %+v", due)
	}

	// Sent again while it was being settled, it comes up and is not told; nor does it
	// trouble anybody when it ends.
	k := sample(4).Key
	if err := l.Resend(t.Context(), k, after(2*time.Hour), because); err != nil {
		t.Fatal(err)
	}
	d := mustClaim(t, l, after(2*time.Hour), 1)[0]
	if d.Order.Notify() != translate.NotifyWithhold {
		t.Errorf("it would be told: %+v", d.Order)
	}
	mustFinish(t, l, d.Notification, ledger.Exhausted, time.Time{})
	if n := mustNotification(t, l, k); n.State != ledger.Withheld {
		t.Errorf("notification is %s", n.State)
	}
}

// doneContradictsBounced: a person has said that a refund which was done came back. That it
// was done is told again for days, and takes nothing back of that; once the refund is tried
// again, it is news.
func doneContradictsBounced(t *testing.T, p place) {
	l := p.open(t)
	pay(t, l, sample(1), noon)
	o := bounce(t, l, sample(1).Key)
	done := ledger.Update{State: translate.Refunded, At: after(2 * time.Hour), Source: "notice"}
	for range 2 {
		if got := mustRecord(t, l, o.Key, done, translate.Contradicted); got != o {
			t.Errorf("order is\n%+v\nwant\n%+v", got, o)
		}
	}
	by := &ledger.RetryByHand{Change: ledger.Change{Who: "ann", Why: "another card", At: after(3 * time.Hour)}}
	if _, err := l.RetryRefund(t.Context(), o.Key, 0, after(4*time.Hour), by); err != nil {
		t.Fatal(err)
	}
	mustRecord(t, l, o.Key, ledger.Update{State: translate.RefundFailed, At: after(4 * time.Hour)}, translate.Applied)
	if got := mustRecord(t, l, o.Key, done, translate.Applied); !got.Late {
		t.Errorf("its merchant would hear of it: %+v", got)
	}

	pay(t, l, sample(2), noon)
	byHand := bounce(t, l, sample(2).Key)
	word := ledger.Update{State: translate.Refunded, At: after(2 * time.Hour), Source: "operator"}
	change := ledger.Change{Who: "ann", Why: "bank transfer", At: after(2 * time.Hour), After: "refunded, gateway number TT1"}
	if _, verdict, err := l.Settle(t.Context(), byHand.Key, word, change); err != nil || verdict != translate.Applied {
		t.Fatalf("settled: %v, %v", verdict, err)
	}
	mustRecord(t, l, byHand.Key, done, translate.Contradicted)
	mustRecord(t, l, byHand.Key, ledger.Update{State: translate.RefundFailed}, translate.Contradicted)
}
