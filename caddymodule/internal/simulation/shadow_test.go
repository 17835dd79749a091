//go:build simulation

package simulation

import (
	"context"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/shadow"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// shadowing compares the exchanges of merchants in the shadow, for as long as a
// configuration of a process. Comparisons panic or hang where a fault says so.
//
// That a comparison sends nothing shows at the gateway, which insists that whatever
// reaches it is on record as v2's.
type shadowing struct {
	p      *process
	worker *shadow.Worker

	mu      sync.Mutex
	trouble shadow.Reason // that has befallen a comparison, after which there must be no other
	since   time.Duration // when
	off     shadow.Reason // why the worker has said that it is off
}

// sight is what the bridges of a world make of the exchanges of merchants in the shadow.
type sight int

const (
	watchful  sight = iota // they compare, and write down what they count
	forgetful              // they compare
	blind                  // they do nothing
)

// hangs is how long a comparison hangs that does: longer than the worker lets it.
const hangs = shadow.DefaultLag + 15*time.Second

// startShadow starts one; nil is one that compares nothing.
func startShadow(p *process) *shadowing {
	if p.m.w.plan.shadow == blind {
		return nil
	}
	s := &shadowing{p: p}
	s.worker = shadow.Start(shadow.Config{
		Settings: shadow.Settings{
			NotifyURL: "https://pay.example/onepay/notify", Subject: "{orderid}", Expiry: expiry,
			Pay: v2.TranPay, Query: v2.TranQuery, Refund: v2.TranRefund,
		},
		Compare: s.compare, Store: s, Observer: s, Now: time.Now,
		Goroutines: 1, Share: shadow.DefaultShare, Entries: 4, Bytes: shadow.DefaultBytes, Lag: shadow.DefaultLag,
	})
	return s
}

// saw is told of an exchange, and must not wait.
func (s *shadowing) saw(t *passage, body []byte, reply *httptest.ResponseRecorder) {
	if s == nil {
		return
	}
	w := s.p.m.w
	began, m := w.since(), t.asked.Merchant
	s.worker.Offer(
		shadow.Merchant{MerID: m.MerID, GatewayMerchant: m.GatewayMerchant, SignKeys: m.SignKeys(time.Now()), Codec: m.Codec},
		shadow.Exchange{
			At: time.Now(), Interface: t.to.Name, Method: t.r.Method, ContentType: t.r.Header.Get("Content-Type"), Query: t.r.URL.RawQuery,
			Body: body, Status: reply.Code, Reply: reply.Body.Bytes(),
		})
	if waited := w.since() - began; waited > 0 {
		w.broken("shadow", "the answer about order %s has waited %s for the shadow", t.asked.OrderID, waited)
	}
}

// compare is a comparison, in which something may go wrong.
func (s *shadowing) compare(m shadow.Merchant, settings shadow.Settings, e shadow.Exchange, now time.Time) shadow.Outcome {
	w := s.p.m.w
	s.mu.Lock()
	if s.trouble != "" {
		w.broken("shadow", "bridge %d goes on comparing after the trouble %s", s.p.m.n, s.trouble)
	}
	what := w.struck(onShadow, s.p.m.n, s.p.life, w.since())
	if what != "" {
		s.trouble, s.since = troubles[what], w.since()
	}
	s.mu.Unlock()
	switch what {
	case "comparison panics":
		panic(what)
	case "comparison hangs":
		time.Sleep(hangs)
	}
	outcome := shadow.Compare(m, settings, e, now)
	if o := w.order(outcome.OrderID); o != nil {
		w.noteState(o, "comparison")
	}
	return outcome
}

// troubles are what the worker must say of a fault.
var troubles = map[string]shadow.Reason{"comparison panics": shadow.ReasonPanic, "comparison hangs": shadow.ReasonLag}

// stop ends comparing, and checks that trouble has switched it off.
func (s *shadowing) stop() {
	if s == nil {
		return
	}
	w := s.p.m.w
	s.mu.Lock()
	due := s.trouble == shadow.ReasonPanic || s.trouble == shadow.ReasonLag && w.since()-s.since > shadow.DefaultLag+2*time.Second
	if due && s.off != s.trouble {
		w.broken("shadow", "bridge %d had the trouble %q, and its shadow has said that it is off for %q", s.p.m.n, s.trouble, s.off)
	}
	s.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	s.worker.Stop(ctx)
}

// AddCounts implements shadow.Store.
func (s *shadowing) AddCounts(ctx context.Context, name string, counts []shadow.Count) (int, error) {
	if s.p.m.w.plan.shadow == forgetful {
		return len(counts), nil
	}
	rows := make([]ledger.ShadowCount, len(counts))
	for i, c := range counts {
		rows[i] = ledger.ShadowCount{
			MerID: c.MerID, Day: c.Day, Kind: string(c.Kind), Interface: c.Interface, Subject: c.Subject, Detail: c.Detail,
			Times: c.Times, LastAt: c.LastAt, Example: c.Example,
		}
	}
	return s.p.ledger.AddShadowCounts(ctx, name, rows)
}

// The methods of shadow.Observer.
func (s *shadowing) ExchangeSeen(r shadow.Result)  { s.p.m.w.cover.shadow(string(r)) }
func (s *shadowing) DifferenceFound(k shadow.Kind) {}
func (s *shadowing) CountsKept(error)              {}
func (s *shadowing) ShadowOff(r shadow.Reason, _ any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.off = r
}

// TestShadowChangesNothing: in a world where merchants are in the shadow, everybody
// hears and pays the same, at the same time, as in one where nobody compares. The routes
// are the same in both: bridges read them anew after a change, which takes a moment, and
// from the shadow to the old gateway is one. Nothing that was counted is written down,
// which would go into commits with what others write; and no bridge ends in an orderly
// way, which takes until a comparison has ended.
func TestShadowChangesNothing(t *testing.T) {
	const enough = 8
	worlds := 0
	for seed := *firstFlag; worlds < enough; seed++ {
		p := drawPlan(seed, ordersMost)
		if !p.shadows() {
			continue
		}
		p.faults = slices.DeleteFunc(p.faults, func(f fault) bool { return f.kind == "restart" || f.kind == "reload" })
		bare := p
		p.shadow, bare.shadow = forgetful, blind
		with, without := play(t, p), play(t, bare)
		if with.cover.shadows[string(shadow.ResultCompared)] == 0 {
			continue
		}
		worlds++
		if len(without.cover.shadows) > 0 {
			t.Errorf("seed %d: there is a shadow where nobody compares", seed)
		}
		if a, b := with.heard(), without.heard(); a != b {
			t.Errorf("seed %d: with the shadow\n%s\nwithout\n%s", seed, a, b)
		}
	}
}

// shadows reports whether a merchant goes into the shadow.
func (p plan) shadows() bool {
	return p.beside && slices.ContainsFunc(p.flips, func(f flip) bool { return f.to == "shadow" })
}

// heard is what merchants and payers saw of a world.
func (o outcome) heard() string {
	var b strings.Builder
	for _, l := range o.story {
		if strings.HasPrefix(l.text, "merchant of ") || strings.Contains(l.text, "the payer of ") || strings.Contains(l.text, "notifies of ") {
			b.WriteString(l.at.String() + " " + l.text + "\n")
		}
	}
	return b.String()
}
