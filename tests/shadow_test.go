package tests

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/paybridge/paybridge/tests/sandbox/oldgateway"
)

// A merchant in the shadow stays on the old gateway, readiness says what differs, and
// v2 hears nothing; of both suites, on both stores. No secret is told, see ask.
func TestShadowSaysWhatDiffers(t *testing.T) {
	t.Parallel()
	for name, make := range stores {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clearOfMidnight(t) // "one day only"
			m := newMovingWorld(t, "old", make)
			m.bridge.start()
			for suite, shop := range shops {
				m.bridge.ask("merchant", "route", shop.MerID, "shadow", "--why", "before it moves").want(t, 0, "shadow")
				m.pay(suite, m.payment(suite, "WxCode", 4200))
				m.query(suite, m.pay(suite, m.payment(suite, "AliSao", 100)).OrderID)
				if err := m.old.Script(oldgateway.Rule{Behaviour: oldgateway.TextAmount, MerID: shop.MerID, Times: 1}); err != nil {
					t.Fatal(err)
				}
				if _, err := m.client(suite).Pay(m.ctx(), m.payment(suite, "WxSao", 200)); err == nil {
					t.Error("the merchant does not hear the old gateway's own words")
				}
				m.awaitCompared(shop.MerID, 4)
				const notReady = 1
				m.bridge.ask("readiness", shop.MerID).want(t, notReady, "not_ready",
					"the member txnamt is text at the old gateway and a whole number at the bridge", "one day only")
			}
			if calls := len(m.gateway.State().Orders); calls > 0 {
				t.Errorf("%d orders have reached v2", calls)
			}
		})
	}
}

// A shadow with a bug switches itself off, and its merchants are served as before.
func TestShadowWithABug(t *testing.T) {
	t.Parallel()
	binary, err := fragileBridge()
	if err != nil {
		t.Fatal(err)
	}
	m := newMovingWorld(t, "old", newWorld)
	m.bridge.binary = binary
	m.bridge.env = append(m.bridge.env, "PAYBRIDGE_TROUBLE=in_shadow:panic")
	d := m.withConsole()
	m.bridge.start()
	m.route(m.bridge, shops["gm"].MerID, "shadow")
	for range 3 {
		p := m.payment("gm", "WxSao", 1000)
		if reply := m.pay("gm", p); reply.RespCode != "00" {
			t.Errorf("the merchant hears %s", reply.Inner)
		}
		m.onlyOn("old", "gm", p.OrderID)
		m.wantMetrics(reading{`paybridge_shadow_off{reason="panic"}`: 1})
	}
	m.bridge.selfcheck(3).want(t, 3, "WARN  shadow", "switched off (panic)")
	m.bridge.wantHealth(200, `"shadow":"warning"`)
	tab := d.open(t, english, "")
	tab.Await("the warning", `document.querySelector("#reasons").innerText.includes("switched off (panic)")`)
	tab.Inspect("warning")
}

// awaitCompared waits until so many exchanges of a merchant are counted in the ledger.
func (m *movingWorld) awaitCompared(merID string, count int) {
	m.t.Helper()
	var list struct{ Items []struct{ Compared int } }
	for deadline := time.Now().Add(2 * time.Minute); ; time.Sleep(100 * time.Millisecond) {
		text := m.bridge.ask("readiness", merID, "--json").out
		if err := json.Unmarshal([]byte(strings.TrimSpace(text)), &list); err != nil {
			m.t.Fatalf("%v: %s", err, text)
		}
		if len(list.Items) == 1 && list.Items[0].Compared >= count {
			return
		}
		if time.Now().After(deadline) {
			m.t.Fatalf("%s: %s", merID, text)
		}
	}
}
