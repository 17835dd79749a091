package ledger_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
)

var states = []translate.State{
	translate.Begun, translate.Sent, translate.Pending, translate.InDoubt, translate.Paid, translate.Failed,
	translate.Closed, translate.Refunding, translate.Refunded, translate.RefundFailed,
}

// model is what one order should be after its updates, by the design alone.
type model struct {
	state    translate.State
	shows    bool // its payer is shown how to pay
	refundNo string
	claim    int64
	open     bool // has a next step
	owed     bool // has a notification
	events   int  // of the steps it took and of what was odd
}

// take moves the model by the update and returns the verdict to expect.
func (m *model) take(n ledger.Update) translate.Verdict {
	verdict := translate.Judge(m.state, n.State)
	if m.shows && m.state == translate.Pending && n.State == translate.Failed && n.At.Before(after(2*time.Hour+ledger.ExpiryGrace)) {
		verdict = translate.FailedAttempt
	}
	switch verdict {
	case translate.Applied:
		m.state = n.State
		m.events++
	case translate.LatePayment:
		m.state = translate.Refunding
		m.events += 2
	case translate.Late, translate.Contradicted, translate.FailedAttempt:
		m.events++
		return verdict
	default:
		return verdict
	}
	if m.state == translate.Refunding {
		m.refundNo = n.RefundNo
	}
	if n.Claim == 0 || n.State == translate.Sent {
		m.claim++
	}
	m.open = !m.state.Final() || !n.Next.IsZero()
	m.owed = m.owed || m.state == translate.Paid
	return verdict
}

// recordFollowsModel records random updates in random order, with right and
// wrong claims, by callers who hold the order as it is, as it was, or not at all, and
// compares with the model after each.
func recordFollowsModel(t *testing.T, p place) {
	l := p.open(t)
	number := 0
	rapid.Check(t, func(rt *rapid.T) {
		number++
		o := sample(number)
		o.Action = rapid.SampledFrom([]string{"WxCode", "WxSao"}).Draw(rt, "action")
		o = mustBegin(t, l, o)
		m := &model{state: translate.Begun, shows: o.Action == "WxSao", claim: 1, open: true}
		held := []*ledger.Order{nil, &o}
		for i := range rapid.IntRange(1, 12).Draw(rt, "updates") {
			n := drawNews(rt, m, fmt.Sprintf("R%d-%d", number, i))
			before, was := mustOrder(t, l, o.Key), *m
			held = append(held, &before)
			n.Held = rapid.SampledFrom(append(held, &before, &before)).Draw(rt, "held")
			want := m.take(n)
			got, verdict, err := l.Record(t.Context(), o.Key, n)
			moves := want == translate.Applied || want == translate.LatePayment
			if moves && n.Claim != 0 && n.Claim != was.claim {
				*m = was
				if now := mustOrder(t, l, o.Key); err == nil || now != before {
					rt.Fatalf("update to %s with a wrong claim: error %v, order %+v", n.State, err, now)
				}
				continue
			}
			if err != nil || verdict != want {
				rt.Fatalf("update to %s in %s: verdict %v, error %v, want %v", n.State, was.state, verdict, err, want)
			}
			compare(t, rt, l, got, m)
		}
	})
}

func drawNews(rt *rapid.T, m *model, refundNo string) ledger.Update {
	n := ledger.Update{
		State:    rapid.SampledFrom(states).Draw(rt, "state"),
		At:       after(time.Duration(rapid.IntRange(0, 3*3600).Draw(rt, "at")) * time.Second),
		RefundNo: refundNo,
		Claim:    rapid.SampledFrom([]int64{0, 0, m.claim, m.claim - 1}).Draw(rt, "claim"),
	}
	if rapid.Bool().Draw(rt, "has next") {
		n.Next = after(time.Hour)
	}
	return n
}

func compare(t *testing.T, rt *rapid.T, l *ledger.Ledger, got ledger.Order, m *model) {
	if stored := mustOrder(t, l, got.Key); stored != got {
		rt.Fatalf("Record returned\n%+v\nstored is\n%+v", got, stored)
	}
	if got.State != m.state || got.RefundNo != m.refundNo || got.Claim != m.claim || got.Next.IsZero() == m.open {
		rt.Fatalf("order is\n%+v\nwant\n%+v", got, *m)
	}
	_, err := l.Notification(t.Context(), got.Key)
	if owed := err == nil; owed != m.owed {
		rt.Fatalf("notification owed is %v, want %v", owed, m.owed)
	}
	events, err := l.Events(t.Context(), got.Key)
	came := 0
	for _, e := range events.Items {
		came += e.Times
	}
	if err != nil || came != m.events {
		rt.Fatalf("%d events, error %v, want %d", came, err, m.events)
	}
}
