package api

import (
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/delivery"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
)

// The timeline has everything that happened, in its order.
func TestTimeline(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key := w.notification("89900001", ledger.Exhausted, time.Hour)
	must(w.ledger.AddEvents(t.Context(), key, ledger.Event{Kind: "call", Source: "OP1001", Detail: "473053110001F1: S0000000, state 11, 34ms", At: present.Add(-time.Hour + 500*time.Millisecond)}))
	must(w.ledger.AddEvents(t.Context(), key, ledger.Event{Kind: "quarantined", Source: "notice", Detail: "body amount", At: present.Add(-50 * time.Minute)}))
	w.post("notifications/resend", ResendRequest{MerID: key.MerID, OrderID: key.OrderID, Why: "asked by telephone"})

	story := read[Timeline](t, w.get("order?merid=89900001&number="+key.OrderID))
	var kinds []string
	for _, e := range story.Events {
		kinds = append(kinds, e.Kind)
	}
	want := []string{"request", "call", "moved", "attempt", "quarantined", "change"}
	if !slices.Equal(kinds, want) {
		t.Errorf("got %q, want %q", kinds, want)
	}
	attempt := story.Events[3].Attempt
	if attempt == nil || attempt.Class != "http_status" || attempt.Status != 500 || attempt.Excerpt != "sorry" || attempt.TookMS != 250 {
		t.Fatalf("attempt: %+v", attempt)
	}
	if attempt.LagMS == nil || *attempt.LagMS != 1000 {
		t.Errorf("lag: %v", attempt.LagMS)
	}
	change := story.Events[5].Change
	if change == nil || !strings.HasPrefix(change.Who, "ada from ") || change.Why != "asked by telephone" || change.Before != "exhausted" {
		t.Errorf("change: %+v", change)
	}
	if n := story.Notification; n == nil || n.State != ledger.Waiting || n.Host != "shop.example.com" || n.Attempts != 1 {
		t.Errorf("notification: %+v", n)
	}
	if story.Order.TraceID != "0af7651916cd43dd8448eb211c80319c" {
		t.Errorf("trace %q", story.Order.TraceID)
	}
}

// TestStoryHasTheCauses: of a call that failed, of the gateway or of a merchant, the
// story says why.
func TestStoryHasTheCauses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key := w.order("89900001", translate.Paid, time.Hour).Key
	failed := ledger.Event{Kind: "call", Source: "OP2001", Detail: "473F1: unsent (connection refused – 192.0.2.1:443), 2ms", At: present.Add(-time.Hour)}
	must(w.ledger.AddEvents(t.Context(), key, failed))
	claimed, err := w.ledger.ClaimNotifications(t.Context(), present, time.Minute, roomFor(1))
	must(err)
	must(w.ledger.Finish(t.Context(), claimed[0].Notification, ledger.Attempt{
		At: present, Class: string(delivery.Connect), Cause: "no such host – shop.example.com",
	}, ledger.Exhausted, time.Time{}))
	story := read[Timeline](t, w.get("order?merid=89900001&number="+key.OrderID))
	for _, e := range story.Events {
		switch e.Kind {
		case "call":
			want := Call{FlowNo: "473F1", Class: "unsent", Cause: "connection refused – 192.0.2.1:443", Took: "2ms"}
			if e.Call == nil || *e.Call != want || e.Text != failed.Detail {
				t.Errorf("call %+v, %q", e.Call, e.Text)
			}
		case "attempt":
			if e.Attempt.Cause != "no such host – shop.example.com" || e.Text != "call 1: connect (no such host – shop.example.com)" {
				t.Errorf("attempt %+v, %q", e.Attempt, e.Text)
			}
		}
	}
	if len(story.Events) < 4 {
		t.Errorf("story %+v", story.Events)
	}
}

func TestOrderIsFoundByAnyNumber(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	o := w.order("89900001", translate.Paid, time.Hour)
	_, _, err := w.ledger.Record(t.Context(), o.Key, ledger.Update{State: translate.Refunding, RefundNo: "R" + o.OrderNo, Next: present})
	must(err)
	for _, number := range []string{o.OrderID, o.QueryID, o.OrderNo, "R" + o.OrderNo} {
		if got := read[Timeline](t, w.get("order?merid=89900001&number="+number)).Order.OrderID; got != o.OrderID {
			t.Errorf("%s: %q", number, got)
		}
	}
	w.refused(w.get("order?merid=89900001&number=nobodys"), http.StatusNotFound, "has no order with the number \\\"nobodys\\\", nor has any other merchant")

	// Another merchant's number is the usual slip.
	names := "it names order \\\"" + o.OrderID + "\\\" of merchant \\\"89900001\\\""
	w.refused(w.get("order?merid=89900002&number="+o.QueryID), http.StatusNotFound, names)
	w.refused(w.get("order?merid=89900002&number="+o.OrderID), http.StatusNotFound, names)
	twin := o
	twin.MerID, twin.QueryID, twin.OrderNo, twin.FlowNo = "89900002", "Q2", "N2", "F2"
	twin.State, twin.Next = translate.Begun, twin.ExpiresAt
	if _, _, err := w.ledger.Begin(t.Context(), twin); err != nil {
		t.Fatal(err)
	}
	w.refused(w.get("order?merid=89900003&number="+o.OrderID), http.StatusNotFound, "of the merchants")
}

// Each state is explained, with what comes next.
func TestExplain(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 22, 11, 0, 0, 0, translate.Beijing)
	full := Order{
		Action: "WxSao", GatewayMessage: "余额不足", RefundNo: "R1", Tries: 3,
		PaidAt: at, SettledAt: at, ExpiresAt: at.Add(2 * time.Hour), NextAt: at.Add(time.Minute),
	}
	for state, want := range map[translate.State]string{
		translate.Begun:        "nothing has left for the gateway; the merchant may repeat its request until 2026-11-22 13:00:00 Beijing time",
		translate.Sent:         "under way; if no answer is recorded, the gateway is asked at 2026-11-22 11:01:00 Beijing time",
		translate.Pending:      "waits for the payer until 2026-11-22 13:00:00 Beijing time; next look at the gateway: 2026-11-22 11:01:00 Beijing time",
		translate.InDoubt:      "in doubt: the gateway gave no answer that can be trusted, the payment may have happened; looks so far: 3, next look: 2026-11-22 11:01:00",
		translate.Paid:         "paid at 2026-11-22 11:00:00 Beijing time",
		translate.Failed:       "finally: 余额不足",
		translate.Closed:       "before it was paid; the gateway is queried one last time at 2026-11-22 11:01:00",
		translate.Refunding:    "the refund R1 is under way",
		translate.Refunded:     "the whole amount was given back",
		translate.RefundFailed: "the refund is tried again: 2026-11-22 11:01:00 Beijing time",
	} {
		t.Run(string(state), func(t *testing.T) {
			t.Parallel()
			o := full
			o.State = state
			if got := o.Explain(at, translate.Beijing); !strings.Contains(got, want) {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
	last := full
	last.State, last.NextAt = translate.RefundFailed, time.Time{}
	if got := last.Explain(at, translate.Beijing); !strings.Contains(got, "a person has to look into it") {
		t.Errorf("after the last try: %q", got)
	}
	if len(explanations) != len(enumerations[reflect.TypeFor[translate.State]()]) {
		t.Error("a state is not explained")
	}
}

// What a person settled is not put into the gateway's mouth.
func TestExplainWithoutWordsOfTheGateway(t *testing.T) {
	t.Parallel()
	for state, want := range map[translate.State]string{
		translate.Failed:       "failed, finally; the gateway gave no reason",
		translate.RefundFailed: "the money was not given back; the gateway gave no reason",
	} {
		got := Order{State: state}.Explain(present, time.UTC)
		if !strings.HasPrefix(got, want) || !strings.Contains(got, "a person settled it, see its changes") || strings.Contains(got, "refused") {
			t.Errorf("%s: got %q", state, got)
		}
		got = Order{State: state, GatewayMessage: "E1000001"}.Explain(present, time.UTC)
		if !strings.Contains(got, "E1000001") || strings.Contains(got, "settled") {
			t.Errorf("%s with words: got %q", state, got)
		}
	}
}

func TestExplainPayersBrowser(t *testing.T) {
	t.Parallel()
	o := Order{Action: "WxJsApi", State: translate.Begun, ExpiresAt: present}
	if got := o.Explain(present, time.UTC); !strings.Contains(got, "waits for the payer's browser until 2026-11-22 03:00:00 UTC") {
		t.Error(got)
	}
}

func TestExplainNotification(t *testing.T) {
	t.Parallel()
	for state, want := range map[ledger.NotificationState]string{
		ledger.Waiting:   "next call: 2026-11-22 03:01:00 UTC",
		ledger.Delivered: "acknowledged",
		ledger.Exhausted: "can be sent again",
		ledger.Paused:    "while the merchant is paused",
		ledger.Withheld:  "the payment was given back",

		ledger.AlreadyCredited: "had credited the order already",
	} {
		n := Notification{State: state, Attempts: 2, DueAt: present.Add(time.Minute)}
		if got := n.Explain(present, time.UTC); !strings.HasPrefix(got, "calls so far: 2; ") || !strings.Contains(got, want) {
			t.Errorf("%s: got %q, want %q", state, got, want)
		}
	}
}
