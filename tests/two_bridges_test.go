package tests

import (
	"context"
	"testing"
	"time"

	"github.com/paybridge/paybridge/tests/sandbox/merchant"
)

// TestTwoBridges lets two bridges work on one database under load and kills
// one: the other takes over its work within 30 s, nobody is charged twice, and
// no merchant is notified more than once too often.
func TestTwoBridges(t *testing.T) {
	t.Parallel()
	w := onPostgres(t, settings{Extra: hasty})
	w.killed = true
	other := w.newBridge("other")
	w.bridge.start()
	other.start()
	l := w.startLoad(6, false, w.bridge, other)
	pause(context.Background(), 4*time.Second)
	other.kill()
	l.bridges.Store(&[]*process{w.bridge})
	killed := time.Now()
	pause(context.Background(), 2*time.Second)
	l.end()
	w.rest()
	t.Logf("at rest %s after the kill", time.Since(killed).Round(time.Millisecond))
	l.allNotified(t)
	l.paid.Range(func(id, suite any) bool {
		if n := w.receivers[suite.(string)].Notifications(id.(string)); len(n) > 2 {
			t.Errorf("order %s was notified %d times", id, len(n))
		}
		return true
	})
}

// TestOneOrderOnTwoBridges sends the same order to both bridges at once: they
// share one pay call and give one answer.
func TestOneOrderOnTwoBridges(t *testing.T) {
	t.Parallel()
	w := onPostgres(t, settings{})
	other := w.newBridge("other")
	w.bridge.start()
	other.start()
	for range 20 {
		p := w.payment("intl", "WxSao", 4200)
		replies := make(chan *merchant.Reply, 4)
		for _, bridge := range []*process{w.bridge, other, w.bridge, other} {
			go func() {
				reply, err := w.clientOf("intl", bridge).Pay(w.ctx(), p)
				if err != nil {
					t.Error(err)
				}
				replies <- reply
			}()
		}
		first := <-replies
		for range 3 {
			if r := <-replies; r == nil || first == nil || r.Inner != first.Inner {
				t.Errorf("two answers for one order: %+v and %+v", r, first)
			}
		}
		w.onePayCall(t, p.OrderID)
	}
	w.rest()
}
