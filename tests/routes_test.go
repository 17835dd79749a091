package tests

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/paybridge/paybridge/tests/sandbox"
)

// route carries out "merchant route" at a bridge that runs and insists that it was
// taken.
func (m *movingWorld) route(at *process, args ...string) {
	m.t.Helper()
	at.wantHealth(200, `"status":"ready"`)
	at.ask(append([]string{"merchant", "route", "--why", "test"}, args...)...).want(m.t, 0)
}

// routed is an order of the load: which bridge took it, and when it was sent.
type routed struct {
	suite, orderID string
	bridge         *process
	sent, heard    time.Time // the first request and its answer
}

// routeLoad is merchants that pay through every bridge.
type routeLoad struct {
	mu      sync.Mutex
	orders  []routed
	slow    atomic.Bool // every third order is answered late by v2
	stop    context.CancelFunc
	workers sync.WaitGroup
}

func (m *movingWorld) startRouteLoad(bridges ...*process) *routeLoad {
	ctx, stop := context.WithCancel(context.Background())
	l := &routeLoad{stop: stop}
	for i, suite := range []string{"intl", "gm", "intl", "gm"} {
		bridge := bridges[i/2%len(bridges)]
		l.workers.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				l.pay(m, suite, bridge, l.slow.Load() && n%3 == 0)
			}
		})
	}
	return l
}

// pay sends one order, and once more: the repeat hears the same.
func (l *routeLoad) pay(m *movingWorld, suite string, bridge *process, slow bool) {
	p := m.payment(suite, "WxSao", 4200)
	if slow {
		p.Amount, _ = sandbox.AmountFor(sandbox.Delayed, false)
	}
	client := m.clientOf(suite, bridge)
	sent := time.Now()
	first, err := client.Pay(m.ctx(), p)
	for range 20 { // a disk may take longer than the bridge waits for a mark
		if err != nil || first.RespCode != "96" {
			break
		}
		first, err = client.Pay(m.ctx(), p)
	}
	l.mu.Lock()
	l.orders = append(l.orders, routed{suite, p.OrderID, bridge, sent, time.Now()})
	l.mu.Unlock()
	if err != nil || first.RespCode != "00" {
		m.t.Errorf("%s: payment hears %+v, error %v", p.OrderID, first, err)
		return
	}
	again, err := client.Pay(m.ctx(), p)
	if err != nil || again.QueryID != first.QueryID {
		m.t.Errorf("%s: repeat hears %+v, error %v, the first %+v", p.OrderID, again, err, first)
	}
	query, err := client.Query(m.ctx(), lookup(p.OrderID))
	if err != nil || query.QueryID != first.QueryID || query.ResultCode != "1001" {
		m.t.Errorf("%s: query hears %+v, error %v, the payment %+v", p.OrderID, query, err, first)
	}
}

// sentAfter counts the orders that were sent through a bridge after a time.
func (l *routeLoad) sentAfter(bridge *process, at time.Time) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := 0
	for _, o := range l.orders {
		if o.bridge == bridge && o.sent.After(at) {
			n++
		}
	}
	return n
}

// TestWayBackUnderLoad turns every merchant back by one command at one bridge, while
// merchants pay through two: a second after the command has returned no new order goes
// to v2 through either, and what began on v2 ends there. Then they move once more.
func TestWayBackUnderLoad(t *testing.T) {
	t.Parallel()
	m := newMovingWorld(t, "old", onPostgres)
	other := m.newBridge("other")
	m.bridge.start()
	other.start()
	forward := func(at *process) time.Time {
		for suite := range shops {
			m.route(at, shops[suite].MerID, "v2", "--force")
		}
		return time.Now()
	}
	forward(m.bridge)
	l := m.startRouteLoad(m.bridge, other)
	defer func() { l.stop(); l.workers.Wait() }()
	both := func(after time.Time, orders int) {
		t.Helper()
		if !eventually(func() bool {
			return l.sentAfter(m.bridge, after) >= orders && l.sentAfter(other, after) >= orders
		}) {
			t.Fatal("merchants have stopped paying")
		}
	}
	l.slow.Store(true)
	both(time.Now(), 10)
	m.route(m.bridge, "--all", "old")
	back := time.Now()
	both(back.Add(time.Second), 10)
	forth := time.Now()
	again := forward(other)
	both(again.Add(time.Second), 10)
	l.stop()
	l.workers.Wait()
	l.check(m, back, forth, again)
	m.rest()
}

// check compares the books of both gateways with when orders were sent: after the
// command that turned them back had returned, before the first that moved them once
// more was given, and after that.
func (l *routeLoad) check(m *movingWorld, back, forth, again time.Time) {
	m.t.Helper()
	onV2 := map[string]bool{}
	for _, row := range m.rows() {
		onV2[row.orderID] = true
	}
	var latest time.Duration // that an order went to v2 after the command had returned
	sides := map[bool]int{}
	for _, o := range l.orders {
		_, onOld := m.old.State().Order(shops[o.suite].MerID, o.orderID)
		if onOld == onV2[o.orderID] {
			m.t.Errorf("%s: old gateway has it %t, v2 has it %t", o.orderID, onOld, onV2[o.orderID])
		}
		sides[onOld]++
		switch since := o.sent.Sub(back); {
		case o.sent.After(again.Add(time.Second)):
			if onOld {
				m.t.Errorf("%s went to the old gateway %s after the merchants had moved again", o.orderID, o.sent.Sub(again))
			}
		case since > time.Second && o.heard.Before(forth) && !onOld:
			m.t.Errorf("%s went to v2 %s after the command had returned", o.orderID, since)
		case !onOld && since > 0 && since < time.Second:
			latest = max(latest, since)
		}
	}
	m.t.Logf("%d orders on the old gateway, %d on v2; the last on v2 was sent %s after the command had returned", sides[true], sides[false], latest)
}
