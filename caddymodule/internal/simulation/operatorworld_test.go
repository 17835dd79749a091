//go:build simulation

package simulation

import (
	"testing"
	"time"
)

// operatedWorld is one on a ledger of SQLite in which one thing goes wrong, and operators
// do one thing five times.
func operatedWorld(f fault, kind string, from, every time.Duration) plan {
	p := drawPlan(1, ordersMost)
	p.bridges, p.shared, p.rollback, p.flips, p.beside, p.patient = 1, false, nil, nil, false, true
	p.faults, p.byHand = []fault{f}, nil
	for n := range 5 {
		p.byHand = append(p.byHand, byHand{n, kind, from + time.Duration(n)*every, 0})
	}
	return p
}

// TestDealtWithWorld: where refunds are refused for a while, operators deal with some of
// them, and the others are tried again in an hour.
func TestDealtWithWorld(t *testing.T) {
	p := operatedWorld(fault{kind: "gateway refuses", from: ordering, to: trouble, share: 1}, "deal with the refund", trouble, time.Minute)
	for i := range p.orders {
		p.orders[i].temper = "cancelling"
	}
	out := mustHold(t, p)
	if dealt := out.cover.hands["deal with the refund: done"]; dealt < 3 || out.lasted < time.Hour {
		t.Errorf("%d refunds are dealt with in %s: the world shows nothing", dealt, out.lasted)
	}
}

// TestPausedWorld: where merchants' servers are down, operators pause merchants.
func TestPausedWorld(t *testing.T) {
	out := mustHold(t, operatedWorld(fault{kind: "receiver down", from: 0, to: trouble, share: 0.8}, "pause", ordering/3, 20*time.Second))
	if paused := out.cover.hands["pause: done"]; paused < 2 {
		t.Errorf("merchants are paused %d times: the world shows nothing", paused)
	}
}
