package delivery

import (
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// form returns the body of the notification of an order, signed with the
// merchant's key of this moment.
func form(o ledger.Order, key v1.Key) string { return v1.SealForm(Message(o), key) }

// Message is the JSON that the notification of an order brings. It tells of the
// payment, which stands whenever an order is notified ([translate.Notify]), also after
// a refund that failed. An order that is late is never notified; should it be all the same,
// its merchant hears what a query says, that it is over.
func Message(o ledger.Order) []byte {
	told := o.ForMerchant()
	told.State = translate.Paid
	return translate.BuildNotification(told).JSON()
}
