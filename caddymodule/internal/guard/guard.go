package guard

import (
	"context"
	"crypto/rand"
	"maps"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/crash"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/newest"
	"github.com/paybridge/paybridge/caddymodule/internal/outage"
	"github.com/paybridge/paybridge/caddymodule/internal/repeats"
	"github.com/paybridge/paybridge/caddymodule/internal/rollback"
	"github.com/paybridge/paybridge/caddymodule/internal/route"
)

const (
	// Who is who has changed a route, on record.
	Who = "guard"

	// retryEvery is how often a merchant is tried to be turned back that could not be.
	retryEvery = time.Second
	// writeTime bounds one try.
	writeTime = 5 * time.Second
	// maxMerchants bounds of how many merchants is counted. Of more than that, one is
	// counted anew now and then.
	maxMerchants = 20_000
)

// Store is where routes are on record: the ledger.
type Store interface {
	TurnBack(ctx context.Context, merID string, seen ledger.RouteMark, c ledger.Change) (bool, error)
}

// Observer is told of what is counted and done, for metrics.
type Observer interface {
	// PaymentCompared tells of a new payment that was counted.
	PaymentCompared(side route.Side, refused bool)
	// MerchantTurnedBack tells that the route of a merchant has become old.
	MerchantTurnedBack()
}

// Payment is a new payment that was answered, signed by its merchant.
type Payment struct {
	MerID, OrderID string
	Route          ledger.RouteMark // by which it was served
	Since          int64            // the last change of the route that was seen by then: it grows
	Refused        bool             // refused, failed, or not answered
}

// Guard counts and turns back. Its methods may be called from many goroutines.
type Guard struct {
	store    Store
	log      *zap.Logger
	away     *outage.Log
	observer Observer
	passed   func() time.Duration
	changed  func()
	rules    newest.List[*Rules] // of the loaded configurations

	mu        sync.Mutex
	merchants map[string]*merchant
	findings  map[string]finding // that are not on record yet, by merchant

	wake chan struct{}
	stop context.CancelFunc
	work sync.WaitGroup
}

// finding is a merchant that is to be turned back.
type finding struct {
	route  ledger.RouteMark
	reason rollback.Reason // with the rule that was broken
	name   string          // under which it is on record once
}

// New makes a Guard that works until it is closed. passed is a clock that nobody can
// set; changed is called when a route has changed.
func New(store Store, log *zap.Logger, observer Observer, passed func() time.Duration, changed func()) *Guard {
	ctx, stop := context.WithCancel(context.Background())
	g := &Guard{
		store: store, log: log, observer: observer, passed: passed, changed: changed, stop: stop,
		merchants: map[string]*merchant{}, findings: map[string]finding{}, wake: make(chan struct{}, 1),
		away: outage.New(log, zap.ErrorLevel, "a merchant cannot be turned back to the old gateway; trying on", "merchants can be turned back again"),
	}
	g.work.Go(func() { g.workOn(ctx) })
	return g
}

// Attach has the guard go by the rules of a configuration; Detach undoes it. What was
// counted stays, but for what a rule with another window cannot use.
func (g *Guard) Attach(r *Rules) { g.rules.Add(r) }

// Detach ends what Attach has begun.
func (g *Guard) Detach(r *Rules) { g.rules.Remove(r) }

// rule is the rule for a merchant that is in force; ok is false for none.
func (g *Guard) rule(merID string) (rule rollback.Rule, ok bool) {
	rules, _ := g.rules.Get()
	return rules.Of(merID)
}

// OldAnswered counts what the old gateway has answered.
func (g *Guard) OldAnswered(p Payment) {
	g.count(p, route.Old, func(m *merchant, now time.Duration) { m.onOld(p, now) })
}

// OldUnread notes that the old gateway has answered a new payment of a merchant, and that
// the bridge cannot read it. As long as nothing else is known of it, v2 is compared with
// nothing.
func (g *Guard) OldUnread(merID string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if rule, ok := g.rule(merID); ok {
		m := g.merchant(merID)
		m.follow(rule)
		m.unread = true
	}
}

// V2Answered counts what v2 has answered, and has the merchant turned back when the
// rule is broken. Nobody waits for that.
func (g *Guard) V2Answered(p Payment) {
	g.count(p, route.V2, func(m *merchant, now time.Duration) {
		v2, old, is := m.onV2(p, now)
		switch is {
		case nothing:
			return
		case blind:
			g.log.Warn("v2 refuses many payments of a merchant, and it is not turned back: nothing of what the old gateway answers it can be read",
				zap.String("merid", p.MerID), zap.Int("payments", v2.Payments), zap.Int("refused", v2.Refused))
			return
		case tooMany:
		}
		g.findings[p.MerID] = finding{p.Route, rollback.Reason{Rule: m.rule, V2: v2, Old: old}, rand.Text()}
		select {
		case g.wake <- struct{}{}:
		default: // it is awake
		}
	})
}

// count counts a payment unless it was counted before, or no rule needs it.
func (g *Guard) count(p Payment, side route.Side, add func(*merchant, time.Duration)) {
	g.mu.Lock()
	defer g.mu.Unlock()
	rule, ok := g.rule(p.MerID)
	if !ok {
		return
	}
	m := g.merchant(p.MerID)
	m.follow(rule)
	if m.answered.Again(p.MerID, p.OrderID, p.Refused) {
		return
	}
	add(m, g.passed())
	g.observer.PaymentCompared(side, p.Refused)
}

// merchant finds what was counted of a merchant, or begins to count.
func (g *Guard) merchant(merID string) *merchant {
	if m := g.merchants[merID]; m != nil {
		return m
	}
	for other := range g.merchants {
		if len(g.merchants) < maxMerchants {
			break
		}
		delete(g.merchants, other)
	}
	m := &merchant{answered: repeats.Last(maxKnown)}
	g.merchants[merID] = m
	return m
}

func (g *Guard) workOn(ctx context.Context) {
	ticker := time.NewTicker(retryEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-g.wake:
		case <-ticker.C:
		}
		crash.Guard(g.log, "turning merchants back", func() { g.turnBack(ctx) })
	}
}

// turnBack has the ledger told of what was found. What it does not take is kept.
func (g *Guard) turnBack(ctx context.Context) {
	for merID, f := range g.open() {
		if now, ok := g.rule(merID); !ok || now != f.reason.Rule {
			g.withdraw(merID, f)
			continue
		}
		turned, err := g.write(ctx, merID, f)
		if ctx.Err() != nil {
			return
		}
		g.away.Report(err)
		if err != nil {
			return
		}
		g.done(merID, f, turned)
	}
}

func (g *Guard) open() map[string]finding {
	g.mu.Lock()
	defer g.mu.Unlock()
	return maps.Clone(g.findings)
}

func (g *Guard) write(ctx context.Context, merID string, f finding) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, writeTime)
	defer cancel()
	return g.store.TurnBack(ctx, merID, f.route, ledger.Change{Who: Who, Why: f.reason.String(), Once: f.name}) //nolint:wrapcheck // it is logged
}

// withdraw takes back what was found by a rule that is not in force any more, such as
// one that an operator has switched off while the ledger was away. What is counted is
// judged by the new rule, if there is one, or by the same when it is in force again.
func (g *Guard) withdraw(merID string, f finding) {
	g.forget(merID, f, (*merchant).judgeAgain)
	g.log.Info("a merchant is not turned back to the old gateway: its rule was changed in the meantime",
		zap.String("merid", merID), zap.String("reason", f.reason.Said().Error()))
}

// forget takes a finding from those that are not on record yet, and notes with its
// merchant, unless another route is counted there by now, what has become of it.
func (g *Guard) forget(merID string, f finding, note func(*merchant)) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.findings[merID] == f {
		delete(g.findings, merID)
	}
	if m := g.merchants[merID]; m != nil && m.route == f.route {
		note(m)
	}
}

func (g *Guard) done(merID string, f finding, turned bool) {
	g.forget(merID, f, (*merchant).end)
	fields := []zap.Field{zap.String("merid", merID), zap.String("reason", f.reason.Said().Error())}
	if !turned {
		g.log.Info("a merchant is not turned back to the old gateway: its route was changed in the meantime", fields...)
		return
	}
	g.changed()
	g.observer.MerchantTurnedBack()
	g.log.Error("merchant turned back to the old gateway, v2 refuses too much; it stays there until somebody gives it a route", fields...)
}

// Close ends the work. What is not on record by then is found again by who serves on.
func (g *Guard) Close() {
	g.stop()
	g.work.Wait()
}
