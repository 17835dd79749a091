package tests

import (
	"slices"
	"testing"
	"time"

	"github.com/paybridge/paybridge/tests/sandbox/merchant"
)

// An operator calls once more about what a merchant has acknowledged, with a reason:
// one call is made, and whatever the answer is, none follows.
func TestResendAgainFromTheCommandLine(t *testing.T) {
	t.Parallel()
	w := startWorld(t, settings{Extra: oneRung})
	merID := shops["intl"].MerID
	p := w.payment("intl", "WxCode", 1999)
	w.receivers["intl"].Script(p.OrderID, merchant.AnswerOK, merchant.AnswerOK, merchant.AnswerFail, merchant.AnswerOK)
	w.pay("intl", p)
	if !eventually(func() bool {
		return slices.Contains(w.bridge.ask("notifications", "--state", "delivered", "--json").listed(t), p.OrderID)
	}) {
		t.Fatal("the notification is not delivered")
	}
	again := []string{"notifications", "resend", merID, p.OrderID, "--again"}
	w.bridge.ask(append(again, "--dry-run")...).want(t, 0, "The call could be made", "a second time")
	w.bridge.ask(again...).want(t, 1, "--why: missing")
	w.bridge.ask("notifications", "resend", "--merchant", merID, "--again", "--why", "all", "--yes").want(t, 1, "one notification at a time")
	w.bridge.ask(append(again, "--why", "they lost their books")...).want(t, 0, "Call 2", "acknowledged again")
	w.bridge.ask(append(again, "--why", "they lost them again")...).want(t, 1, "Call 3", "nothing follows")
	w.bridge.ask("order", merID, p.OrderID).want(t, 0,
		"resend again by ", "they lost their books", "call 3: refused")
	w.cancel("intl", p.OrderID)
	w.bridge.ask(append(again, "--why", "to try")...).want(t, 1, "given back")
	w.rest()
	if got := w.receivers["intl"].Notifications(p.OrderID); len(got) != 3 {
		t.Errorf("the merchant was called %d times, want 3", len(got))
	}
}

// A bridge that dies between the claim of the one call and its answer, on either side of
// the call, makes no other by itself, and the history says that the answer is unknown.
func TestResendAgainKilled(t *testing.T) {
	t.Parallel()
	binary, err := fragileBridge()
	if err != nil {
		t.Fatal(err)
	}
	for point, calls := range map[string]int{"before_attempt": 1, "after_attempt": 2} {
		for _, ledger := range []string{"sqlite", "postgres"} {
			t.Run(point+"/"+ledger, func(t *testing.T) {
				t.Parallel()
				w := ledgers[ledger](t, settings{Extra: oneRung})
				w.killed = true
				w.bridge.binary = binary
				healthy := slices.Clip(w.bridge.env)
				w.bridge.env = slices.Concat(healthy, []string{"PAYBRIDGE_FAILPOINT=" + point + ":2"})
				w.bridge.start()
				merID := shops["intl"].MerID
				p := w.payment("intl", "WxCode", 1999)
				w.pay("intl", p)
				if !eventually(func() bool { return slices.Equal(w.attempts(p.OrderID), []string{"ok"}) }) {
					t.Fatal("the notification is not delivered")
				}
				w.bridge.ask("notifications", "resend", merID, p.OrderID, "--again", "--why", "they lost their books").want(t, 2, "does not answer")
				select {
				case <-w.bridge.exited:
				case <-time.After(patience):
					t.Fatalf("the bridge never came to %s", point)
				}
				w.bridge.cmd = nil
				w.bridge.env = healthy
				w.bridge.start()
				next := w.payment("intl", "WxCode", 2000) // by when it is notified, what waits has been looked for
				w.pay("intl", next)
				w.notified("intl", next.OrderID, 1)
				w.rest()
				if got := w.attempts(p.OrderID); !slices.Equal(got, []string{"ok", "unrecorded"}) {
					t.Errorf("attempts are %q", got)
				}
				if got := w.receivers["intl"].Notifications(p.OrderID); len(got) != calls {
					t.Errorf("the merchant was called %d times, want %d", len(got), calls)
				}
			})
		}
	}
}
