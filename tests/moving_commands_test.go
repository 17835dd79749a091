package tests

import (
	"strings"
	"testing"
)

// What the commands say of merchants that move, as somebody reads it who has to act on
// it: of whom, by whom, and nothing of others.
func TestMovingCommandsSayOfWhom(t *testing.T) {
	t.Parallel()
	m := newMovingWorld(t, "old", newWorld)
	m.bridge.start()
	one, other := m.shops["intl"].MerID, m.shops["gm"].MerID
	m.bridge.ask("merchant", "route", one, "shadow", "--why", "a trial").want(t, 0, "merchant "+one+": shadow")
	m.bridge.ask("routes", one, "--timeline").want(t, 0, "Merchant "+one+" now: shadow, since ", ": a trial")
	m.bridge.ask("merchant", "route", "--all", "old", "--why", "v2 is ill").want(t, 0, "The new orders of all merchants: old")
	m.bridge.ask("merchant", "route", "--all", "default", "--why", "v2 is well").want(t, 0, "all merchants that have no route of their own: old")
	m.bridge.ask("--lang", "zh", "merchant", "route", one, "old", "--why", "x").want(t, 0, "新订单（商户 "+one+"）：old")
	m.bridge.ask("merchant", "route", one, "v3", "--why", "x").want(t, 1, "write old, shadow, v2, or default")
	m.bridge.ask("merchant", "route", one, "v2", "--percent", "20%", "--why", "x").want(t, 2, "write a whole number")
	m.bridge.ask("routes", "12345678").want(t, 0, "caddy paybridge routes 12345678 --left")

	passed := m.payment("intl", "WxSao", 1999)
	m.pay("intl", passed)
	for _, args := range [][]string{{one, passed.OrderID}, {passed.OrderID}} { // whose order it is, somebody on the telephone has to know
		m.bridge.ask(append([]string{"order"}, args...)...).want(t, 1, passed.OrderID, "is one of the old gateway, on record since ", ": ask there")
		m.bridge.ask(append([]string{"--lang", "zh", "order"}, args...)...).want(t, 1, passed.OrderID, "属于旧网关，登记时间：")
	}
	m.pay("gm", m.payment("gm", "WxSao", 1999))
	m.bridge.stop()
	m.bridge.start() // what was counted is in the ledger
	m.bridge.ask("routes", "--left").want(t, 0, one, other)
	left := m.bridge.ask("routes", one, "--left")
	left.want(t, 0, one, "/api/mpgateway")
	if strings.Contains(left.out, other) {
		t.Errorf("another merchant is in it:\n%s", left.out)
	}
}
