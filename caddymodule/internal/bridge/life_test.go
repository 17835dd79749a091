package bridge

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/paybridge/paybridge/translate"
	v1 "github.com/paybridge/paybridge/translate/v1"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// Many orders, every other call to the gateway failing, no notice arriving: the
// schedule finds everything out, and no order is charged twice.
func TestLadderSettlesEverything(t *testing.T) {
	t.Parallel()
	const orders = 120
	w := newWorld(t)
	chance := rand.New(rand.NewPCG(1, 2))
	quick := slices.DeleteFunc(slices.Clone(unclear), func(f fault) bool { return f.name == hangs.name })
	w.gateway.chance = func() fault {
		if chance.IntN(2) == 0 {
			return none
		}
		return quick[chance.IntN(len(quick))]
	}
	actions := []v1.Action{v1.WxCode, v1.WxSao, v1.AliWap}
	for n := range orders {
		p := order(actions[n%len(actions)], n)
		w.pay(p)
		if chance.IntN(2) == 0 {
			w.gateway.payer(w.order(p).OrderNo)
		}
	}
	for {
		due, _, err := w.ledger.NextDue(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if due.IsZero() {
			break
		}
		// Steps that are close together are taken together.
		w.clock.advance(max(due.Sub(w.clock.now()), 20*time.Second))
		for more := true; more; {
			more = w.step() > 0
		}
	}
	for n := range orders {
		o := w.order(order("", n))
		state, charges := w.gateway.state(o.OrderNo)
		if paid := state == v2.TranSuccess; charges > 1 || !o.State.Final() || paid != (o.State == translate.Paid) {
			t.Fatalf("order %d is %s, the gateway says %q and has charged %d times", n, o.State, state, charges)
		}
	}
}

// Without a result, the gateway is queried exactly by the schedule, and the last interval
// repeats.
func TestLadderIsKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.gateway.chance = func() fault { return broken }
	p := order(v1.WxCode, 1)
	w.pay(p)
	intervals := DefaultQuerySchedule()
	for i := range intervals {
		o := w.order(p)
		if got := o.Next.Sub(w.clock.now()); got != intervals[i] || o.Tries != i {
			t.Fatalf("next query after %s and %d tries, want %s", got, o.Tries, intervals[i])
		}
		w.stepAt(p)
	}
}

// The reconciler searches when a step is due, not before and not much later.
func TestReconcilerIsOnTime(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		w := bubble(t, dir)
		w.gateway.setScript(silent)
		p := order(v1.WxCode, 1)
		w.pay(p)
		for _, c := range []struct {
			at   time.Time
			want int
		}{{w.order(p).Next.Add(-time.Millisecond), 0}, {w.order(p).Next.Add(pollEvery), 1}} {
			time.Sleep(time.Until(c.at))
			synctest.Wait()
			if n := w.gateway.count(v2.TranQuery); n != c.want {
				t.Fatalf("asked %d times, want %d", n, c.want)
			}
		}
		w.wantState(p, translate.Paid)
	})
}

func TestCloseWaitsForCalls(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		call  time.Duration
		grace time.Duration
		want  translate.State
		took  time.Duration
	}{
		{"call ends in time", 5 * time.Second, 15 * time.Second, translate.Paid, 5 * time.Second},
		{"call does not end", 20 * time.Second, 15 * time.Second, translate.Sent, 15 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				w := bubble(t, dir)
				w.settings.Timeouts = Timeouts{Gateway: 30 * time.Second, Reply: 40 * time.Second}
				w.gateway.setScript(fault{mangle: func(_ context.Context, body string) RoundTrip {
					time.Sleep(c.call)
					return RoundTrip{Sent: true, Body: []byte(body)}
				}})
				p := order(v1.WxCode, 1)
				go w.pay(p)
				synctest.Wait()
				ctx, cancel := context.WithTimeout(t.Context(), c.grace)
				defer cancel()
				start := time.Now()
				w.bridge.Close(ctx)
				if took := time.Since(start); took != c.took {
					t.Fatalf("closed after %s", took)
				}
				if o := w.order(p); o.State != c.want {
					t.Fatalf("order is %s", o.State)
				}
				if reply := w.pay(order(v1.WxCode, 2)); reply.RespCode != v1.CodeBusy {
					t.Fatalf("a closed bridge answers %s", reply.RespCode)
				}
				time.Sleep(time.Minute) // for the call
			})
		})
	}
}

func TestLedgerOutage(t *testing.T) {
	t.Parallel()
	t.Run("closed", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		_ = w.ledger.Close()
		p := order(v1.WxCode, 1)
		if reply := w.payUnrecorded(p); reply.RespCode != v1.CodeBusy {
			t.Fatalf("pay hears %s", reply.RespCode)
		}
		if reply := w.query(p); reply.RespCode != v1.CodeBusy {
			t.Fatalf("query hears %s", reply.RespCode)
		}
		if reply := w.cancel(p); reply.RespCode != v1.CodeBusy {
			t.Fatalf("cancel hears %s", reply.RespCode)
		}
		if w.step() != 0 || len(w.gateway.calls) != 0 {
			t.Fatalf("calls %v", w.gateway.calls)
		}
	})
	t.Run("blocked", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		w := worldAt(t, dir)
		w.settings.Timeouts = Timeouts{Gateway: time.Minute, Reply: time.Minute + 200*time.Millisecond}
		release := block(t, filepath.Join(dir, "ledger.db"))
		p := order(v1.WxCode, 1)
		start := time.Now()
		reply := w.payUnrecorded(p)
		if took := time.Since(start); reply.RespCode != v1.CodeBusy || took > w.settings.Timeouts.Gateway {
			t.Fatalf("merchant hears %s after %s", reply.RespCode, took)
		}
		w.bridge.pays.wait()
		if n := w.gateway.count(v2.TranPay); n != 0 {
			t.Fatal("sent without a record")
		}
		release()
		if err := w.ledger.Ping(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.settings.Timeouts = Timeouts{Gateway: 10 * time.Second, Reply: 14 * time.Second}
		if reply := w.pay(order(v1.WxCode, 2)); reply.RespCode != v1.CodeOK {
			t.Fatalf("not healed: merchant hears %s", reply.RespCode)
		}
	})
	t.Run("between send and record", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.gateway.setScript(fault{mangle: func(_ context.Context, body string) RoundTrip {
			_ = w.ledger.Close()
			return RoundTrip{Sent: true, Body: []byte(body)}
		}})
		if reply := w.pay(order(v1.WxCode, 1)); reply.RespCode != v1.CodeOK || reply.QueryID == "" {
			t.Fatalf("money may have moved, and the merchant hears %+v", reply)
		}
		if !strings.Contains(fmt.Sprint(messages(w)), "outcome not recorded") {
			t.Fatalf("log: %q", messages(w))
		}
	})
}
