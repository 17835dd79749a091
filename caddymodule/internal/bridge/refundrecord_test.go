package bridge

import (
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// TestRefundRecord: what is told of a refund is told of one submission only where no other
// can have left, on record or not.
func TestRefundRecord(t *testing.T) {
	t.Parallel()
	codes := TranCodes{Pay: "OP1001", Query: "OP2001", Refund: "OP1003", RefundQuery: "OP2002", Close: "OP1004"}
	start := time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)
	at := func(s int, e ledger.Event) ledger.Event { e.At = start.Add(time.Duration(s) * time.Second); return e }
	moved := func(s int, detail string) ledger.Event { return at(s, ledger.Event{Kind: "moved", Detail: detail}) }
	called := func(s int, code string, failed *failure) ledger.Event {
		return at(s, callEvent(outgoing{flowNo: "F1", tranCode: code}, time.Time{}, time.Time{}, v2.Statement{}, failed))
	}
	begun, sent := moved(0, "paid → refunding"), func(s int) ledger.Event { return called(s, "OP1003", &failure{class: CallTimeout}) }
	unsent := func(s int) ledger.Event { return called(s, "OP1003", notSent("gateway away")) }
	resubmit := func(s int) ledger.Event { return at(s, ledger.Event{Kind: resubmitEvent}) }
	failed, again := moved(30, "refunding → refund_failed"), moved(700, "refund_failed → refunding")
	for _, c := range []struct {
		name   string
		events []ledger.Event
		tries  int
		now    int
		once   bool
		left   int // -1 for never
		stayed bool
	}{
		{"it is submitted now", []ledger.Event{begun}, 0, 1, true, 1, false},
		{"whoever held it may have submitted it", []ledger.Event{begun}, 0, 28, false, 28, false},
		{"by a clock that was set back", []ledger.Event{begun}, 0, -60, false, -60, false},
		{"it was submitted", []ledger.Event{begun, sent(1)}, 1, 600, true, 1, false},
		{"beside other calls", []ledger.Event{called(-9, "OP1001", nil), begun, sent(1), called(6, "OP2002", nil)}, 1, 600, true, 1, false},
		{"under a code of before", []ledger.Event{begun, sent(1), called(60, "OP1033", nil)}, 2, 600, false, 60, false},
		{"twice", []ledger.Event{begun, sent(1), sent(60)}, 2, 600, false, 60, false},
		{"once, and another did not leave", []ledger.Event{begun, sent(1), unsent(60)}, 2, 600, true, 1, false},
		{"another may be leaving", []ledger.Event{begun, sent(1)}, 0, 60, false, 60, false},
		{"the first on record came late", []ledger.Event{begun, sent(28)}, 1, 600, false, 28, false},
		{"that one did not leave", []ledger.Event{begun, unsent(28), sent(60)}, 2, 600, false, 60, false},
		{"and nothing after it did", []ledger.Event{begun, unsent(28)}, 1, 600, true, 28, false},
		{"nothing left", []ledger.Event{begun, unsent(1), unsent(60)}, 2, 600, false, -1, true},
		{"nothing left, of two that were made in time", []ledger.Event{begun, unsent(1), resubmit(60), unsent(61)}, 2, 600, false, -1, true},
		{"whoever submitted it once more may have died", []ledger.Event{begun, unsent(1), resubmit(60), unsent(88)}, 2, 600, true, 88, false},
		{"whoever submits it once more", []ledger.Event{begun, unsent(1), resubmit(60)}, 0, 61, true, 61, false},
		{"it was refused, and the next did not leave", []ledger.Event{begun, sent(1), failed, again, unsent(701)}, 1, 800, false, 1, true},
		{"it failed before", []ledger.Event{begun, sent(1), failed, again, sent(701)}, 1, 800, false, 701, false},
		{"which is purged", []ledger.Event{again, sent(701)}, 1, 800, false, 701, false},
		{"whoever took it up again may have submitted it", []ledger.Event{begun, sent(1), failed, again, unsent(728)}, 1, 800, false, 728, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			record := readRefund(ledger.List[ledger.Event]{Items: c.events}, codes)
			order, now := ledger.Order{Tries: c.tries}, start.Add(time.Duration(c.now)*time.Second)
			want := start.Add(time.Duration(c.left) * time.Second)
			if c.left == -1 {
				want = time.Time{}
			}
			if once, left := record.once(order, now), record.leftAt(order, now); once != c.once || !left.Equal(want) {
				t.Errorf("once %v, left at %s, want %v and %s", once, left, c.once, want)
			}
			if stayed := record.neverLeft(); stayed != c.stayed {
				t.Errorf("never left: %v, want %v", stayed, c.stayed)
			}
		})
	}
}
