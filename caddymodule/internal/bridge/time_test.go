package bridge

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/steady"
	"github.com/paybridge/paybridge/tests/pgtest"
	"github.com/paybridge/paybridge/translate"
	v1 "github.com/paybridge/paybridge/translate/v1"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// settable is a machine in a bubble. Its clock can be set.
type settable struct {
	began time.Time
	off   atomic.Int64
}

func (s *settable) set(d time.Duration) { s.off.Store(int64(d)) }

func (s *settable) source() (time.Time, time.Duration) {
	return time.Now().Round(0).Add(time.Duration(s.off.Load())), time.Since(s.began)
}

// start opens the ledger in dir and starts a bridge on it that takes the time from
// the machine.
func (s *settable) start(t *testing.T, dir string, gateway *fakeGateway) (*world, func()) {
	t.Helper()
	clock := steady.New(s.source)
	l, err := ledger.OpenSQLite(t.Context(), filepath.Join(dir, "ledger.db"), ledger.WithClock(clock.Now))
	if err != nil {
		t.Fatal(err)
	}
	w := &world{tb: t, ledger: l, gateway: gateway}
	w.settings = settingsOn(w.gateway)
	w.bridge = New(l, zap.NewNop(), clock.Now, WithClock(clock))
	w.bridge.Attach(w.settings)
	return w, func() {
		w.bridge.Close(t.Context())
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	}
}

// What waits when the clock is set is neither early nor late: queries of orders in
// doubt, their expiry, and notifications. It stays so over a restart.
func TestClockIsSet(t *testing.T) {
	t.Parallel()
	for _, jump := range []time.Duration{time.Hour, -time.Hour, 2 * time.Second, -2 * time.Second, 30 * 24 * time.Hour, -30 * 24 * time.Hour} {
		for _, restart := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, restart %v", jump, restart), func(t *testing.T) {
				t.Parallel()
				dir := t.TempDir()
				synctest.Test(t, func(t *testing.T) { clockIsSet(t, dir, jump, restart) })
			})
		}
	}
}

func clockIsSet(t *testing.T, dir string, jump time.Duration, restart bool) {
	machine := &settable{began: time.Now()}
	gateway := newGateway()
	w, stop := machine.start(t, dir, gateway)
	defer func() { stop() }()
	began := time.Now()
	at := func(d time.Duration) { time.Sleep(time.Until(began.Add(d))); synctest.Wait() }
	w.gateway.setScript(silent, unknown)
	doubtful, told := order(v1.WxCode, 1), order(v1.WxCode, 2)
	w.pay(doubtful) // silent
	if o := w.order(doubtful); o.State != translate.InDoubt {
		t.Fatalf("order is %s", o.State)
	}
	w.gateway.setScript()
	w.pay(told) // paid at once; its notification is refused, for its address is not public
	w.gateway.setScript(unknown, unknown, unknown)

	at(2 * time.Second)
	machine.set(jump)
	at(2*time.Second + clockEvery + time.Millisecond)
	if restart {
		stop()
		w, stop = machine.start(t, dir, gateway)
	}
	for _, c := range []struct {
		at                          time.Duration
		queries, callsMin, callsMax int
	}{
		{4900 * time.Millisecond, 0, 1, 1},
		{5*time.Second + pollEvery, 1, 1, 1},
		{9900 * time.Millisecond, 1, 1, 1},
		{11 * time.Second, 1, 2, 2},
		{19*time.Second + 900*time.Millisecond, 1, 2, 2},
		{21*time.Second + pollEvery, 2, 3, 3},
		{79 * time.Second, 2, 4, 4},
		{83 * time.Second, 3, 4, 4},
		{90*time.Second + pollEvery, 3, 5, 5},
	} {
		at(c.at)
		if n := gateway.count(v2.TranQuery); n != c.queries {
			t.Errorf("after %s: %d queries, want %d", c.at, n, c.queries)
		}
		n, err := w.ledger.Notification(t.Context(), key(told))
		if err != nil || n.Attempts < c.callsMin || n.Attempts > c.callsMax {
			t.Errorf("after %s: %d calls, %v, want %d", c.at, n.Attempts, err, c.callsMin)
		}
	}
	if o := w.order(doubtful); o.State.Final() {
		t.Errorf("the order in doubt is %s", o.State)
	}
}

// Bridges on one database go by its clock, whatever that of their machine shows at
// the start or is set to later.
func TestBridgesGoByTheDatabase(t *testing.T) {
	t.Parallel()
	machine := &settable{began: time.Now()}
	machine.set(time.Hour)
	clock := steady.New(machine.source)
	l, err := ledger.OpenPostgres(t.Context(), pgtest.Database(t), ledger.WithClock(clock.Now))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	b := New(l, zap.NewNop(), clock.Now, WithClock(clock))
	t.Cleanup(func() { b.Close(context.WithoutCancel(t.Context())) })
	agrees := func(when string) {
		t.Helper()
		deadline := time.Now().Add(2 * time.Minute)
		for off := time.Hour; off.Abs() > sameTime; off = time.Since(b.Now()) {
			if time.Now().After(deadline) {
				t.Fatalf("%s the bridge is %s behind the database", when, off)
			}
			<-time.After(10 * time.Millisecond)
		}
	}
	agrees("after the start")
	machine.set(-time.Hour)
	if off := time.Since(b.Now()); off.Abs() > sameTime {
		t.Errorf("right after the clock was set the bridge is %s behind", off)
	}
	if wall, _ := machine.source(); wall.Sub(b.wall(b.Now())).Abs() > sameTime {
		t.Errorf("others are told %s, the machine's clock shows %s", b.wall(b.Now()), wall)
	}
}

// A machine's clock that gains is never set: the bridge agrees with the database again, or it
// would call merchants early and take over what another bridge has in hand.
func TestBridgesFollowTheDatabase(t *testing.T) {
	t.Parallel()
	machine := &settable{began: time.Now()}
	clock := steady.New(machine.source)
	l, err := ledger.OpenPostgres(t.Context(), pgtest.Database(t), ledger.WithClock(clock.Now))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	b := &Bridge{ledger: l, log: zap.NewNop(), now: clock.Now, clock: clock, timed: make(chan struct{})} // nobody else looks
	b.agreed = b.agreeOnTime(t.Context())
	<-time.After(1100 * time.Millisecond) // readings are compared with one of a second ago
	gained := time.Duration(0)
	for gained <= 2*sameTime {
		gained += 900 * time.Millisecond
		machine.set(gained)
		_ = clock.Now()
		<-time.After(1100 * time.Millisecond)
	}
	if off := time.Since(b.Now()); -off < sameTime {
		t.Fatalf("a clock that gains %s was taken for one that is set: %s", gained, off)
	}
	known := b.clock.Ahead()
	b.agreed = true // a slow server is asked again
	if known = b.lookAtClock(t.Context(), known, false); time.Since(b.Now()).Abs() < sameTime {
		t.Error("it agrees with the database before it is due")
	}
	deadline := time.Now().Add(2 * time.Minute) // a busy server may answer too slowly to be believed
	for time.Since(b.Now()).Abs() > sameTime {
		if time.Now().After(deadline) {
			t.Fatalf("the bridge is %s behind the database", time.Since(b.Now()))
		}
		known = b.lookAtClock(t.Context(), known, true)
	}
}

// A bridge that starts before its database is there, on a machine whose clock is an hour
// ahead, takes nothing up that is due within that hour, and begins nothing, before it
// knows the time.
func TestNothingIsTakenUpBeforeTheTimeIsKnown(t *testing.T) {
	t.Parallel()
	server := pgtest.Start(t)
	open := func(options ...ledger.Option) *ledger.Ledger {
		l, err := ledger.OpenPostgres(t.Context(), server.DSN(), options...)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = l.Close() })
		return l
	}
	first := open()
	soon := time.Now().Add(30 * time.Minute)
	waiting := ledger.Order{
		Key: key(order(v1.WxSao, 1)), QueryID: "q1", OrderNo: "n1", FlowNo: "f1", GatewayMerchant: "473053110001",
		Action: string(v1.WxSao), Amount: 1999, State: translate.Sent, BackURL: "https://shop.example/notify", Next: soon,
	}
	paid := waiting
	paid.OrderID, paid.QueryID, paid.OrderNo = "paid", "q2", "n2"
	for _, o := range []ledger.Order{waiting, paid} {
		if _, _, err := first.Begin(t.Context(), o); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := first.Record(t.Context(), paid.Key, ledger.Update{State: translate.Paid, At: soon}); err != nil {
		t.Fatal(err)
	}
	if err := server.Stop(); err != nil {
		t.Fatal(err)
	}

	machine := &settable{began: time.Now()}
	machine.set(time.Hour)
	clock := steady.New(machine.source)
	l := open(ledger.WithClock(clock.Now))
	b := New(l, zap.NewNop(), clock.Now, WithClock(clock))
	t.Cleanup(func() { b.Close(context.WithoutCancel(t.Context())) })
	settings := settingsOn(newGateway())
	b.Attach(settings)
	if reply, err := b.Pay(t.Context(), settings, registry().ByMerID(merID), order(v1.WxCode, 3), "192.0.2.9"); err == nil {
		t.Errorf("a payment hears %s", reply.RespCode)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	within, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	if err := b.awaitTime(within); err != nil {
		t.Fatal(err)
	}
	<-time.After(3 * time.Second) // it has searched by now
	if o, err := l.Order(t.Context(), waiting.Key); err != nil || o.Claim != 1 {
		t.Errorf("the order was taken up: claim %d, %v", o.Claim, err)
	}
	if n, err := l.Notification(t.Context(), paid.Key); err != nil || n.Claim != 0 || !n.Due.Equal(soon.Truncate(time.Millisecond)) {
		t.Errorf("the notification was taken up: %+v, %v", n, err)
	}
}

// Before a bridge knows the time, nothing is judged by it either: by a clock that is hours
// ahead a payer's declined card would be the end of the order. Whoever asks is told to ask
// again, and nothing is lost.
func TestNothingIsJudgedBeforeTheTimeIsKnown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	shown, hosted, cancelled := order(v1.WxSao, 1), order(v1.WxJsApi, 2), order(v1.WxSao, 3)
	for _, p := range []v1.PayRequest{shown, hosted, cancelled} {
		w.pay(p)
	}
	refused := order(v1.WxSao, 4)
	failedRefund(w, refused)
	calls := w.gateway.count(v2.TranQuery)
	patient, hasty := w.settings, *w.settings
	hasty.Timeouts = Timeouts{Gateway: 50 * time.Millisecond, Reply: 50 * time.Millisecond}
	w.settings = &hasty
	w.bridge.clock = steady.New((&settable{began: time.Now()}).source)
	w.clock.advance(3 * time.Hour) // the machine's clock is ahead
	declined := w.gateway.notice(w.order(shown).OrderNo, "13", "19.99")
	if err := w.notice(declined); !errors.Is(err, ErrNoticeNotDurable) {
		t.Errorf("the notice: %v", err)
	}
	if reply := w.query(shown); reply.ResultCode == v1.ResultFailed {
		t.Errorf("a query hears %s", reply.ResultCode)
	}
	if reply := w.cancel(cancelled); reply.RespCode != v1.CodeBusy {
		t.Errorf("a cancel hears %s", reply.RespCode)
	}
	merchant := registry().ByMerID(merID)
	if _, _, err := w.bridge.Hosted(t.Context(), w.settings, merchant, w.order(hosted), Payer{}); !errors.Is(err, ledger.ErrUnavailable) {
		t.Errorf("a payer's form: %v", err)
	}
	if _, ok := w.bridge.PayRaw(t.Context(), w.settings, merchant, w.order(hosted), Payer{OpenID: "o1"}); ok {
		t.Error("a payer's browser pays")
	}
	if step := w.bridge.NextStep(merchant, w.order(hosted)); step != StepWait {
		t.Errorf("a payer is shown %s", step)
	}
	if _, err := w.bridge.Settle(t.Context(), w.settings, settlement(shown, translate.Failed)); !errors.Is(err, ledger.ErrUnavailable) {
		t.Errorf("settle: %v", err)
	}
	if _, _, err := w.bridge.RetryRefund(t.Context(), w.settings, key(refused), ledger.Change{Who: "ann", Why: "balance filled up"}); !errors.Is(err, ledger.ErrUnavailable) {
		t.Errorf("refund retry: %v", err)
	}
	if _, err := w.bridge.SendAgain(t.Context(), key(shown), ledger.Change{Who: "ann"}); !errors.Is(err, ledger.ErrUnavailable) {
		t.Errorf("a call once more: %v", err)
	}
	if n := w.gateway.count(v2.TranQuery) - calls; n != 0 {
		t.Errorf("the gateway was asked %d times", n)
	}

	w.clock.advance(-3 * time.Hour)
	w.bridge.knowTime()
	w.settings = patient
	if err := w.notice(declined); err != nil {
		t.Errorf("the notice, then: %v", err)
	}
	w.wantState(shown, translate.Pending)
}
