package explain

import (
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/inbound"
	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
	"github.com/paybridge/paybridge/caddymodule/internal/route"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// World is what a message is held against.
type World struct {
	// Merchants are those of the configuration.
	Merchants *merchants.Registry
	// MerID is the merchant, by its v1 number, to judge a message by that names
	// none; "" when the operator named none.
	MerID string
	// Now is when the message arrived: an old key counts until its day is over.
	Now time.Time
	// OldGateway says that there is an old gateway, which gets what v2 does not serve. For
	// a message that v2 is known to have served there is none.
	OldGateway bool
	// DefaultRoute is where new orders go beside it, of merchants without a route of
	// their own.
	DefaultRoute route.Side
}

// keys are all sign keys of the configuration, whether still accepted or not.
func (w World) keys() []v1.Key {
	if w.Merchants == nil {
		return nil
	}
	var keys []v1.Key
	for _, m := range w.Merchants.All() {
		keys = append(keys, m.SignKeys(time.Time{})...)
	}
	return keys
}

// MaxInput is the longest input, in bytes: the largest form that the bridge
// reads, with room for a request's head.
const MaxInput = 1 << 20

// Explain says what can be said of a message. The input is what somebody saved
// or copied: the body of a form (urlencoded or multipart), a URL with its query,
// a whole HTTP request, or the gateway's answer. What it is is found out from
// the input itself.
func Explain(input []byte, w World) Report {
	a := receive(input)
	explainAs := explainRequest
	if (a.sealed() && a.request == nil) || a.route.Caller == inbound.Gateway {
		explainAs = explainSealed
	}
	r := explainAs(a, w).without(w.keys())
	if r.Causes == nil {
		r.Causes = []Cause{} // an array in JSON, too
	}
	return r
}
