package bridge

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap/zapcore"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
	v1 "github.com/paybridge/paybridge/translate/v1"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// An order that a dead bridge left behind as sent is settled by a query.
func TestTakeoverOfSentOrders(t *testing.T) {
	t.Parallel()
	arrived := func(state v2.TranState) func(*world, string) {
		return func(w *world, no string) { w.gateway.books[no] = &booked{amount: "19.99", state: state} }
	}
	for _, c := range []struct {
		name   string
		action v1.Action
		meet   func(*world, string)
		want   translate.State
	}{
		{"never arrived", v1.WxCode, func(*world, string) {}, translate.InDoubt},
		{"scanned, paid", v1.WxCode, arrived("11"), translate.Paid},
		{"scanned, payer asked", v1.WxCode, arrived("12"), translate.Pending},
		{"shown, code lost", v1.WxSao, arrived("12"), translate.InDoubt},
		{"failed", v1.WxCode, arrived("13"), translate.Failed},
		{"gateway silent", v1.WxCode, func(w *world, _ string) { w.gateway.setScript(silent) }, translate.InDoubt},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			p := order(c.action, 1)
			job := w.payJob(p)
			o, _, err := w.bridge.begin(t.Context(), job)
			if err != nil {
				t.Fatal(err)
			}
			c.meet(w, o.OrderNo)
			if w.step() != 0 {
				t.Fatal("taken over at once")
			}
			w.clock.advance(30 * time.Second)
			if w.step() != 1 {
				t.Fatal("not taken over after 30 s")
			}
			w.wantState(p, c.want)
		})
	}
}

// An order whose code was lost stays in doubt, so that its merchant's repeat gets a
// code. That nobody has paid is on its timeline, once, and it does not alarm.
func TestInDoubtAndUnpaid(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := order(v1.WxSao, 1)
	w.gateway.setScript(silent)
	w.pay(p)
	o := w.wantState(p, translate.InDoubt)
	oldest := func() time.Time {
		g, err := w.ledger.Gauges(t.Context(), w.clock.now())
		if err != nil {
			t.Fatal(err)
		}
		return g.Orders[translate.InDoubt].Oldest
	}
	if oldest().IsZero() {
		t.Error("an order without any answer is not in doubt")
	}
	w.gateway.setScript()
	w.gateway.books[o.OrderNo] = &booked{amount: "19.99", state: "12"}
	for range 3 {
		w.stepAt(p)
	}
	w.wantState(p, translate.InDoubt)
	if told := w.timeline(p, ledger.UnpaidEvent); len(told) != 1 || !oldest().IsZero() {
		t.Errorf("told that it is unpaid: %q, oldest in doubt: %s", told, oldest())
	}
}

// TestUnpaidWhileTheMerchantRepeats: the merchant's repeat gets a code while the order is
// asked about. That the code was lost is not said of it any more; that it was asked is.
func TestUnpaidWhileTheMerchantRepeats(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := order(v1.WxSao, 1)
	w.gateway.setScript(silent)
	w.pay(p)
	o := w.wantState(p, translate.InDoubt)
	w.gateway.books[o.OrderNo] = &booked{amount: "19.99", state: v2.TranProcessing}
	w.gateway.setScript(fault{name: "the merchant repeats it", mangle: func(_ context.Context, unpaid string) RoundTrip {
		if reply := w.pay(p); reply.RespCode != v1.CodeOK {
			t.Errorf("the repeat hears %s", reply.RespCode)
		}
		return RoundTrip{Sent: true, Body: []byte(unpaid)}
	}})
	w.stepAt(p)
	w.wantState(p, translate.Pending)
	if told := w.timeline(p, ledger.UnpaidEvent); len(told) > 0 {
		t.Errorf("on record: %q", told)
	}
	isQuery := func(call string) bool { return strings.HasPrefix(call, w.settings.TranCodes.Query+" ") }
	if calls := w.timeline(p, CallEventKind); !slices.ContainsFunc(calls, isQuery) {
		t.Errorf("the query is not on record: %q", calls)
	}
}

func TestNoSuchOrderIsBelievedAfterRepeats(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		answers []fault // of the queries, one after the other; then none
		steps   int
		want    translate.State
	}{
		{"early", nil, 4, translate.InDoubt}, // 6 m 20 s
		{"late", nil, 5, translate.Failed},
		{"failures do not count", []fault{silent, broken, silent, lost}, 7, translate.InDoubt},
		{"after failures", []fault{silent, broken, silent, lost}, 8, translate.Failed},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			p := order(v1.WxCode, 1)
			w.gateway.setScript(append([]fault{lost}, c.answers...)...)
			w.pay(p)
			w.wantState(p, translate.InDoubt)
			for range c.steps {
				w.stepAt(p)
			}
			w.wantState(p, c.want)
		})
	}
}

// What a merchant's polling hears is not counted, and a call of later date
// starts the count again.
func TestAnswersThatDoNotCount(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := order(v1.WxSao, 1)
	w.gateway.setScript(lost)
	w.pay(p)
	for range 10 {
		w.query(p)
		w.clock.advance(queryEvery)
	}
	events, _ := w.ledger.Events(t.Context(), key(p))
	if slices.ContainsFunc(events.Items, func(e ledger.Event) bool { return e.Kind == notFoundEvent }) {
		t.Fatalf("answers counted: %+v", events)
	}
	for range 4 {
		w.stepAt(p)
	}
	w.gateway.setScript(lost)
	w.pay(p)
	w.clock.advance(notFoundGrace)
	w.step()
	w.wantState(p, translate.InDoubt)
}

func TestExpiry(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		action v1.Action
		first  fault
		close  string
		at     fault // when the order has expired
		want   translate.State
		within time.Duration // of the expiry
	}{
		{"unpaid", v1.WxSao, none, "", none, translate.Closed, ledger.ExpiryGrace + 2*time.Second},
		{"unpaid, gateway closes", v1.WxSao, none, closeCode, none, translate.Closed, ledger.ExpiryGrace + 2*time.Second},
		{"gateway has forgotten it", v1.WxSao, none, "", notFound, translate.Pending, ledger.ExpiryGrace + 2*time.Second},
		{"gateway silent", v1.WxSao, none, "", silent, translate.Pending, ledger.ExpiryGrace + 2*time.Second},
		{"code lost", v1.WxSao, silent, "", none, translate.Closed, ledger.ExpiryGrace + 2*time.Second},
		{"not sent", v1.WxSao, unsent, "", none, translate.Closed, time.Second},
		{"payer never came", v1.WxJsApi, none, "", none, translate.Closed, time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.settings.TranCodes.Close = c.close
			p := order(c.action, 1)
			w.gateway.setScript(c.first)
			w.pay(p)
			expires := w.order(p).ExpiresAt
			for w.order(p).Next.Before(expires) {
				w.stepAt(p)
			}
			w.gateway.setScript(c.at)
			w.stepAt(p)
			w.wantState(p, c.want)
			if late := w.clock.now().Sub(expires); late > c.within {
				t.Fatalf("closed %s after the expiry", late)
			}
		})
	}
}

// A merchant that was taken out of the configuration leaves its unsent orders
// behind; they end like any other.
func TestUnsentOrderOfARemovedMerchantEnds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := order(v1.WxJsApi, 1)
	w.pay(p)
	w.reload(func(s *Settings) { s.Merchants = emptyRegistry() })
	w.stepAt(p)
	w.wantState(p, translate.Closed)
}

func TestOpenOrderOfARemovedMerchantWaits(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := order(v1.WxSao, 1)
	w.pay(p)
	old := w.settings
	w.reload(func(s *Settings) { s.Merchants = emptyRegistry() })
	w.stepAt(p)
	if o := w.wantState(p, translate.Pending); !o.Next.After(w.clock.now()) {
		t.Fatal("no next step")
	}
	w.bridge.Detach(w.settings)
	w.bridge.Attach(old)
	w.gateway.payer(w.order(p).OrderNo)
	w.stepAt(p)
	w.wantState(p, translate.Paid)
}

func TestDoubtRaisesAnAlarmAfterADay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := order(v1.WxCode, 1)
	w.gateway.chance = func() fault { return silent }
	w.pay(p)
	begun := w.order(p).CreatedAt
	for w.clock.now().Before(begun.Add(27 * time.Hour)) {
		before := w.logs.FilterLevelExact(zapcore.ErrorLevel).Len()
		w.stepAt(p)
		alarmed := w.logs.FilterLevelExact(zapcore.ErrorLevel).Len() > before
		if old := w.clock.now().Sub(begun) > alarmAge; alarmed != old {
			t.Fatalf("after %s: alarm %v", w.clock.now().Sub(begun), alarmed)
		}
	}
	w.wantState(p, translate.InDoubt)
}

// TestLastQueryRaisesAnAlarmAfterADay: a closed order may have been paid. While the last
// query about it gets no answer, somebody has to ask the gateway's people.
func TestLastQueryRaisesAnAlarmAfterADay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := order(v1.WxSao, 1)
	w.pay(p)
	w.cancel(p)
	w.gateway.chance = func() fault { return silent }
	closed := w.wantState(p, translate.Closed)
	for w.clock.now().Before(closed.CreatedAt.Add(27 * time.Hour)) {
		before := w.logs.FilterLevelExact(zapcore.ErrorLevel).Len()
		w.stepAt(p)
		alarmed := w.logs.FilterLevelExact(zapcore.ErrorLevel).Len() > before
		if age := w.clock.now().Sub(closed.CreatedAt); alarmed != (age > alarmAge) {
			t.Fatalf("after %s: alarm %v", age, alarmed)
		}
	}
	if o := w.wantState(p, translate.Closed); o.Next.IsZero() {
		t.Error("it is asked about no more")
	}
}

func TestPanicInAStepIsSurvived(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := order(v1.WxSao, 1)
	w.pay(p)
	w.reload(func(s *Settings) { s.QuerySchedule = nil }) // what should not happen
	w.stepAt(p)
	panicked := func(m string) bool { return m == "panic while taking a step of an order" }
	if !slices.ContainsFunc(messages(w), panicked) {
		t.Fatalf("log: %q", messages(w))
	}
	if o := w.wantState(p, translate.Pending); o.Next.Sub(w.clock.now()) != lease(w.settings) {
		t.Fatalf("claim ends after %s", o.Next.Sub(w.clock.now()))
	}
}
