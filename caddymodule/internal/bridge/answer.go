package bridge

import (
	"context"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// answer is what came back for a message to the gateway. It is signed by the
// gateway; what it says has still to be compared with what was asked.
type answer struct {
	v2.Message
	flowNo string       // of the message that was sent
	event  ledger.Event // the call, for the order's timeline
	trip   RoundTrip
}

// disbelieve keeps an answer aside that tells of something else than was asked.
// Its connection is closed: where one answer is another request's, the next ones
// may be as well.
func (b *Bridge) disbelieve(ctx context.Context, order ledger.Order, source string, a answer, cause error) {
	a.trip.discard()
	_ = b.quarantine(ctx, order, source, a.Message, cause) // logged; the order stays as it is
}

// discard closes the connection that an answer came on, so that no request is sent
// on it any more.
func (c RoundTrip) discard() {
	if c.Discard != nil {
		c.Discard()
	}
}
