package api

import (
	"crypto/rand"

	"github.com/paybridge/paybridge/caddymodule/internal/delivery"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
)

// TryNotifyRequest says whose program is to be sent a sample notification.
type TryNotifyRequest struct {
	MerID string `json:"merid" need:"true" doc:"The merchant with whose key it is signed, and whose allow_callbacks counts."`
	URL   string `json:"url" need:"true" doc:"The address of the merchant's program."`
	Why   string `json:"why" need:"true" doc:"The reason, kept with the change."`
}

// TriedNotification is what a merchant's program answered to a sample notification.
type TriedNotification struct {
	OrderID   string  `json:"orderid" doc:"The order number in it, which no order has."`
	Host      string  `json:"host" doc:"Host and port of the address that was called, or would have been."`
	Message   string  `json:"message" doc:"The JSON that was sent as resp in base64, beside sign."`
	Attempt   Attempt `json:"attempt" doc:"The one call that was made, and what came of it."`
	Counts    bool    `json:"counts" doc:"The answer acknowledges: after it, no further call would be made."`
	Explained string  `json:"explained" doc:"What came of it, for people."`
}

// sampleFen is the amount of a sample notification.
const sampleFen = 1

func tryNotify(v *visit, r TryNotifyRequest) (TriedNotification, error) {
	m, err := v.toTry(r.MerID, r.Why)
	if err != nil {
		return TriedNotification{}, err
	}
	order := v.Bridge.SampleOrder(v.Settings, m, translate.NewTryOrderID(v.now, rand.Text()), sampleFen, r.URL)
	change := v.change(r.Why)
	change.After = "a sample to " + ledger.HostOf(r.URL)
	if err := v.Ledger.NoteTrial(v.ctx, order.Key, ledger.TryNotify, change); err != nil {
		return TriedNotification{}, err
	}
	trial, err := v.Bridge.TryNotify(v.ctx, order)
	if err != nil {
		return TriedNotification{}, err
	}
	trial.N = 1
	return TriedNotification{
		OrderID: order.OrderID, Host: ledger.HostOf(r.URL), Message: string(delivery.Message(order)),
		Attempt: attemptOf(v.lang, trial.Attempt), Counts: trial.Class.Counts(), Explained: trial.Class.Message(),
	}, nil
}
