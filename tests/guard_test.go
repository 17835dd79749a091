package tests

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/paybridge/paybridge/tests/sandbox"
	"github.com/paybridge/paybridge/tests/sandbox/merchant"
	"github.com/paybridge/paybridge/tests/sandbox/oldgateway"
)

// guarded is how many payments the guard of a test goes by.
const guarded = 5

// guardRule goes by that many, of a day.
var guardRule = fmt.Sprintf("rollback {\n\t\t\tmin_payments %d\n\t\t\twindow 24h\n\t\t\tmax_worse 50\n\t\t}", guarded)

// payMany has a merchant submit new orders, and returns the first.
func (m *movingWorld) payMany(suite string, fen int64) merchant.Payment {
	m.t.Helper()
	first := m.payment(suite, "WxSao", fen)
	m.pay(suite, first)
	for range guarded - 1 {
		m.pay(suite, m.payment(suite, "WxSao", fen))
	}
	return first
}

// A merchant whose payments v2 begins to refuse is back on the old gateway by itself,
// and stays there over a restart until a person brings it forward. One whose old
// gateway refuses as much stays on v2.
func TestGuardTurnsBack(t *testing.T) {
	t.Parallel()
	for name, make := range stores {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMovingWorld(t, "old", make)
			m.settings.Extra += "\n\t\t" + guardRule
			m.writeConfig(m.bridge)
			m.bridge.start()
			if err := m.old.Script(oldgateway.Rule{Behaviour: oldgateway.Refused, MerID: shops["gm"].MerID, Times: guarded}); err != nil {
				t.Fatal(err)
			}
			m.onlyOn("old", "intl", m.payMany("intl", 4200).OrderID)
			m.payMany("gm", 4200)
			for _, shop := range shops {
				m.route(m.bridge, shop.MerID, "v2", "--force")
			}
			m.payBoth("v2")
			refused, _ := sandbox.AmountFor(sandbox.Refused, false)
			for suite := range shops {
				m.onlyOn("v2", suite, m.payMany(suite, refused).OrderID)
			}
			m.awaitWayBack("intl")
			m.bridge.kill()
			m.bridge.start()
			m.stands()
			m.route(m.bridge, shops["intl"].MerID, "v2", "--force")
			m.payBoth("v2")
		})
	}
}

// Each merchant is guarded by its own rule, also after a reload, which counts on where
// that is the same as before.
func TestGuardByMerchant(t *testing.T) {
	t.Parallel()
	for name, make := range stores {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMovingWorldOf(t, maps.Clone(shops), "v2", make)
			m.settings.Extra += "\n\t\t" + guardRule
			m.guardedBy("gm", "rollback off")
			m.bridge.start()
			refused, _ := sandbox.AmountFor(sandbox.Refused, false)
			m.onlyOn("v2", "gm", m.payMany("gm", refused).OrderID)
			m.pay("intl", m.payment("intl", "WxSao", refused))
			m.guardedBy("gm", fmt.Sprintf("rollback {\n\t\t\t\tmin_payments %d\n\t\t\t}", guarded+1))
			if err := m.bridge.reload(m.ctx()); err != nil {
				t.Fatal(err)
			}
			m.payMany("gm", refused)
			for range guarded - 1 { // one is counted from before
				m.pay("intl", m.payment("intl", "WxSao", refused))
			}
			m.awaitWayBack("intl")
			m.payOne("gm", "v2", refused)
			m.awaitWayBack("gm")
			m.payOne("gm", "old", 4200)
			m.bridge.ask("routes", shops["gm"].MerID).want(t, 0, "guard", "v2 refused 6 of 6 new payments within 24h", "at most 50 percentage points")
		})
	}
}

// guardedBy gives a merchant words of its own in the configuration.
func (m *movingWorld) guardedBy(suite, words string) {
	m.t.Helper()
	shop := m.shops[suite]
	shop.Words = words
	m.shops[suite] = shop
	m.writeConfig(m.bridge)
}

// payOne insists that a new order goes to one side.
func (m *movingWorld) payOne(suite, side string, fen int64) {
	m.t.Helper()
	p := m.payment(suite, "WxSao", fen)
	m.pay(suite, p)
	m.onlyOn(side, suite, p.OrderID)
}

// stands insists that the one merchant is on the old gateway, the other on v2, and
// that the record says why.
func (m *movingWorld) stands() {
	m.t.Helper()
	m.bridge.wantHealth(200, `"status":"ready"`)
	for suite, side := range map[string]string{"intl": "old", "gm": "v2"} {
		m.payOne(suite, side, 4200)
	}
	m.bridge.ask("routes", shops["intl"].MerID).want(m.t, 0, "guard", "new payments within 24h, the old gateway 0 of 5")
}

// awaitWayBack waits until a merchant is routed to the old gateway.
func (m *movingWorld) awaitWayBack(suite string) {
	m.t.Helper()
	if !eventually(func() bool {
		return strings.Contains(m.bridge.ask("routes", shops[suite].MerID, "--json").out, `"route": "old"`)
	}) {
		m.t.Fatalf("%s: %s", suite, m.bridge.ask("routes", shops[suite].MerID).out)
	}
}
