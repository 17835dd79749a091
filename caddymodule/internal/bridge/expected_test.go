package bridge

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// counting notes how many the ledger expects at each commit.
type counting struct {
	ledger *ledger.Ledger
	counts []int
}

func (c *counting) Committed(int, time.Duration, error) {
	if c.ledger != nil { // it is open
		c.counts = append(c.counts, c.ledger.Expect(0))
	}
}

// TestPaymentIsExpected: the ledger expects a payment when it is begun and when its answer is
// recorded, and not while the gateway has it, nor when it is over.
func TestPaymentIsExpected(t *testing.T) {
	t.Parallel()
	c := &counting{}
	w := worldAtTime(t, t.TempDir(), newClock(), ledger.WithObserver(c))
	atGateway := -1
	w.gateway.script = []fault{{name: "counts", mangle: func(_ context.Context, body string) RoundTrip {
		atGateway = w.ledger.Expect(0)
		return RoundTrip{Sent: true, Body: []byte(body)}
	}}}
	c.ledger = w.ledger
	w.pay(order(v1.WxCode, 1))
	if now := w.ledger.Expect(0); now != 0 || atGateway != 0 {
		t.Errorf("%d are expected at the end, and %d while the gateway had it", now, atGateway)
	}
	if !slices.Equal(c.counts, []int{1, 1}) {
		t.Errorf("%v were expected at the commits", c.counts)
	}
}
