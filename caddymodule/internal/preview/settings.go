package preview

import (
	"time"

	"github.com/paybridge/paybridge/translate"
)

// Settings are what the bridge adds to a merchant's message.
type Settings struct {
	GatewayMerchant string // 12 digits
	NotifyURL       string
	OrderPrefix     string
	Subject         string // {orderid} stands for the merchant's number
	Expiry          time.Duration

	// The gateway's transaction codes.
	Pay, Query, Refund string

	// Now is the time of the messages.
	Now time.Time

	// ShowPayer leaves the scanned code and the openid in the plain text.
	ShowPayer bool

	// Invented says that the settings are examples too: no configuration was
	// given. An answer may then come from any merchant.
	Invented bool
}

// numbers are those of an order, as a bridge would draw them.
type numbers struct{ queryID, orderNo, refundNo, flowNo string }

// draw makes up the numbers of an order.
func (s Settings) draw() numbers {
	queryID := translate.NewQueryID(0, s.Now, 1)
	orderNo := translate.NewOrderNo(s.OrderPrefix, queryID)
	return numbers{
		queryID: queryID, orderNo: orderNo, refundNo: "R" + orderNo,
		flowNo: translate.NewFlowNo(s.GatewayMerchant, 0, s.Now, 1),
	}
}

// masked stands for what is not shown of a payer.
const masked = "***"

// hide masks what tells who pays.
func (s Settings) hide(value string) string {
	if value == "" || s.ShowPayer {
		return value
	}
	return masked
}
