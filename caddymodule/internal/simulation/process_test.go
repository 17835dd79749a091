//go:build simulation

package simulation

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/admission"
	"github.com/paybridge/paybridge/caddymodule/internal/bodies"
	"github.com/paybridge/paybridge/caddymodule/internal/bridge"
	"github.com/paybridge/paybridge/caddymodule/internal/delivery"
	"github.com/paybridge/paybridge/caddymodule/internal/inbound"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/merchantapi"
	"github.com/paybridge/paybridge/caddymodule/internal/metrics"
	"github.com/paybridge/paybridge/caddymodule/internal/notices"
	"github.com/paybridge/paybridge/caddymodule/internal/steady"
	v1 "github.com/paybridge/paybridge/translate/v1"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// machine is where one process of the bridge after another runs.
type machine struct {
	w     *world
	n     int
	ahead atomic.Int64 // of its clock, in nanoseconds

	lives int           // processes so far
	turn  chan struct{} // whoever holds it starts or ends a process

	mu      sync.Mutex
	current *process // nil while none runs
}

func newMachine(w *world, n int) *machine { return &machine{w: w, n: n, turn: make(chan struct{}, 1)} }

// clock is the machine's, which can be set.
func (m *machine) clock() (time.Time, time.Duration) {
	return time.Now().Add(time.Duration(m.ahead.Load())), time.Since(m.w.began)
}

// process is a running bridge: engine, delivery, ledger, and the doors for merchants
// and the gateway.
type process struct {
	m    *machine
	life int
	dead chan struct{} // closed when it is killed: nothing that it does has an effect any more

	ledger  *ledger.Ledger
	bridge  *bridge.Bridge
	v1      *merchantapi.Server
	notices *notices.Server
	room    inbound.Receiver
	beside  *beside // nil without an old gateway

	thaw atomic.Int64 // until when it stands still, by the time of the world

	mu       sync.Mutex
	settings *bridge.Settings
}

var errDead = errors.New("the process was killed")

// The ladders of a world. They are short, so that worlds are, and that of notifications can
// end while a merchant's server is away.
var (
	querySchedule  = delivery.Schedule{5 * time.Second, 15 * time.Second, time.Minute, 2 * time.Minute}
	notifySchedule = delivery.Schedule{10 * time.Second, 10 * time.Second, 40 * time.Second, 90 * time.Second}
)

// start starts a process on the machine.
func (m *machine) start() {
	m.lives++
	p := &process{m: m, life: m.lives, dead: make(chan struct{})}
	l, err := m.w.database.open(p)
	if err != nil {
		m.w.broken("start", "bridge %d does not start: %v", m.n, err)
		return
	}
	clock := steady.New(m.clock)
	log := zap.New(m.w.secrets)
	ledger.Simulate(l, p.write, p.read)
	p.ledger = l
	p.bridge = bridge.NewSimulated(l, log, clock.Now, delivery.Simulation{Network: network{m.w, p}, Random: p.random, Apart: p.apart}, bridge.WithClock(clock))
	p.settings = p.newSettings()
	p.bridge.Attach(p.settings)
	p.open(log)
	if m.w.old != nil {
		p.beside = newBeside(p, log)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.current = p
	m.w.tell("bridge %d starts, life %d", m.n, m.lives)
}

// apart waits a moment that is an order's own.
func (p *process) apart(k ledger.Key) {
	_ = p.sleep(context.Background(), p.chance("apart "+k.OrderID).between(time.Microsecond, 100*time.Microsecond)) // the dead are told later
}

func (p *process) random() float64 { return p.chance("jitter").Float64() }

// chance draws for something that happens in this process now.
func (p *process) chance(what string) draw {
	return p.m.w.chance.of(what, p.m.n, p.life, p.m.w.since())
}

func (p *process) newSettings() *bridge.Settings {
	codes := bridge.TranCodes{Pay: v2.TranPay, Refund: v2.TranRefund, Query: v2.TranQuery, RefundQuery: v2.TranRefundQuery}
	if p.m.w.plan.closes {
		codes.Close = closeCode
	}
	return &bridge.Settings{
		Merchants: registry(), Gateway: caller{p}, NotifyURL: "https://pay.example/onepay/notify", Subject: "{orderid}",
		TranCodes: codes, OrderExpiry: expiry, Timeouts: bridge.Timeouts{Gateway: 10 * time.Second, Reply: patienceOfBridge},
		NotifySchedule: notifySchedule, QuerySchedule: querySchedule,
	}
}

// open makes the doors.
func (p *process) open(log *zap.Logger) {
	p.room = inbound.Receiver{Bodies: bodies.New(bodies.Limits{Room: 1 << 20, AtOnce: 4}, time.Now, func(string) {})}
	p.v1 = &merchantapi.Server{
		Log: log, Observer: unobserved{}, Receiver: p.room, Timeout: patienceOfBridge,
		Service: func(context.Context) (merchantapi.Service, bool) {
			return merchantapi.Service{Bridge: p.bridge, Settings: p.loaded()}, true
		},
	}
	gate := admission.New(admission.Limits{Clean: 64, Bad: 4, Waiting: 256}, time.Now)
	p.notices = &notices.Server{
		Log: log, JunkLog: log, Observer: unobserved{}, Receiver: p.room, Timeout: patienceOfBridge, Reply: "success",
		Service: func(context.Context) (notices.Service, bool) {
			return notices.Service{Bridge: p.bridge, Settings: p.loaded(), Gate: gate}, true
		},
	}
}

func (p *process) loaded() *bridge.Settings {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.settings
}

// unobserved hears of requests and notices and counts nothing.
type unobserved struct{}

func (unobserved) RequestServed(string, v1.Code, time.Duration) {}
func (unobserved) NoticeFinished(metrics.NoticeResult)          {}

// running is the process of the machine, nil while none runs.
func (m *machine) running() *process {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.current
}

// take takes the process from the machine.
func (m *machine) take() *process {
	m.mu.Lock()
	defer m.mu.Unlock()
	p := m.current
	m.current = nil
	return p
}

const longestFreeze = 90 * time.Second

// strike lets a fault happen to the machine.
func (m *machine) strike(f fault) {
	m.turn <- struct{}{}
	defer func() { <-m.turn }()
	d := m.w.chance.of("strike", f.number)
	m.w.cover.fault(f.kind)
	m.w.tell("bridge %d: %s", m.n, f.kind)
	switch f.kind {
	case "kill":
		if p := m.take(); p != nil {
			m.w.noteStates("kill")
			p.kill()
			time.Sleep(d.between(time.Millisecond, 40*time.Second))
			m.start()
		}
	case "restart":
		if p := m.take(); p != nil {
			m.w.noteStates("restart")
			p.stop()
			time.Sleep(d.between(0, 2*time.Second))
			m.start()
		}
	case "reload":
		if p := m.running(); p != nil {
			m.w.noteStates("reload")
			p.reload()
		}
	case "freeze":
		if p := m.running(); p != nil {
			m.w.noteStates("freeze")
			p.thaw.Store(int64(m.w.since() + d.between(5*time.Second, longestFreeze)))
		}
	case "clock set ahead":
		m.ahead.Add(int64(d.between(2*time.Second, 10*time.Minute)))
	case "clock set back":
		m.ahead.Add(-int64(d.between(2*time.Second, 10*time.Minute)))
	}
}

// kill ends a process as a power cut does: what it was about to do has no effect. Its
// goroutines are left to find out.
func (p *process) kill() {
	close(p.dead)
	_ = p.ledger.Close()
	p.m.w.actor(func() {
		p.closeBeside()
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		p.bridge.Close(ctx)
	})
}

// stop ends a process in an orderly way.
func (p *process) stop() {
	ctx, cancel := context.WithTimeout(context.Background(), 15*time.Second)
	defer cancel()
	p.closeBeside()
	p.bridge.Close(ctx)
	if err := p.ledger.Close(); err != nil {
		p.m.w.broken("stop", "closing the ledger: %v", err)
	}
	close(p.dead)
}

func (p *process) closeBeside() {
	if p.beside != nil {
		p.beside.close()
	}
}

// reload replaces the settings by new ones that say the same.
func (p *process) reload() {
	p.mu.Lock()
	next := p.newSettings()
	p.bridge.Attach(next)
	p.bridge.Detach(p.settings)
	p.settings = next
	p.mu.Unlock() // stopping the shadow takes its time
	if p.beside != nil {
		p.beside.follow(p)
	}
}

// stop stops whatever runs on the machine.
func (m *machine) stop() {
	if p := m.take(); p != nil {
		p.stop()
	}
}

// isDead reports whether the process was killed, or has stopped.
func (p *process) isDead() bool {
	select {
	case <-p.dead:
		return true
	default:
		return false
	}
}

// wake returns when the process does not stand still, as one whose machine was
// stopped for a while: it finds everybody else further on. Whoever has waited for that goes
// on up to a millisecond later, drawn for the instant at which it began to wait: otherwise
// all would go on at one instant, and the order of goroutines decide what comes next.
func (p *process) wake() {
	frozen := func() time.Duration { return time.Duration(p.thaw.Load()) - p.m.w.since() }
	if frozen() <= 0 {
		return
	}
	apart := p.chance("wakes").between(time.Microsecond, time.Millisecond)
	for wait := frozen(); wait > 0; wait = frozen() {
		select {
		case <-time.After(wait + apart):
		case <-p.dead:
			return
		}
	}
}

// sleep takes time, unless the process dies or ctx ends before.
func (p *process) sleep(ctx context.Context, d time.Duration) error {
	if p.isDead() {
		return errDead
	}
	defer p.wake()
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-p.dead:
		return errDead
	case <-ctx.Done():
		if asker := askerOf(ctx); asker != "" { // others may have waited for as long
			time.Sleep(p.chance("gives up "+asker).between(time.Microsecond, 100*time.Microsecond))
		}
		return ctx.Err()
	}
}

// balance chooses a process that takes a request, as a load balancer does; nil when
// none runs.
func (w *world) balance(d draw) *process {
	first := d.IntN(len(w.bridges))
	for i := range w.bridges {
		if p := w.bridges[(first+i)%len(w.bridges)].running(); p != nil {
			return p
		}
	}
	return nil
}

var _ http.RoundTripper = network{}
