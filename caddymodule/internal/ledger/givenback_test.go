package ledger_test

import (
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
)

// doneContradictsGivenBack: a person has given back by other means what the gateway would
// not, and then the gateway says that its refund is done. The payer may have the money
// twice: that is no step of the order, and what the person said stays.
func doneContradictsGivenBack(t *testing.T, p place) {
	l := p.open(t)
	done := ledger.Update{State: translate.Refunded, At: after(2 * time.Hour), Source: "notice"}
	change := ledger.Change{Who: "ann", Why: "paid back by bank transfer", At: after(time.Hour)}

	dealt := failedRefund(t, l, 1)
	if err := l.DealWith(t.Context(), dealt.Key, ledger.RefundMatter, change); err != nil {
		t.Fatal(err)
	}
	dealt = mustOrder(t, l, dealt.Key)
	settle := func(o ledger.Order) ledger.Order {
		change.After = "refunded, gateway number TT1"
		word := ledger.Update{State: translate.Refunded, At: after(time.Hour), Source: "operator"}
		o, verdict, err := l.Settle(t.Context(), o.Key, word, change)
		if err != nil || verdict != translate.Applied {
			t.Fatalf("settled: %v, %v", verdict, err)
		}
		return o
	}
	settled := settle(failedRefund(t, l, 2))
	for _, o := range []ledger.Order{dealt, settled} {
		for range 2 {
			if got := mustRecord(t, l, o.Key, done, translate.Contradicted); got != o {
				t.Errorf("order is\n%+v\nwant\n%+v", got, o)
			}
		}
	}
	if said, err := l.DealtWith(t.Context(), dealt.Key); err != nil || len(said) != 1 || said[0].Why != change.Why {
		t.Errorf("dealt with: %+v, %v", said, err)
	}
	if o := settle(dealt); o.State != translate.Refunded { // a person may say so all the same
		t.Errorf("settled: %+v", o)
	}

	plain := failedRefund(t, l, 3)
	mustRecord(t, l, plain.Key, done, translate.Applied)
	mustRecord(t, l, plain.Key, done, translate.Repeated)
}
