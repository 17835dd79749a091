package tests

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/paybridge/paybridge/tests/sandbox"
	"github.com/paybridge/paybridge/tests/sandbox/merchant"
)

// interval is that of the schedules in these tests, long enough to set a clock and to
// start a bridge in.
const interval = 6 * time.Second

// TestClockOfTheMachineIsSet sets a bridge's clock an hour ahead and back while a
// notification and a query wait, and kills it while the clock is wrong: nothing is
// early, and nothing waits for the hour.
func TestClockOfTheMachineIsSet(t *testing.T) {
	t.Parallel()
	binary, err := fragileBridge()
	if err != nil {
		t.Fatal(err)
	}
	for _, ledger := range []string{"sqlite", "postgres"} {
		for _, ahead := range []string{"1h", "-1h"} {
			t.Run(ledger+"/"+ahead, func(t *testing.T) {
				t.Parallel()
				s := settings{Skew: 2 * time.Hour, Extra: "query_schedule 6s 6s 6s 6s\n\t\tnotify_schedule 6s 6s 6s 6s"}
				clockIsSet(t, ledgers[ledger](t, s), binary, ahead)
			})
		}
	}
}

func clockIsSet(t *testing.T, w *world, binary, ahead string) {
	t.Helper()
	clock := filepath.Join(w.dir, "clock")
	w.killed = true
	w.bridge.binary = binary
	w.bridge.env = append(w.bridge.env, "PAYBRIDGE_CLOCK_AHEAD="+clock)
	w.bridge.start()

	waiting := w.payment("gm", "WxCode", 4100)
	w.receivers["gm"].Script(waiting.OrderID, merchant.AnswerFail, merchant.AnswerFail, merchant.AnswerOK)
	w.pay("gm", waiting)
	w.notified("gm", waiting.OrderID, 1)
	doubtful := w.payment("intl", "AliCode", 4200)
	w.script(t, sandbox.Rule{Behaviour: sandbox.Reset, TranCode: "OP1001", Times: 1})
	sent := time.Now()
	w.pay("intl", doubtful)
	onDisplay := w.payment("intl", "WxSao", 4300) // its payer has half an hour
	shown := w.pay("intl", onDisplay)

	if err := os.WriteFile(clock, []byte(ahead), 0o600); err != nil {
		t.Fatal(err)
	}
	got := w.notified("gm", waiting.OrderID, 2)
	w.bridge.kill()
	w.bridge.start()
	got = append(got[:1:1], w.notified("gm", waiting.OrderID, 3)[1:]...)
	checkIntervals(t, got, interval, interval)
	w.notified("intl", doubtful.OrderID, 1)
	for _, e := range w.gateway.Exchanges() {
		if e.TranCode == "OP2001" && e.MerchantID == shops["intl"].Gateway && e.Time.Sub(sent) < interval {
			t.Errorf("asked after %s", e.Time.Sub(sent))
		}
	}
	w.payerPays("intl", shown, sandbox.Notice{}, false)
	w.notified("intl", onDisplay.OrderID, 1)
	w.rest()
}
