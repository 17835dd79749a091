package tests

import (
	"context"
	"maps"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paybridge/paybridge/tests/pgtest"
	"github.com/paybridge/paybridge/tests/sandbox"
	"github.com/paybridge/paybridge/tests/sandbox/merchant"
	"github.com/paybridge/paybridge/tests/sandbox/oldgateway"
)

// movingWorld is a world whose merchants are on both gateways.
type movingWorld struct {
	*world
	old    *oldgateway.Gateway
	server *httptest.Server // of the old gateway
}

// newMovingWorld makes one whose bridge is not started.
func newMovingWorld(t testing.TB, defaultRoute string, world func(testing.TB, settings) *world) *movingWorld {
	t.Helper()
	return newMovingWorldOf(t, shops, defaultRoute, world)
}

// newMovingWorldOf makes one of some merchants.
func newMovingWorldOf(t testing.TB, shops map[string]shop, defaultRoute string, world func(testing.TB, settings) *world) *movingWorld {
	t.Helper()
	config := oldgateway.Config{Ladder: []time.Duration{time.Second, time.Second}}
	for _, shop := range shops {
		config.Merchants = append(config.Merchants, oldgateway.Merchant{ID: shop.MerID, Key: shop.Key})
	}
	config.Merchants = append(config.Merchants, oldgateway.Merchant{ID: stayer.MerID, Key: stayer.Key})
	old, err := oldgateway.New(config)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(old)
	t.Cleanup(func() { server.CloseClientConnections(); server.Close(); _ = old.Close() })
	m := &movingWorld{old: old, server: server}
	m.world = world(t, settings{Extra: m.routed(defaultRoute), Shops: shops})
	return m
}

// stayer is a merchant of the old gateway that the bridge does not know.
var stayer = shop{MerID: "89900003", Key: "canary-sign-key-of-a-shop-that-stays"}

// routed are the words of the paybridge block.
func (m *movingWorld) routed(defaultRoute string) string {
	return "old_gateway " + m.server.URL + "\n\t\tdefault_route " + defaultRoute + "\n\t\tquery_schedule 1s"
}

// merIDs are the v1 numbers of the merchants.
func (m *movingWorld) merIDs() []string {
	ids := make([]string, 0, len(m.shops))
	for _, shop := range m.shops {
		ids = append(ids, shop.MerID)
	}
	slices.Sort(ids)
	return ids
}

// reroute changes the default route of running bridges.
func (m *movingWorld) reroute(defaultRoute string, bridges ...*process) {
	m.t.Helper()
	m.reconfigure(m.routed(defaultRoute), bridges...)
}

// reconfigure changes the words of the paybridge block of running bridges.
func (m *movingWorld) reconfigure(words string, bridges ...*process) {
	m.t.Helper()
	m.settings.Extra = words
	for _, bridge := range bridges {
		m.writeConfig(bridge)
		if err := bridge.reload(m.ctx()); err != nil {
			m.t.Fatal(err)
		}
	}
}

// onlyOn insists that an order is in one gateway's book.
func (m *movingWorld) onlyOn(side, suite, orderID string) {
	m.t.Helper()
	_, onOld := m.old.State().Order(shops[suite].MerID, orderID)
	onV2 := false
	for _, row := range m.rows() {
		onV2 = onV2 || row.merID == shops[suite].MerID && row.orderID == orderID
	}
	if onOld != (side == "old") || onV2 != (side == "v2") {
		m.t.Errorf("order %s of %s: old gateway has it %v, v2 has it %v, want %s", orderID, suite, onOld, onV2, side)
	}
}

// stores are those of ledgers.
var stores = map[string]func(testing.TB, settings) *world{"sqlite": newWorld, "postgres": onPostgres}

// An order stays where it began, wherever new ones go: its repeats, queries, cancels
// and notifications, of two merchants, on both gateways.
func TestOrdersFollowTheirSide(t *testing.T) {
	t.Parallel()
	for name, make := range stores {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMovingWorld(t, "old", make)
			m.bridge.start()
			first := m.payBoth("old")
			m.reroute("v2", m.bridge)
			second := m.payBoth("v2")
			m.follow("old", first)
			m.reroute("old", m.bridge)
			m.follow("v2", second)
			m.follow("old", m.payBoth("old"))
			m.bridge.kill()
			m.bridge.start()
			m.follow("old", first)
			m.settle("old", first)
			m.settle("v2", second)
		})
	}
}

// submitted is a payment and what its merchant heard.
type submitted struct {
	payment merchant.Payment
	reply   *merchant.Reply
}

// payBoth has both merchants pay, and insists on the side.
func (m *movingWorld) payBoth(side string) map[string]submitted {
	m.t.Helper()
	list := map[string]submitted{}
	for suite := range shops {
		p := m.payment(suite, "WxSao", 4200)
		reply := m.payPatiently(suite, p)
		if reply.RespCode != "00" {
			m.t.Fatalf("%s hears %s %s", suite, reply.RespCode, reply.Inner)
		}
		m.onlyOn(side, suite, p.OrderID)
		list[suite] = submitted{p, reply}
	}
	return list
}

// payPatiently pays as a program does that is told to ask again: a disk may take longer than
// the bridge waits for a mark.
func (m *movingWorld) payPatiently(suite string, p merchant.Payment) (reply *merchant.Reply) {
	m.t.Helper()
	eventually(func() bool {
		reply = m.pay(suite, p)
		return reply.RespCode != "96"
	})
	return reply
}

// follow repeats payments and asks about them.
func (m *movingWorld) follow(side string, list map[string]submitted) {
	m.t.Helper()
	for suite, s := range list {
		again := m.payPatiently(suite, s.payment)
		if again.QueryID != s.reply.QueryID || again.FormAction != s.reply.FormAction {
			m.t.Errorf("%s on %s hears %s, then %s", suite, side, s.reply.Inner, again.Inner)
		}
		for _, l := range []merchant.Lookup{{OrderID: s.payment.OrderID}, {QueryID: s.reply.QueryID}, {QueryID: s.payment.OrderID}} {
			reply, err := m.client(suite).Query(m.ctx(), l)
			if err != nil || reply.ResultCode != "1001" || reply.QueryID != s.reply.QueryID {
				m.t.Errorf("%s on %s asks for %+v and hears %+v, error %v", suite, side, l, reply, err)
			}
		}
		m.onlyOn(side, suite, s.payment.OrderID)
	}
}

// settle has one order paid and the other cancelled.
func (m *movingWorld) settle(side string, list map[string]submitted) {
	m.t.Helper()
	paid, cancelled := list["intl"].payment.OrderID, list["gm"].payment.OrderID
	m.payAt(side, "intl", list["intl"].reply)
	if _, err := m.receivers["intl"].Wait(m.ctx(), paid, 1); err != nil {
		m.t.Errorf("%s of %s is not announced: %v", paid, side, err)
	}
	if reply := m.query("intl", paid); reply.ResultCode != "0000" {
		m.t.Errorf("%s of %s was paid, query says %s", paid, side, reply.Inner)
	}
	// It may meet the question that the bridge itself asks after a start, and is repeated.
	if !eventually(func() bool { return m.cancel("gm", cancelled).RespCode == "00" }) {
		m.t.Errorf("%s of %s is not cancelled", cancelled, side)
	}
}

// payAt is the payer, who pays at the gateway that showed how to.
func (m *movingWorld) payAt(side, suite string, reply *merchant.Reply) {
	m.t.Helper()
	if side == "old" {
		if err := m.old.Pay(shops[suite].MerID, reply.OrderID); err != nil {
			m.t.Fatal(err)
		}
		return
	}
	m.payerPays(suite, reply, sandbox.Notice{}, false)
}

// What the bridge does not know goes to the old gateway, whatever the route.
func TestStrangersGoToTheOldGateway(t *testing.T) {
	t.Parallel()
	m := newMovingWorld(t, "v2", newWorld)
	m.bridge.start()
	const unknownThere = "B5"
	if reply := m.query("intl", "T20261122000000000999"); reply.RespCode != unknownThere {
		t.Errorf("query of an unknown number says %s", reply.Inner)
	}
	if reply := m.cancel("gm", "T20261122000000000999"); reply.RespCode != unknownThere {
		t.Errorf("cancel of an unknown number says %s", reply.Inner)
	}
	client := m.client("intl")
	client.MerchantID, client.Key = stayer.MerID, stayer.Key
	p := m.payment("intl", "WxSao", 100)
	if reply, err := client.Pay(m.ctx(), p); err != nil || reply.RespCode != "00" {
		t.Errorf("a merchant that stays hears %+v, error %v", reply, err)
	}
	if _, there := m.old.State().Order(stayer.MerID, p.OrderID); !there {
		t.Error("its order is not on the old gateway")
	}
	client = m.client("intl")
	client.Key = "not the key"
	unsigned := m.payment("intl", "WxSao", 100)
	const badSignature = "91" // of the bridge: the route is v2
	if reply, err := client.Pay(m.ctx(), unsigned); err != nil || reply.RespCode != badSignature {
		t.Errorf("a bad signature hears %+v, error %v", reply, err)
	}
	if _, there := m.old.State().Order(shops["intl"].MerID, unsigned.OrderID); there {
		t.Error("a bad signature has an order")
	}
}

// A merchant that is taken out of the configuration while orders of it are on v2 belongs
// to the old gateway from then on, but for those: a repeat would be paid once more. When
// it is put back, every order stays where it is.
func TestMerchantTakenOut(t *testing.T) {
	t.Parallel()
	m := newMovingWorldOf(t, maps.Clone(shops), "v2", newWorld)
	m.bridge.start()
	onV2 := m.payBoth("v2")["gm"]
	client, other := m.client("gm"), m.payment("gm", "WxSao", 4200)
	delete(m.shops, "gm")
	m.reroute("v2", m.bridge)
	const unsigned = `only respcodes 90 and 91 are unsigned: respcode "96"` // nobody has the key any more
	if reply, err := client.Pay(m.ctx(), onV2.payment); err == nil || !strings.Contains(err.Error(), unsigned) {
		t.Errorf("the repeat of an order of v2 hears %+v, error %v", reply, err)
	}
	for _, ask := range []func(context.Context, merchant.Lookup) (*merchant.Reply, error){client.Query, client.Cancel} {
		for _, l := range []merchant.Lookup{{OrderID: onV2.payment.OrderID}, {QueryID: onV2.reply.QueryID}} {
			if reply, err := ask(m.ctx(), l); err == nil || !strings.Contains(err.Error(), unsigned) {
				t.Errorf("a question about an order of v2, %+v, hears %+v, error %v", l, reply, err)
			}
		}
	}
	m.onlyOn("v2", "gm", onV2.payment.OrderID)
	if reply, err := client.Pay(m.ctx(), other); err != nil || reply.RespCode != "00" {
		t.Errorf("a new order hears %+v, error %v", reply, err)
	}
	m.onlyOn("old", "gm", other.OrderID)
	if !eventually(func() bool { return strings.Contains(m.bridge.log(), `"cause":"taken_out"`) }) {
		t.Error("the log does not say so")
	}
	m.shops["gm"] = shops["gm"]
	m.reroute("v2", m.bridge)
	m.follow("v2", map[string]submitted{"gm": onV2})
	if again := m.pay("gm", other); again.RespCode != "00" {
		t.Errorf("the repeat of an order of the old gateway hears %s", again.Inner)
	}
	m.onlyOn("old", "gm", other.OrderID)
}

// An old gateway that is taken out of the configuration while routes lead to it moves the
// new orders of merchants that nobody has moved, and orders that it has are not paid once
// more. The log and a self-check say so.
func TestOldGatewayTakenOut(t *testing.T) {
	t.Parallel()
	m := newMovingWorldOf(t, maps.Clone(shops), "v2", newWorld)
	m.bridge.start()
	const warned = "routes lead to an old gateway, and none is configured"
	mer := shops["intl"].MerID
	m.bridge.ask("merchant", "route", mer, "old", "--why", "not ready").want(t, 0)
	there := m.payment("intl", "WxSao", 4200)
	m.pay("intl", there)
	m.onlyOn("old", "intl", there.OrderID)

	m.reconfigure("query_schedule 1s", m.bridge)
	if !eventually(func() bool { return strings.Contains(m.bridge.log(), warned) }) {
		t.Error("the log does not say so")
	}
	m.bridge.selfcheck(3).want(t, 3, "old gateway", "lead to it (1, the first that of "+mer, "put old_gateway back")
	m.bridge.selfcheck(3, "--lang", "zh").want(t, 3, "没有配置旧网关", "第一条属于 "+mer)
	if again := m.pay("intl", there); again.RespCode != "92" {
		t.Errorf("the repeat of an order of the old gateway hears %s", again.Inner)
	}
	here := m.payment("intl", "WxSao", 4300)
	m.pay("intl", here)
	m.onlyOn("v2", "intl", here.OrderID)

	m.bridge.ask("merchant", "route", mer, "old", "--why", "x").want(t, 1, "there is no old gateway")
	m.bridge.ask("merchant", "route", mer, "default", "--why", "the old gateway is gone").want(t, 0, "merchant "+mer+": v2")
	if after := m.bridge.ask("selfcheck"); strings.Contains(after.out, "put old_gateway back") {
		t.Error("a self-check says so when no route leads there")
	}
}

// A power cut at any instant on the way to the old gateway: the order that was in hand
// is on one side afterwards, wherever its merchant's repeat would go if it were new.
func TestCrashOnTheWayToTheOldGateway(t *testing.T) {
	t.Parallel()
	binary, err := fragileBridge()
	if err != nil {
		t.Fatal(err)
	}
	for point, side := range map[string]string{"before_mark": "v2", "before_pass": "old", "after_pass": "old"} {
		for name, world := range stores {
			t.Run(point+"/"+name, func(t *testing.T) {
				t.Parallel()
				m := newMovingWorld(t, "old", world)
				m.killed = true
				m.bridge.binary = binary
				healthy := m.bridge.env
				m.bridge.env = append(slices.Clip(healthy), "PAYBRIDGE_FAILPOINT="+point+":2")
				m.bridge.start()
				m.pay("intl", m.payment("intl", "WxSao", 100)) // passes the point once
				p := m.payment("intl", "WxSao", 4200)
				_, _ = m.client("intl").Pay(m.ctx(), p) // may still have been answered
				<-m.bridge.exited
				m.bridge.env = healthy
				m.settings.Extra = m.routed("v2")
				m.writeConfig(m.bridge)
				m.bridge.start()
				for range 2 {
					if reply := m.payPatiently("intl", p); reply.RespCode != "00" {
						t.Errorf("the repeat hears %s", reply.Inner)
					}
				}
				m.onlyOn(side, "intl", p.OrderID)
			})
		}
	}
}

// With the ledger away, a merchant that never had an order on v2 goes on with the old
// gateway, every request of it; another hears 96. What could not be written down is
// made up for, so that repeats follow afterwards.
func TestMerchantsGoOnWithoutTheLedger(t *testing.T) {
	t.Parallel()
	server := pgtest.Start(t)
	m := newMovingWorld(t, "v2", func(t testing.TB, s settings) *world { return newWorldOn(t, server.DSN(), s) })
	m.bridge.start()
	if reply := m.payPatiently("intl", m.payment("intl", "WxSao", 100)); reply.RespCode != "00" {
		t.Fatalf("the first order on v2: %s", reply.Inner)
	}
	m.reroute("old", m.bridge)
	if err := server.Kill(); err != nil {
		t.Fatal(err)
	}
	var unmarked []merchant.Payment
	for range 10 {
		p := m.payment("gm", "WxSao", 4200)
		first := m.pay("gm", p)
		again := m.pay("gm", p)
		if first.RespCode != "00" || again.QueryID != first.QueryID {
			t.Errorf("a merchant of the old gateway hears %s, then %s", first.Inner, again.Inner)
		}
		if reply := m.query("gm", p.OrderID); reply.ResultCode != "1001" {
			t.Errorf("its query hears %s", reply.Inner)
		}
		unmarked = append(unmarked, p)
	}
	if reply := m.pay("intl", m.payment("intl", "WxSao", 4200)); reply.RespCode != "96" {
		t.Errorf("a merchant with an order on v2 hears %s", reply.Inner)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	if !eventually(func() bool { return strings.Contains(m.bridge.log(), "the sides of orders can be looked up again") }) {
		t.Fatal("the bridge does not find its ledger again")
	}
	m.reroute("v2", m.bridge)
	m.payOne("gm", "v2", 4200) // so it is the mark that leads the others to the old gateway
	for _, p := range unmarked {
		m.pay("gm", p)
		m.onlyOn("old", "gm", p.OrderID)
	}
}
