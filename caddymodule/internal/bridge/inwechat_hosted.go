package bridge

import (
	"context"
	"errors"
	"fmt"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
	"github.com/paybridge/paybridge/translate"
	v1 "github.com/paybridge/paybridge/translate/v1"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// HostedForm is what a payer's browser posts to the gateway, which then shows
// its own page.
type HostedForm struct {
	Action string // the gateway's address
	Fields []HostedField
}

// HostedField is one hidden field of a HostedForm.
type HostedField struct{ Name, Value string }

// ErrNotHosted says that an order is not, or no longer, to be paid on the
// gateway's page.
var ErrNotHosted = errors.New("order is not paid on the gateway's page")

// Hosted makes the form that the payer's browser posts to the gateway. Before
// it does, the order is on record as pending: whoever holds the form can have it
// paid, and nobody tells us whether it was posted. Each form is a new message
// about the same v2 order, and the gateway takes one payment for it.
//
// A gateway that does not know such an order says nothing of it until it has
// expired, see stepBlind.
func (b *Bridge) Hosted(
	ctx context.Context, s *Settings, m *merchants.Merchant, o ledger.Order, payer Payer,
) (HostedForm, ledger.Order, error) {
	payer.OpenID = "" // the gateway finds it out
	job, err := browserJob(s, m, o, payer)
	if err != nil {
		return HostedForm{}, o, err
	}
	keys := s.Merchants.ByGatewayMerchant(o.GatewayMerchant) // which the merchant may have changed since
	if keys == nil {
		return HostedForm{}, o, fmt.Errorf("gateway merchant %s is not configured any more", o.GatewayMerchant)
	}
	ctx, cancel := context.WithTimeout(ctx, s.Timeouts.Reply)
	defer cancel()
	if err := b.awaitTime(ctx); err != nil {
		return HostedForm{}, o, err
	}
	now := b.now()
	if o.State.MayBecome(translate.Sent) {
		o, err = b.handOut(ctx, s, o)
		if err != nil {
			return HostedForm{}, o, err
		}
	}
	if !handedOut(o) || !now.Before(o.ExpiresAt) {
		return HostedForm{}, o, ErrNotHosted
	}
	call := b.told(job.payCall(o, now))
	call.FlowNo = b.numbers.flow(o.GatewayMerchant, now)
	call.ReturnURL = s.ResultURL + "?id=" + o.PayID
	head, body := translate.BuildPayRequest(job.request, job.rule, call)
	plaintext, err := body.Marshal(head)
	if err != nil {
		return HostedForm{}, o, fmt.Errorf("writing hosted order: %w", err)
	}
	envelope, err := keys.Codec.Seal(keys.GatewayMerchant, o.OrderNo, plaintext)
	if err != nil {
		return HostedForm{}, o, fmt.Errorf("sealing hosted order: %w", err)
	}
	return HostedForm{Action: s.GatewayURL, Fields: hostedFields(envelope)}, o, nil
}

// handedOut reports whether a payer's browser has the form of an order, so that
// the gateway may come to know it only later.
func handedOut(o ledger.Order) bool {
	return v1.Action(o.Action).PaidInBrowser() && o.State == translate.Pending && o.PayData == ""
}

// handOut records that the payer's browser gets the form.
func (b *Bridge) handOut(ctx context.Context, s *Settings, o ledger.Order) (ledger.Order, error) {
	now := b.now()
	update := ledger.Update{
		State: translate.Pending, At: now, Source: browserSource, Claim: o.Claim, Takes: true,
		Next: s.nextStep(o, translate.Pending, 0, now),
	}
	stored, verdict, err := b.ledger.Record(ctx, o.Key, update)
	if errors.Is(err, ledger.ErrFenced) { // a second tab, or the sweeper, was faster
		stored, err = b.ledger.Order(ctx, o.Key)
	} else if err == nil {
		b.reportTransition(stored, update, verdict)
	}
	if err != nil {
		return o, fmt.Errorf("recording hosted order: %w", err)
	}
	return stored, nil
}

func hostedFields(e v2.Envelope) []HostedField {
	var fields []HostedField
	for name, value := range e.Parameters() {
		fields = append(fields, HostedField{name, value})
	}
	return fields
}
