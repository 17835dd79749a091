package bridge

import (
	"context"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/delivery"
	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
)

// Gateway carries one message to the v2 gateway and its answer back.
type Gateway interface {
	// Post sends an urlencoded form once. It never sends it again, whatever
	// happens.
	Post(ctx context.Context, form string) RoundTrip
}

// RoundTrip is what became of one POST to the gateway.
type RoundTrip struct {
	Body []byte // the answer's body; only with Err nil
	Sent bool   // false only when surely nothing of the form left the bridge
	Err  error  // why there is no answer to read

	// Discard closes the connection that the answer came on; nil when there is
	// none to close.
	Discard func()
}

// TranCodes are the v2 transaction codes. Only pay and refund are certain; the
// others must be confirmed with the gateway.
type TranCodes struct {
	Pay         string `json:"pay,omitempty"`
	Refund      string `json:"refund,omitempty"`
	Query       string `json:"query,omitempty"`
	RefundQuery string `json:"refund_query,omitempty"`
	Close       string `json:"close,omitempty"` // "" = the gateway has no close
}

// Settings is what one loaded configuration says. It is immutable; a reload
// makes a new one.
type Settings struct {
	Merchants   *merchants.Registry
	Gateway     Gateway
	GatewayURL  string // where a payer's browser posts a hosted order
	NotifyURL   string // where the gateway sends its notices
	ResultURL   string // where a hosted payer's browser comes back to, and asks how the order stands
	TryURL      string // the backurl of tried orders of which nobody is to be notified
	TranCodes   TranCodes
	OrderPrefix string
	Subject     string
	OrderExpiry time.Duration // how long an order may be paid
	Timeouts    Timeouts

	NotifySchedule delivery.Schedule // of notifications
	QuerySchedule  delivery.Schedule // of orders without a result; its last interval repeats
}

// Timeouts bound what a merchant waits for.
type Timeouts struct {
	Gateway time.Duration // one call to the gateway
	Reply   time.Duration // one answer to a merchant, whatever happens
}

// begin is how long the ledger may take to write an order down, so that a
// merchant soon hears when it cannot: half of what a call to the gateway leaves
// of a reply.
func (t Timeouts) begin() time.Duration { return (t.Reply - t.Gateway) / 2 }

// payLease is how long a pay request may be worked on, whoever waits for it.
// After that time nobody is working on the order any more.
func (t Timeouts) payLease() time.Duration { return 2 * t.Reply }
