package sides

import (
	"context"
	"errors"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/crash"
	"github.com/paybridge/paybridge/caddymodule/internal/failpoint"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/newest"
	"github.com/paybridge/paybridge/caddymodule/internal/outage"
	"github.com/paybridge/paybridge/caddymodule/internal/route"
)

// Ledger has the sides of orders on record; [ledger.Ledger] is one.
type Ledger interface {
	Side(ctx context.Context, k ledger.Key) (route.Side, error)
	MarkOld(ctx context.Context, k ledger.Key, at time.Time) (fresh bool, err error)
	NewestOrder(ctx context.Context, before time.Time) (time.Time, error)
	PruneOld(ctx context.Context, before time.Time) (more bool, err error)
	MerchantsWithOrders(ctx context.Context) ([]string, error)
}

// Sides knows the sides of orders. It outlives configurations, as its ledger does.
type Sides struct {
	ledger   Ledger
	log      *zap.Logger
	now      func() time.Time
	timed    func() bool // whether now is right
	observer Observer
	patience time.Duration // of a request that waits for the ledger

	known   *cache
	moved   moved
	late    late
	mayHave daily
	reads   answering
	marks   answering
	used    atomic.Bool                // by a configuration with an old gateway
	keeps   newest.List[time.Duration] // how long marks are kept, by the loaded configurations
	began   began
	wake    chan struct{}
	stop    context.CancelFunc
	workers sync.WaitGroup
}

// answering is whether the ledger does one kind of work. A full disk, or a standby that is
// gone, lets it be read and not written to.
type answering struct {
	away  *outage.Log
	retry atomic.Int64 // Unix nanoseconds: until then it counts as away
}

// Observer is told of marks, for metrics.
type Observer interface {
	// OrderMarked tells of an order of the old gateway that was to be written down.
	OrderMarked(result MarkResult)
	// MarkAwaited tells how long a payment has waited for its mark.
	MarkAwaited(took time.Duration)
	// MarksWaiting tells how many marks wait for the ledger.
	MarksWaiting(count int)
}

// MarkResult says what became of a mark.
type MarkResult string

// The results.
const (
	Marked      MarkResult = "written"     // before the request was passed on
	MarkedLate  MarkResult = "late"        // afterwards: the ledger had come back, or the old gateway has accepted what nobody could verify, or may have
	MarkWaits   MarkResult = "waits"       // the ledger is away
	MarkRefused MarkResult = "conflict"    // afterwards the order was found to be on v2 as well
	MarkLost    MarkResult = "not_written" // too many wait, or the bridge has stopped: the request was not passed on, or its mark is lost
)

// MarkResults lists them all.
func MarkResults() []MarkResult {
	return []MarkResult{Marked, MarkedLate, MarkWaits, MarkRefused, MarkLost}
}

// ledgerPatience bounds how long a request waits for the ledger before it counts as
// away. A merchant's program gives up at 16 s, and the old gateway has its time, too.
const ledgerPatience = 2 * time.Second

// retryEvery is how often a ledger that is away is tried by requests that can do
// without.
const retryEvery = time.Second

// Clock is the time that the bridge goes by.
type Clock struct {
	Now func() time.Time
	// Known reports whether Now is right: where bridges share a database they go by its
	// time, which one that starts while that is away does not know.
	Known func() bool
}

// New makes Sides over an open ledger. Its background work rests until a configuration
// with an old gateway is attached.
func New(l Ledger, log *zap.Logger, clock Clock, observer Observer) *Sides {
	s := &Sides{
		ledger: l, log: log, now: clock.Now, timed: clock.Known, observer: observer, patience: ledgerPatience,
		known: newCache(knownSides, clock.Now), began: began{shown: clock.Now(), at: time.Now()}, wake: make(chan struct{}, 1),
	}
	s.reads.away = outage.New(log, zap.ErrorLevel,
		"the sides of orders cannot be looked up: merchants without orders on v2 go on to the old gateway, others hear 96",
		"the sides of orders can be looked up again")
	s.marks.away = outage.New(log, zap.ErrorLevel,
		"the old gateway's orders cannot be put on record: merchants without orders on v2 go on to the old gateway, others hear 96",
		"the old gateway's orders can be put on record again")
	ctx, stop := context.WithCancel(context.Background())
	s.stop = stop
	s.workers.Go(func() { s.work(ctx) })
	return s
}

// Forever is how long a configuration keeps marks that has no old gateway: nobody is to
// forget what it cannot make anew.
const Forever time.Duration = math.MaxInt64

// Attach has marks kept for as long as a configuration says, and begins the background
// work if that has an old gateway; Detach undoes it. The longest keep of those that are
// loaded holds, since the newest may yet fail to start.
func (s *Sides) Attach(keep time.Duration) {
	s.keeps.Add(keep)
	if keep != Forever {
		s.used.Store(true)
		s.wakeUp()
	}
}

// Detach ends what Attach has begun. Marks that wait are still made up for.
func (s *Sides) Detach(keep time.Duration) { s.keeps.Remove(keep) }

// closePatience bounds how long Close writes what still waits.
const closePatience = 2 * time.Second

// Close ends the background work, and writes down the marks that still wait. What the
// ledger, which must still be open, does not take by then is lost, and said to be.
func (s *Sides) Close() {
	s.stop()
	s.workers.Wait()
	ctx, cancel := context.WithTimeout(context.Background(), closePatience)
	defer cancel()
	crash.Guard(s.log, "writing down the orders of the old gateway that wait", func() {
		_ = s.makeUp(ctx) // what is left says it
	})
	if n := s.late.len(); n > 0 {
		s.log.Error("stopped with orders of the old gateway that could not be written down, because the ledger was away", zap.Int("orders", n))
	}
}

func (s *Sides) wakeUp() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// Payment is a request to pay, of a merchant that is configured.
type Payment struct {
	route.Order
	Verified bool // its signature is the merchant's

	stranger bool // its merchant is not configured: it is not turned away for want of room
}

func (p Payment) key() ledger.Key { return ledger.Key{MerID: p.MerID, OrderID: p.OrderID} }

// OfPayment says where a payment is served, and has it on record if that is the old
// gateway: from then on the payment may leave. A payment whose signature does not
// verify goes the same way and leaves no mark, since anybody can send it; see
// [Sides.Accepted].
func (s *Sides) OfPayment(ctx context.Context, p Payment, r route.Route) Decision {
	key := p.key()
	if side := s.remembered(key); side != "" {
		return Decision{side, OnRecord}
	}
	to, without := r.Side(p.Order), s.withoutV2(p.MerID, r)
	if to == route.Old && p.Verified && p.OrderID != "" {
		return s.mark(ctx, p, without)
	}
	side, err := s.look(ctx, &s.reads, without, func(ctx context.Context) (route.Side, error) { return s.ledger.Side(ctx, key) })
	switch {
	case err != nil:
		return s.withoutLedger(ctx, p, without, err)
	case side != "":
		s.known.put(key, side)
		return Decision{side, OnRecord}
	}
	if to == route.V2 && p.Verified {
		s.moved.add(p.MerID)
	}
	return Decision{to, ByRoute}
}

// mark writes down that a payment belongs to the old gateway, unless it has a side
// already. Nobody looks beforehand: the one write finds that out, and is all that a
// payment waits for.
func (s *Sides) mark(ctx context.Context, p Payment, without doesWithout) Decision {
	failpoint.Reach(failpoint.BeforeMark)
	key := p.key()
	switch {
	case !key.Valid(): // v2 does not take it either
		return ToOld(ByRoute)
	case !s.timed(): // it would be forgotten by a wrong date
		return s.withoutLedger(ctx, p, without, errTime)
	}
	fresh := false
	_, err := s.look(ctx, &s.marks, without, func(ctx context.Context) (_ route.Side, err error) {
		began := time.Now()
		fresh, err = s.ledger.MarkOld(ctx, key, s.now())
		s.observer.MarkAwaited(time.Since(began))
		return route.Old, err
	})
	switch {
	case errors.Is(err, ledger.ErrOtherSide):
		s.known.put(key, route.V2)
		s.moved.add(key.MerID)
		return Decision{route.V2, OnRecord}
	case err != nil:
		return s.withoutLedger(ctx, p, without, err)
	}
	s.known.put(key, route.Old)
	failpoint.Reach(failpoint.BeforePass)
	if !fresh {
		return ToOld(OnRecord)
	}
	s.observer.OrderMarked(Marked)
	return ToOld(ByRoute)
}

// OfOldOrder puts an order on record as the old gateway's that the old gateway has, and
// that had no side a moment ago.
func (s *Sides) OfOldOrder(ctx context.Context, o route.Order) Decision {
	d := s.mark(ctx, Payment{Order: o, Verified: true}, s.withoutV2(o.MerID, route.ToV2))
	if d == ToOld(ByRoute) {
		return ToOld(KnownToOld)
	}
	return d
}

// OfOldInterface says where a verified request goes that names an order to an interface
// which only the old gateway has. It may be a new payment, as on a cashier's page: its
// order is on record before it leaves, and with an order of v2 it goes nowhere, for the
// old gateway would take it for a new one.
func (s *Sides) OfOldInterface(ctx context.Context, o route.Order, r route.Route) Decision {
	p := Payment{Order: o, Verified: true}
	side := s.remembered(p.key())
	if side == "" {
		marked := s.mark(ctx, p, s.withoutV2(o.MerID, r))
		if marked.Cause == LedgerAway {
			return marked
		}
		side = marked.Side
	}
	if side == route.V2 {
		return Decision{"", OnlyOld}
	}
	return ToOld(NotServed)
}

// Reference is a request that names an order and is no payment.
type Reference struct {
	MerID   string // "" when the request does not say
	OrderID string // the only number that is named, or ""
}

// OfReference says where a request is served that names an order: where that is on
// record, and else by the old gateway. onV2 looks whether v2 has it.
func (s *Sides) OfReference(ctx context.Context, ref Reference, r route.Route, onV2 func(context.Context) (bool, error)) Decision {
	return s.ofReference(ctx, ref, s.withoutV2(ref.MerID, r), onV2)
}

func (s *Sides) ofReference(ctx context.Context, ref Reference, without doesWithout, onV2 func(context.Context) (bool, error)) Decision {
	if ref.OrderID != "" {
		if side := s.remembered(ledger.Key{MerID: ref.MerID, OrderID: ref.OrderID}); side != "" {
			return Decision{side, OnRecord}
		}
	}
	found, err := s.look(ctx, &s.reads, without, func(ctx context.Context) (route.Side, error) {
		if has, err := onV2(ctx); err != nil || !has {
			return "", err
		}
		return route.V2, nil
	})
	switch {
	case err == nil && found == route.V2:
		return Decision{route.V2, OnRecord}
	case err == nil:
		return ToOld(UnknownOrder)
	case ctx.Err() == nil && !isDamaged(err) && without():
		return ToOld(LedgerAway)
	}
	return Decision{"", LedgerAway}
}

// remembered is the side of an order as far as it is known without the ledger.
func (s *Sides) remembered(key ledger.Key) route.Side {
	if side := s.known.get(key); side != "" {
		return side
	}
	if s.late.has(key) {
		return route.Old
	}
	return ""
}

// errAway is that the ledger was away a moment ago, and errTime that its time is not known
// yet.
var (
	errAway = errors.New("ledger was away a moment ago")
	errTime = errors.New("the time of the ledger is not known yet")
)

// doesWithout reports whether a request goes on to the old gateway when the ledger is
// away. It is asked when that is found out, since a merchant may move meanwhile.
type doesWithout func() bool

// look has the ledger do one kind of work. For a request that does without it, a ledger
// that was away a moment ago is not asked again: nobody is to wait for it.
func (s *Sides) look(ctx context.Context, kind *answering, without doesWithout, ask func(context.Context) (route.Side, error)) (route.Side, error) {
	if (kind.wasAway(s.now()) || s.reads.wasAway(s.now())) && without() {
		return "", errAway
	}
	asking, cancel := context.WithTimeout(ctx, s.patience)
	defer cancel()
	side, err := ask(asking)
	kind.report(ctx, s.now(), err)
	return side, err
}

// wasAway reports whether the ledger was away a moment ago. A time that is far ahead was
// noted before the bridge's clock was set back.
func (a *answering) wasAway(now time.Time) bool {
	left := a.retry.Load() - now.UnixNano()
	return left > 0 && left <= int64(retryEvery)
}

// isDamaged reports whether the ledger has answered that a row is damaged. What that is
// about has no side that anybody knows, and is on record nevertheless.
func isDamaged(err error) bool { return errors.Is(err, ledger.ErrUnreadable) }

// report notes whether the ledger has answered. A request that has ended, because its
// client hangs up or its time is over, says nothing about it, and one damaged row nothing
// about all others.
func (a *answering) report(ctx context.Context, now time.Time, err error) {
	switch {
	case ctx.Err() != nil:
	case !isDamaged(err) && errors.Is(err, ledger.ErrUnavailable), errors.Is(err, context.DeadlineExceeded):
		a.retry.Store(now.Add(retryEvery).UnixNano())
		a.away.Report(err)
	default:
		a.retry.Store(0)
		a.away.Report(nil)
	}
}

// withoutLedger says where a payment goes whose side cannot be looked up, for this
// reason.
func (s *Sides) withoutLedger(ctx context.Context, p Payment, without doesWithout, why error) Decision {
	most := maxLate
	if p.stranger {
		most = maxLateStrange
	}
	switch {
	case ctx.Err() != nil || isDamaged(why) || !without():
		return Decision{"", LedgerAway}
	case !p.Verified || !p.key().Valid():
		return ToOld(LedgerAway)
	case !s.late.add(p.key(), most):
		s.observer.OrderMarked(MarkLost)
		if p.stranger {
			return ToOld(LedgerAway)
		}
		return Decision{"", LedgerAway}
	}
	s.observer.OrderMarked(MarkWaits)
	s.observer.MarksWaiting(s.late.len())
	return ToOld(LedgerAway)
}

// withoutV2 says that the requests of a merchant go on without the ledger that surely has
// no order on v2. A route that leads there counts as one: another bridge may have begun an
// order a moment ago.
func (s *Sides) withoutV2(merID string, r route.Route) doesWithout {
	return func() bool { return merID != "" && r.Mode != route.ModeV2 && s.moved.never(merID) }
}
