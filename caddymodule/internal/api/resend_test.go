package api

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
)

func (w *world) stateOf(k ledger.Key) ledger.Notification {
	w.t.Helper()
	n, err := w.ledger.Notification(w.t.Context(), k)
	must(err)
	return n
}

func TestListNotifications(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	exhausted := w.notification("89900001", ledger.Exhausted, 3*time.Hour)
	delivered := w.notification("89900001", ledger.Delivered, 2*time.Hour)
	other := w.notification("89900002", ledger.Exhausted, time.Hour)
	for query, want := range map[string][]string{
		"":                               {other.OrderID, delivered.OrderID, exhausted.OrderID},
		"merid=89900001":                 {delivered.OrderID, exhausted.OrderID},
		"state=exhausted":                {other.OrderID, exhausted.OrderID},
		"state=exhausted&merid=89900002": {other.OrderID},
		"state=paused,withheld":          {},
	} {
		list := read[NotificationList](t, w.get("notifications?"+query))
		got := shown(list.Items, func(n Notification) string { return n.OrderID })
		if !slices.Equal(got, want) {
			t.Errorf("%q: got %q, want %q", query, got, want)
		}
	}
}

// A dry run tells what would be sent and changes nothing.
func TestResendDryRun(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key := w.notification("89900001", ledger.Exhausted, time.Hour)
	sent := read[Resent](t, w.post("notifications/resend", ResendRequest{MerID: "89900001", DryRun: true}))
	if !sent.DryRun || sent.Count != 1 || len(sent.Items) != 1 || sent.Items[0].OrderID != key.OrderID {
		t.Errorf("%+v", sent)
	}
	if n := w.stateOf(key); n.State != ledger.Exhausted {
		t.Errorf("it is %s now", n.State)
	}
	if changes := read[ChangeList](t, w.get("changes")); len(changes.Items) != 0 {
		t.Errorf("recorded: %+v", changes)
	}
}

// TestResendToAMerchantThatIsGone: nobody would be called, and what waits is on no list of
// what is to be done.
func TestResendToAMerchantThatIsGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, key := range []ledger.Key{w.notification("89900009", ledger.Exhausted, time.Hour), w.notification("89900009", ledger.Waiting, time.Hour)} {
		was := w.stateOf(key).State
		sent := read[Resent](t, w.post("notifications/resend", ResendRequest{MerID: key.MerID, OrderID: key.OrderID, Why: "they asked"}))
		if sent.Count != 0 || len(sent.Refused) != 1 || !strings.Contains(sent.Refused[0].Reason, `no merchant "89900009" is configured`) {
			t.Errorf("%s: %+v", was, sent)
		}
		if n := w.stateOf(key); n.State != was {
			t.Errorf("it is %s now, was %s", n.State, was)
		}
	}
}

// A payment that a merchant has credited by hand is not among what a filter sends again:
// its program would credit it once more. By its number it can be.
func TestResendLeavesWhatIsDealtWith(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	byHand := w.notification("89900001", ledger.Exhausted, 2*time.Hour)
	owed := w.notification("89900001", ledger.Exhausted, time.Hour)
	read[DealAnswer](t, w.post("orders/deal", DealRequest{
		MerID: byHand.MerID, OrderID: byHand.OrderID, Matter: ledger.NotificationMatter, Why: "credited by hand, ticket 4711",
	}))
	sent := read[Resent](t, w.post("notifications/resend", ResendRequest{MerID: "89900001", Why: "their server is back"}))
	if sent.Count != 1 || w.stateOf(byHand).State != ledger.Exhausted || w.stateOf(owed).State != ledger.Waiting {
		t.Errorf("sent %d; what was credited by hand is %s, the other %s", sent.Count, w.stateOf(byHand).State, w.stateOf(owed).State)
	}
	sent = read[Resent](t, w.post("notifications/resend", ResendRequest{MerID: "89900001", OrderID: byHand.OrderID, Why: "was another order"}))
	if sent.Count != 1 || w.stateOf(byHand).State != ledger.Waiting {
		t.Errorf("sent %d by its number; it is %s", sent.Count, w.stateOf(byHand).State)
	}
}

// TestResendLeavesWhatIsDealtWithMeanwhile: a colleague has credited a payment by hand while
// others that the same filter has found are being sent again.
func TestResendLeavesWhatIsDealtWithMeanwhile(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.notification("89900001", ledger.Exhausted, 2*time.Hour)
	byHand := w.notification("89900001", ledger.Exhausted, time.Hour)
	w.exec(`CREATE TRIGGER colleague AFTER UPDATE OF state ON notifications WHEN new.order_id = '` + first.OrderID + `' BEGIN
		INSERT INTO dealt (kind, order_id, mer_id, at, who, why)
		VALUES ('notification', '` + byHand.OrderID + `', '` + byHand.MerID + `', 1, 'bob', 'credited by hand'); END`)
	sent := read[Resent](t, w.post("notifications/resend", ResendRequest{MerID: "89900001", Why: "their server is back"}))
	if sent.Count != 1 || len(sent.Refused) != 1 || !strings.Contains(sent.Refused[0].Reason, "dealt with") {
		t.Errorf("%+v", sent)
	}
	if state := w.stateOf(byHand).State; state != ledger.Exhausted || w.stateOf(first).State != ledger.Waiting {
		t.Errorf("what was credited by hand is %s", state)
	}
	if dealt, err := w.ledger.DealtWith(t.Context(), byHand); err != nil || len(dealt) != 1 {
		t.Errorf("dealt with: %+v, %v", dealt, err)
	}
}

// What is sent again by a filter keeps to the rate, the oldest first.
func TestResendByFilterKeepsToTheRate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var keys []ledger.Key
	for i := range 5 {
		keys = append(keys, w.notification("89900001", ledger.Exhausted, time.Duration(10-i)*time.Minute))
	}
	others := w.notification("89900002", ledger.Exhausted, time.Minute)
	sent := read[Resent](t, w.post("notifications/resend", ResendRequest{MerID: "89900001", Rate: 2, Why: "their server is back"}))
	if sent.Count != 5 || !sent.LastDue.Equal(present.Add(2*time.Second)) {
		t.Errorf("%+v", sent)
	}
	for i, key := range keys {
		if n := w.stateOf(key); n.State != ledger.Waiting || !n.Due.Equal(present.Add(time.Duration(i)*500*time.Millisecond)) {
			t.Errorf("%d: %s, due %s", i, n.State, n.Due)
		}
	}
	if n := w.stateOf(others); n.State != ledger.Exhausted {
		t.Errorf("the other merchant's: %s", n.State)
	}
	if changes := read[ChangeList](t, w.get("changes?merid=89900001")); len(changes.Items) != 5 {
		t.Errorf("%d changes recorded", len(changes.Items))
	}
}

func TestResendRefuses(t *testing.T) {
	t.Parallel()
	for state, words := range map[ledger.NotificationState]string{
		ledger.Waiting:   "waits for its next call anyway",
		ledger.Delivered: "has acknowledged it",
		ledger.Withheld:  "given back",
	} {
		t.Run(string(state), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			key := w.notification("89900001", state, time.Hour)
			sent := read[Resent](t, w.post("notifications/resend", ResendRequest{MerID: key.MerID, OrderID: key.OrderID, Why: "to try"}))
			if sent.Count != 0 || len(sent.Refused) != 1 || !strings.Contains(sent.Refused[0].Reason, words) {
				t.Errorf("%+v", sent)
			}
			if n := w.stateOf(key); n.State != state {
				t.Errorf("it is %s now", n.State)
			}
		})
	}
}

// A merchant is not told again of a payment that was, or is to be, given back,
// and a dry run says so.
func TestResendRefusesWhatIsNotPaidAnyMore(t *testing.T) {
	t.Parallel()
	for state, c := range map[translate.State]struct {
		words  string
		stands ledger.NotificationState
		listed int // as exhausted
	}{
		translate.Refunding: {"is being given back", ledger.Exhausted, 1},
		translate.Refunded:  {"was given back", ledger.Withheld, 0},
	} {
		t.Run(string(state), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			key := w.notification("89900001", ledger.Exhausted, time.Hour)
			paid := w.notification("89900001", ledger.Exhausted, time.Minute)
			for _, next := range slices.Compact([]translate.State{translate.Refunding, state}) {
				_, verdict, err := w.ledger.Record(t.Context(), key, ledger.Update{
					State: next, At: present, Source: "cancel", RefundNo: "R" + key.OrderID, Next: nextOf(next),
				})
				if err != nil || verdict != translate.Applied {
					t.Fatalf("recording %s: %s, %v", next, verdict, err)
				}
			}
			refused := func(sent Resent, n int) {
				t.Helper()
				for _, r := range sent.Refused {
					if r.OrderID != key.OrderID || !strings.Contains(r.Reason, c.words) {
						t.Errorf("refused: %+v", r)
					}
				}
				if len(sent.Refused) != n {
					t.Errorf("%d refused, want %d", len(sent.Refused), n)
				}
			}
			for _, dry := range []bool{true, false} {
				sent := read[Resent](t, w.post("notifications/resend", ResendRequest{MerID: key.MerID, DryRun: dry, Why: "to try"}))
				if sent.Count != 1 || sent.Items[0].OrderID != paid.OrderID {
					t.Errorf("dry run %t: sent again: %+v", dry, sent.Items)
				}
				refused(sent, c.listed)
			}
			refused(read[Resent](t, w.post("notifications/resend", ResendRequest{MerID: key.MerID, OrderID: key.OrderID, Why: "to try"})), 1)
			if n := w.stateOf(key); n.State != c.stands {
				t.Errorf("it is %s now", n.State)
			}
		})
	}
}

// bounce has the refund of a paid order be done, come back from the payer's card, and be
// settled so: its merchant was told that the order is over.
func (w *world) bounce(k ledger.Key) {
	w.t.Helper()
	for _, next := range []translate.State{translate.Refunding, translate.Refunded, translate.RefundFailed} {
		_, _, err := w.ledger.Record(w.t.Context(), k, ledger.Update{
			State: next, At: present, Source: "notice", RefundNo: "R" + k.OrderID, Next: nextOf(next),
		})
		must(err)
	}
	word := ledger.Update{State: translate.RefundFailed, At: present, Source: "operator"}
	_, verdict, err := w.ledger.Settle(w.t.Context(), k, word, ledger.Change{Who: "ann", Why: "bounced"})
	must(err)
	if verdict != translate.Applied {
		w.t.Fatalf("settled: %s", verdict)
	}
}

// A merchant that was told that the payment was given back never hears of it as paid,
// although its refund has come back since: not by its number, by a filter or once more.
func TestResendRefusesWhatBounced(t *testing.T) {
	t.Parallel()
	for was, c := range map[ledger.NotificationState]struct {
		stands        ledger.NotificationState
		resend, again string
	}{
		ledger.Waiting:         {ledger.Withheld, "was told", "was told"},
		ledger.Paused:          {ledger.Withheld, "was told", "was told"},
		ledger.Exhausted:       {ledger.Withheld, "was told", "was told"},
		ledger.AlreadyCredited: {ledger.AlreadyCredited, "was told", "without --again"},
		ledger.Delivered:       {ledger.Delivered, "has acknowledged it", "was told"},
	} {
		t.Run(string(was), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			key := w.notification("89900001", was, time.Hour)
			w.bounce(key)
			for _, dry := range []bool{true, false} {
				one := ResendRequest{MerID: key.MerID, OrderID: key.OrderID, DryRun: dry, Why: "they asked"}
				again := one
				again.Again = true
				for request, words := range map[ResendRequest]string{one: c.resend, again: c.again} {
					sent := read[Resent](t, w.post("notifications/resend", request))
					if sent.Count != 0 || sent.Call != nil || len(sent.Refused) != 1 || !strings.Contains(sent.Refused[0].Reason, words) {
						t.Errorf("again %t, dry run %t: %+v", request.Again, dry, sent)
					}
				}
				for _, state := range resendable {
					sent := read[Resent](t, w.post("notifications/resend", ResendRequest{MerID: key.MerID, State: state, DryRun: dry, Why: "they asked"}))
					if sent.Count != 0 {
						t.Errorf("all that are %s, dry run %t: %+v", state, dry, sent)
					}
				}
			}
			if n := w.stateOf(key); n.State != c.stands {
				t.Errorf("it is %s now", n.State)
			}
		})
	}
}

// A refund that failed leaves the payment with the merchant, who may be told.
func TestResendAfterARefundThatFailed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key := w.notification("89900001", ledger.Exhausted, time.Hour)
	for _, next := range []translate.State{translate.Refunding, translate.RefundFailed} {
		update := ledger.Update{State: next, At: present, Source: "cancel", RefundNo: "R" + key.OrderID, Next: nextOf(next)}
		if _, _, err := w.ledger.Record(t.Context(), key, update); err != nil {
			t.Fatal(err)
		}
	}
	if sent := read[Resent](t, w.post("notifications/resend", ResendRequest{MerID: key.MerID, Why: "to try"})); sent.Count != 1 {
		t.Errorf("%+v", sent)
	}
}

// Nothing is sent behind the back of a pause.
func TestResendRefusesPausedMerchants(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key := w.notification("89900001", ledger.Exhausted, time.Hour)
	read[PauseAnswer](t, w.post("merchants/pause", PauseRequest{MerID: "89900001", Why: "repair"}))
	sent := read[Resent](t, w.post("notifications/resend", ResendRequest{MerID: "89900001", Why: "to try"}))
	if sent.Count != 0 || len(sent.Refused) != 1 || !strings.Contains(sent.Refused[0].Reason, "resume it") {
		t.Errorf("%+v", sent)
	}
	if n := w.stateOf(key); n.State != ledger.Exhausted {
		t.Errorf("it is %s now", n.State)
	}
}

func TestResendRequests(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	order := ResendRequest{MerID: "89900001", OrderID: "T1", Why: "to try"}
	change := func(edit func(*ResendRequest)) ResendRequest {
		r := order
		edit(&r)
		return r
	}
	for name, tc := range map[string]struct {
		request ResendRequest
		status  int
		words   string
	}{
		"order without merchant": {change(func(r *ResendRequest) { r.MerID = "" }), 400, "body.merid: missing"},
		"order and filter":       {change(func(r *ResendRequest) { r.All = true }), 400, "names one notification"},
		"no reason":              {change(func(r *ResendRequest) { r.Why = "" }), 400, "body.why: missing"},
		"everything by accident": {ResendRequest{Why: "to try"}, 400, "body.all: set it"},
		"delivered ones":         {ResendRequest{MerID: "1", State: ledger.Delivered, Why: "x"}, 400, "body.state: only what is exhausted, paused or already_credited"},
		"too fast":               {ResendRequest{MerID: "1", Rate: 101, Why: "x"}, 400, "body.rate: must be 1 to 100"},
		"unknown order":          {order, http.StatusNotFound, "has no order with the number"},
	} {
		t.Run(name, func(t *testing.T) { w.refused(w.post("notifications/resend", tc.request), tc.status, tc.words) })
	}
}
