package bridge

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/paybridge/paybridge/translate"
	v1 "github.com/paybridge/paybridge/translate/v1"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// payCase is what one fault does to a payment and to its repeat.
type payCase struct {
	name   string
	action v1.Action
	fault  fault
	atOnce v2.TranState

	state  translate.State
	code   v1.Code
	form   bool // a code is shown
	calls  int  // pay calls that arrived or were lost
	again  v1.Code
	second translate.State
	after  int // pay calls after the repeat
}

func payCases() []payCase {
	cases := []payCase{
		{"scanned, paid", v1.WxCode, none, "11", translate.Paid, "00", false, 1, "00", translate.Paid, 1},
		{"scanned, payer asked", v1.AliCode, none, "12", translate.Pending, "00", false, 1, "00", translate.Pending, 1},
		{"scanned, refused", v1.WxCode, refuses, "11", translate.Failed, "94", false, 1, "94", translate.Failed, 1},
		{"scanned, declined", v1.QQCode, declines, "11", translate.Failed, "94", false, 1, "94", translate.Failed, 1},
		{"scanned, unsent", v1.WxCode, unsent, "11", translate.Begun, "96", false, 0, "00", translate.Paid, 1},
		{"scanned, other amount", v1.WxCode, wrongSum, "11", translate.InDoubt, "00", false, 1, "00", translate.InDoubt, 1},
		{"shown", v1.WxSao, none, "", translate.Pending, "00", true, 1, "00", translate.Pending, 1},
		{"shown, refused", v1.AliSao, refuses, "", translate.Failed, "94", false, 1, "94", translate.Failed, 1},
		{"shown, unsent", v1.USao, unsent, "", translate.Begun, "96", false, 0, "00", translate.Pending, 1},
		{"link", v1.WxH5, none, "", translate.Pending, "00", true, 1, "00", translate.Pending, 1},
		{"WeChat without openid", v1.WxJsApi, none, "", translate.Begun, "00", true, 0, "00", translate.Begun, 0},
	}
	for _, f := range unclear {
		cases = append(cases,
			payCase{"scanned, " + f.name, v1.WxCode, f, "11", translate.InDoubt, "00", false, 1, "00", translate.InDoubt, 1},
			payCase{"shown, " + f.name, v1.WxSao, f, "", translate.InDoubt, "96", false, 1, "00", translate.Pending, 2},
		)
	}
	return cases
}

func TestPay(t *testing.T) {
	t.Parallel()
	for _, c := range payCases() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.settings.Timeouts = Timeouts{Gateway: 200 * time.Millisecond, Reply: 14 * time.Second}
			w.gateway.atOnce = c.atOnce
			w.gateway.setScript(c.fault)
			p := order(c.action, 1)

			check := func(reply v1.PayReply, code v1.Code, state translate.State, calls int) {
				t.Helper()
				stored := w.wantState(p, state)
				if reply.RespCode != code {
					t.Fatalf("merchant hears %s, want %s", reply.RespCode, code)
				}
				if code == v1.CodeOK && (reply.QueryID != stored.QueryID || reply.TxnAmt != p.TxnAmt) {
					t.Fatalf("merchant hears %+v of order %s", reply, stored.QueryID)
				}
				if got := w.gateway.count(v2.TranPay); got != calls {
					t.Fatalf("%d pay calls, want %d", got, calls)
				}
			}
			reply := w.pay(p)
			check(reply, c.code, c.state, c.calls)
			if (reply.FormAction != "") != c.form {
				t.Fatalf("formaction %q", reply.FormAction)
			}
			check(w.pay(p), c.again, c.second, c.after)
			if _, charges := w.gateway.state(w.order(p).OrderNo); charges > 1 {
				t.Fatalf("charged %d times", charges)
			}
		})
	}
}

// A second call that is refused or does not leave says nothing of the first.
func TestDoubtSurvivesTheRepeat(t *testing.T) {
	t.Parallel()
	for _, f := range []fault{refuses, declines, unsent, silent} {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.gateway.setScript(silent, f)
			p := order(v1.WxSao, 1)
			w.pay(p)
			if reply := w.pay(p); reply.RespCode != v1.CodeBusy {
				t.Fatalf("merchant hears %s", reply.RespCode)
			}
			w.wantState(p, translate.InDoubt)
			if reply := w.pay(p); reply.RespCode != v1.CodeOK || reply.FormAction == "" {
				t.Fatalf("merchant hears %+v", reply)
			}
		})
	}
}

func TestRepeatOfAnExpiredOrderIsNotSent(t *testing.T) {
	t.Parallel()
	for _, first := range []fault{unsent, silent} {
		t.Run(first.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.gateway.setScript(first)
			p := order(v1.WxSao, 1)
			w.pay(p)
			before := w.gateway.count(v2.TranPay)
			w.clock.advance(w.settings.OrderExpiry)
			if reply := w.pay(p); reply.RespCode != v1.CodeBusy {
				t.Fatalf("merchant hears %s", reply.RespCode)
			}
			if got := w.gateway.count(v2.TranPay); got != before {
				t.Fatal("an expired order was sent")
			}
		})
	}
}

func TestConcurrentPaysShareOneCall(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		w := bubble(t, dir)
		w.gateway.gate = make(chan struct{})
		replies := make([]v1.PayReply, 20)
		var all sync.WaitGroup
		for i := range replies {
			all.Go(func() { replies[i] = w.pay(order(v1.WxCode, 1)) })
		}
		other := order(v1.WxCode, 1)
		other.TxnAmt++
		conflict := func() {
			if answer := w.answerAt(w.bridge, other); answer.RespCode != v1.CodeConflict || !answer.Known {
				t.Errorf("other contents: merchant hears %s, known: %t", answer.RespCode, answer.Known)
			}
		}
		synctest.Wait() // the call is held until everybody has come
		all.Go(conflict)
		synctest.Wait()
		close(w.gateway.gate)
		all.Wait()
		for _, reply := range replies {
			if reply != replies[0] || reply.RespCode != v1.CodeOK {
				t.Fatalf("merchants hear %+v and %+v", replies[0], reply)
			}
		}
		conflict()
		if n := w.gateway.count(v2.TranPay); n != 1 {
			t.Fatalf("%d pay calls", n)
		}
	})
}

// TestKnown: of one payment that reaches two bridges at once, one is new.
func TestKnown(t *testing.T) {
	t.Parallel()
	for _, action := range []v1.Action{v1.WxCode, v1.WxSao} {
		w := newWorld(t)
		twin, _ := w.anotherBridge(w.ledger)
		var all sync.WaitGroup
		answers := make([]PayAnswer, 2)
		for i, b := range []*Bridge{w.bridge, twin} {
			all.Go(func() { answers[i] = w.answerAt(b, order(action, 1)) })
		}
		all.Wait()
		if answers[0].Known == answers[1].Known {
			t.Errorf("%s: answers are %+v", action, answers)
		}
	}
}

// TestUnanswered: the merchant of a scanned code hears 00 whatever has become of its call;
// whether the gateway has answered is told apart from that.
func TestUnanswered(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		fault      fault
		unanswered bool
	}{
		{none, false}, {declines, false}, {refuses, false}, {unknown, false},
		{lost, true}, {silent, true}, {html, true}, {half, true}, {forged, true}, {broken, true}, {wrongSum, true},
	} {
		t.Run(test.fault.name, func(t *testing.T) {
			t.Parallel()
			for _, action := range []v1.Action{v1.WxCode, v1.WxSao} {
				w := newWorld(t)
				w.gateway.setScript(test.fault)
				if got := w.answerAt(w.bridge, order(action, 1)); got.Unanswered != test.unanswered {
					t.Errorf("%s: answered %s, unanswered %v, want %v", action, got.RespCode, got.Unanswered, test.unanswered)
				}
			}
		})
	}
}

// TestUnansweredUntilTheMerchantGivesUp: so it is while the call is still under way.
func TestUnansweredUntilTheMerchantGivesUp(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		w := bubble(t, dir)
		w.gateway.setScript(deaf)
		if got := w.answerAt(w.bridge, order(v1.WxCode, 1)); got.RespCode != v1.CodeOK || !got.Unanswered {
			t.Errorf("answered %s, unanswered %v", got.RespCode, got.Unanswered)
		}
	})
}

func TestRefusedBeforeTheLedger(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := order("Cash", 1)
	reply, err := w.bridge.Pay(t.Context(), w.settings, registry().ByMerID(merID), p, "192.0.2.9")
	if reply.RespCode != v1.CodeUnsupported || v1.CodeOf(err) != v1.CodeUnsupported {
		t.Fatalf("merchant hears %s, error %v", reply.RespCode, err)
	}
	if _, err := w.ledger.Order(t.Context(), key(p)); err == nil {
		t.Fatal("order recorded")
	}
}

// In a bubble time passes only while everybody waits, so that limits are exact.
func TestMerchantHearsInTime(t *testing.T) {
	t.Parallel()
	for action, want := range map[v1.Action]v1.Code{v1.WxCode: v1.CodeOK, v1.WxSao: v1.CodeBusy} {
		t.Run(string(action), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				w := bubble(t, dir)
				w.gateway.setScript(deaf)
				start := time.Now()
				reply := w.pay(order(action, 1))
				if took := time.Since(start); took != w.settings.Timeouts.Reply {
					t.Fatalf("answer after %s", took)
				}
				if reply.RespCode != want || (want == v1.CodeOK) != (reply.QueryID != "") {
					t.Fatalf("merchant hears %+v", reply)
				}
			})
		})
	}
}

func TestMerchantWhoHangsUpIsServed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.gateway.gate = make(chan struct{})
	ctx, hangUp := context.WithCancel(t.Context())
	hangUp()
	p := order(v1.WxCode, 1)
	reply, _ := w.bridge.Pay(ctx, w.settings, registry().ByMerID(merID), p, "")
	close(w.gateway.gate)
	w.bridge.pays.wait()
	w.wantState(p, translate.Paid)
	if reply.RespCode != v1.CodeOK && reply.RespCode != v1.CodeBusy {
		t.Fatalf("merchant would hear %s", reply.RespCode)
	}
}
