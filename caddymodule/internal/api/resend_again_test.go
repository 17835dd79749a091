package api

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
)

// One call of what was acknowledged is shown first, with a warning, and needs a reason.
// That it is made once is shown by TestResendAgainFromTheCommandLine of the whole system.
func TestResendAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key := w.notification("89900001", ledger.Delivered, time.Hour)
	request := ResendRequest{MerID: key.MerID, OrderID: key.OrderID, Again: true, DryRun: true}
	before := w.stateOf(key)
	if shown := read[Resent](t, w.post("notifications/resend", request)); shown.Count != 1 || shown.Call != nil || !strings.Contains(shown.Warning, "second time") {
		t.Errorf("dry run: %+v", shown)
	}
	request.DryRun = false
	w.refused(w.post("notifications/resend", request), http.StatusBadRequest, "why")
	if n := w.stateOf(key); n != before {
		t.Errorf("it became %+v", n)
	}
}

// Again is for one notification, that is delivered, of an order that is paid, of a
// merchant that is configured and not paused.
func TestResendAgainRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for name, r := range map[string]ResendRequest{
		"a filter": {MerID: "89900001", Again: true, Why: "to try"},
		"all":      {All: true, Again: true, Why: "to try"},
		"a rate":   {MerID: "89900001", OrderID: "1", Rate: 3, Again: true, Why: "to try"},
	} {
		t.Run(name, func(t *testing.T) {
			w.refused(w.post("notifications/resend", r), http.StatusBadRequest, "one notification at a time")
		})
	}
	w.refused(w.post("notifications/resend", ResendRequest{MerID: "89900001", OrderID: "0", Again: true, Why: "to try"}),
		http.StatusNotFound, "has no order with the number")

	exhausted := w.notification("89900001", ledger.Exhausted, time.Hour)
	waiting := w.notification("89900001", ledger.Waiting, time.Hour)
	refunded := w.notification("89900001", ledger.Delivered, time.Hour)
	if _, verdict, err := w.ledger.Record(t.Context(), refunded, ledger.Update{
		State: translate.Refunding, At: present, Source: "cancel", RefundNo: "R" + refunded.OrderID, Next: nextOf(translate.Refunding),
	}); err != nil || verdict != translate.Applied {
		t.Fatalf("refunding: %v, %v", verdict, err)
	}
	paused := w.notification("89900002", ledger.Delivered, time.Hour)
	w.post("merchants/pause", map[string]string{"merid": paused.MerID, "why": "to try"})
	for _, c := range []struct {
		key   ledger.Key
		words string
	}{{exhausted, "without --again"}, {waiting, "waits for its next call anyway"}, {refunded, "is being given back"}, {paused, "the merchant is paused"}} {
		before := w.stateOf(c.key)
		for _, dry := range []bool{true, false} {
			sent := read[Resent](t, w.post("notifications/resend", ResendRequest{
				MerID: c.key.MerID, OrderID: c.key.OrderID, Again: true, DryRun: dry, Why: "to try",
			}))
			if sent.Count != 0 || sent.Call != nil || len(sent.Refused) != 1 || !strings.Contains(sent.Refused[0].Reason, c.words) {
				t.Errorf("%q, dry run %t: %+v", c.words, dry, sent)
			}
		}
		if n := w.stateOf(c.key); n != before {
			t.Errorf("%q: it became %+v", c.words, n)
		}
	}
}
