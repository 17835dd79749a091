package bridge

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/delivery"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
	v1 "github.com/paybridge/paybridge/translate/v1"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// tally is an Observer that counts by name.
type tally struct {
	mu       sync.Mutex
	counts   map[string]int
	attempts chan delivery.Class
}

func newTally() *tally {
	return &tally{counts: map[string]int{}, attempts: make(chan delivery.Class, 8)}
}

func (y *tally) count(what ...any) {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.counts[strings.TrimSpace(fmt.Sprintln(what...))]++
}

// want compares what was counted, and forgets it.
func (y *tally) want(t *testing.T, want map[string]int) {
	t.Helper()
	y.mu.Lock()
	defer y.mu.Unlock()
	if !maps.Equal(y.counts, want) {
		t.Errorf("counted %v, want %v", y.counts, want)
	}
	y.counts = map[string]int{}
}

func (y *tally) CallFinished(kind CallKind, class CallClass, _ time.Duration)   { y.count(kind, class) }
func (y *tally) OrderMoved(to translate.State)                                  { y.count(to) }
func (y *tally) OrderBegun(ledger.Key)                                          {}
func (y *tally) OrderPaid(ledger.Key)                                           {}
func (y *tally) UpdateJudged(verdict translate.Verdict)                         { y.count(verdict) }
func (y *tally) Quarantined()                                                   { y.count("quarantined") }
func (y *tally) ClockCompared(time.Duration)                                    {}
func (y *tally) ClockSet(time.Duration)                                         {}
func (y *tally) NotificationEnded(ledger.NotificationState)                     {}
func (y *tally) AttemptFinished(_ string, c delivery.Class, _, _ time.Duration) { y.attempts <- c }

// observedWorld is a world whose bridge is observed.
func observedWorld(t *testing.T, options ...Option) (*world, *tally) {
	t.Helper()
	w, y := newWorld(t), newTally()
	w.bridge = newBridge(w.ledger, zap.NewNop(), w.clock.now, append(options, WithObserver(y))...)
	w.bridge.Attach(w.settings)
	return w, y
}

// Every way in which a call can end has a class of its own, and the order's
// timeline says the same.
func TestCallsHaveClasses(t *testing.T) {
	t.Parallel()
	status := fault{name: "status", mangle: func(context.Context, string) RoundTrip { return RoundTrip{Sent: true, Err: StatusError(502)} }}
	for _, c := range []struct {
		fault fault
		class CallClass
		says  string
	}{
		{none, "processed", "S0000000, state 11, 0s"},
		{unsent, CallUnsent, "unsent (connection broken), 0s"},
		{lost, CallReset, "reset (connection broken), 0s"},
		{silent, CallReset, "reset (connection broken), 0s"},
		{hangs, CallTimeout, "timeout (context deadline exceeded), 0s"},
		{status, CallStatus, "status (HTTP status – 502), 0s"},
		{html, CallUnopened, "unopened (reading answer: "},
		{half, CallUnopened, "unopened ("},
		{forged, CallUnopened, "unopened (opening message: message refused), 0s"},
		{unknown, "unknown", "E0000000, 0s"},
		{broken, "unknown", "E9999999, 0s"},
		{repeated, "repeated", "E8000003, 0s"},
		{notFound, "not_found", "E8000001, 0s"},
		{refuses, "refused", "E1000001, 0s"},
		{declines, "processed", "S0000000, state 13, 0s"},
		{panicking, CallInternal, "internal (panic while calling gateway: string), 0s"},
	} {
		t.Run(c.fault.name, func(t *testing.T) {
			t.Parallel()
			w, y := observedWorld(t)
			w.settings.Timeouts.Gateway = 100 * time.Millisecond
			w.gateway.setScript(c.fault)
			p := order(v1.WxCode, 1)
			w.pay(p)
			if n := y.counts["pay "+string(c.class)]; n != 1 {
				t.Errorf("counted %v, want one pay %s", y.counts, c.class)
			}
			if !slices.Contains(CallClasses(), c.class) {
				t.Errorf("%s is not in the list of classes", c.class)
			}
			o := w.order(p)
			want := o.FlowNo + ": " + c.says
			if calls := w.timeline(p, CallEventKind); len(calls) != 1 || !strings.HasPrefix(calls[0], v2.TranPay+" "+want) {
				t.Errorf("timeline says %q, want %q", calls, want)
			}
			wantReadable(t, w, p, c.class)
		})
	}
}

// wantReadable checks that the order's only call is read back from its event.
func wantReadable(t *testing.T, w *world, p v1.PayRequest, class CallClass) {
	t.Helper()
	events, err := w.ledger.Events(t.Context(), key(p))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events.Items {
		call, known := ReadCall(e)
		if known != (e.Kind == CallEventKind) {
			t.Errorf("%q is a call: %v", e.Detail, known)
		}
		failed := slices.Contains(FailedCalls(), class)
		if known && (call.FlowNo != w.order(p).FlowNo || call.Took == "" ||
			failed != (call.Class == class && call.Cause != "" && call.Said == "") || failed == (call.Class == "" && call.Said != "")) {
			t.Errorf("%q is read as %+v", e.Detail, call)
		}
	}
}

// timeline lists source and detail of an order's events of some kinds.
func (w *world) timeline(p v1.PayRequest, kinds ...string) []string {
	w.tb.Helper()
	events, err := w.ledger.Events(w.tb.Context(), key(p))
	if err != nil {
		w.tb.Fatal(err)
	}
	var list []string
	for _, e := range events.Items {
		if slices.Contains(kinds, e.Kind) {
			list = append(list, e.Source+" "+e.Detail)
		}
	}
	return list
}

// withoutFlow cuts the flow number, which is drawn, out of a timeline's line.
func withoutFlow(line string) string {
	source, rest, _ := strings.Cut(line, " ")
	_, said, _ := strings.Cut(rest, ": ")
	return source + " " + said
}

// An order's timeline has every call and notice of its life, those that brought
// nothing too, and nothing of a payload.
func TestTimelineIsComplete(t *testing.T) {
	t.Parallel()
	w, y := observedWorld(t)
	p := order(v1.WxSao, 1)
	p.OpenID = "canary-openid"
	w.gateway.setScript(silent, broken)
	w.pay(p)    // the answer is lost
	w.stepAt(p) // the query fails
	w.pay(p)    // the merchant repeats, a code is shown
	o := w.order(p)
	w.gateway.payer(o.OrderNo)
	if err := w.notice(w.gateway.notice(o.OrderNo, "12", yuan(o.Amount))); err != nil {
		t.Fatal(err)
	}
	if err := w.notice(w.gateway.notice(o.OrderNo, "11", yuan(o.Amount))); err != nil {
		t.Fatal(err)
	}
	w.gateway.setScript(lost)
	w.cancel(p) // the refund does not arrive
	for range 4 {
		w.stepAt(p) // asked about: the gateway does not know it; at last submitted again
	}
	var got []string
	for _, line := range w.timeline(p, CallEventKind, noticeEventKind) {
		got = append(got, withoutFlow(line))
	}
	want := []string{
		"OP1001 reset (connection broken), 0s",
		"OP2001 E9999999, 0s",
		"OP1001 S0000000, state 12, 0s",
		"notice state 12",
		"notice state 11",
		"OP1003 reset (connection broken), 0s",
		"OP2002 E8000001, 0s",
		"OP2002 E8000001, 0s",
		"OP2002 E8000001, 0s",
		"OP2002 E8000001, 0s",
		"OP1003 S0000000, state 31, 0s",
	}
	slices.Sort(got) // what happens within a millisecond of this clock has no order
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("timeline:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	y.want(t, map[string]int{
		"pay reset": 1, "pay processed": 1, "query unknown": 1, "refund reset": 1, "refund processed": 1, "refund_query not_found": 4,
		"applied": 6, "sent": 2, "in_doubt": 1, "pending": 1, "paid": 1, "refunding": 1, "refunded": 1,
	})
}

// A merchant who polls does not fill the ledger.
func TestPollsLeaveNoTrail(t *testing.T) {
	t.Parallel()
	w, y := observedWorld(t)
	p := order(v1.WxSao, 1)
	w.pay(p)
	before := w.timeline(p, CallEventKind)
	for range 5 {
		w.clock.advance(queryEvery)
		w.query(p)
	}
	if after := w.timeline(p, CallEventKind); !slices.Equal(before, after) {
		t.Errorf("timeline grew to %q", after)
	}
	y.want(t, map[string]int{"sent": 1, "pay processed": 1, "applied": 1, "pending": 1, "query processed": 5})
}

// What is kept aside is counted; the order that two of the messages are about is asked for.
func TestQuarantineIsCounted(t *testing.T) {
	t.Parallel()
	w, y := observedWorld(t)
	p := order(v1.WxSao, 1)
	w.pay(p)
	y.counts = map[string]int{}
	o := w.order(p)
	for name, e := range map[string]v2.Envelope{
		"wrong amount":  w.gateway.notice(o.OrderNo, "11", "0.02"),
		"unknown order": w.gateway.notice("nobodys", "11", "19.99"),
		"unknown state": w.gateway.notice(o.OrderNo, "99", "19.99"),
	} {
		if err := w.notice(e); err == nil {
			t.Errorf("%s: acknowledged", name)
		}
	}
	w.bridge.queries.wait()
	y.want(t, map[string]int{"quarantined": 3, "query processed": 1})
}

// A number of the gateway that is none is not shown.
func TestOddWordsAreNotShown(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"": "", "S0000000": "S0000000", "11": "11", "S00000000": "?", "a\nb": "?", "<b>": "?", "支付": "?",
	} {
		if got := shortWord(given, maxCode); got != want {
			t.Errorf("%q is shown as %q, want %q", given, got, want)
		}
	}
}
