package shadow

import (
	"time"

	v1 "github.com/paybridge/paybridge/translate/v1"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// Exchange is a request of a merchant's program and what the old gateway has answered.
// Its texts belong to the shadow.
type Exchange struct {
	At        time.Time
	Interface string // preview.Pay, preview.Query or preview.Cancel

	Method      string
	ContentType string
	Query       string // of the address, not decoded
	Body        []byte

	Status   int
	Reply    []byte
	ReplyCut bool // it was longer than what is kept
}

// size is what an exchange weighs in the queue.
func (e Exchange) size() int64 {
	const overhead = 512
	return int64(len(e.Query)+len(e.Body)+len(e.Reply)) + overhead
}

// Merchant is what the comparison needs of a merchant's configuration.
type Merchant struct {
	MerID           string
	GatewayMerchant string
	Subject         string // "" = that of the settings
	SignKeys        []v1.Key
	Codec           *v2.Codec
}

// Settings are what the bridge adds to a merchant's request.
type Settings struct {
	NotifyURL          string
	OrderPrefix        string
	Subject            string
	Expiry             time.Duration
	Pay, Query, Refund string // the gateway's transaction codes
}
