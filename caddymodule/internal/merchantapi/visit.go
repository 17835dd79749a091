package merchantapi

import (
	"context"
	"errors"
	"net/http"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/forms"
	"github.com/paybridge/paybridge/caddymodule/internal/inbound"
	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
	"github.com/paybridge/paybridge/caddymodule/internal/refusals"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// visit is one verified request of a merchant.
type visit struct {
	Service
	ctx      context.Context
	merchant *merchants.Merchant
	opened   v1.Opened
	client   Client
}

// exchange is a request with what is found out about it, whether it is served or
// refused.
type exchange struct {
	route     inbound.Route
	method    string
	key       v1.Key // that verified; the reply is signed with it
	line      requestLine
	form      *refusals.Form // nil until it is received
	tooLarge  bool           // to be received
	merchants *merchants.Registry
}

// refusal is the exchange for those who remember why requests are refused.
func (e *exchange) refusal(a answer, log *zap.Logger) refusals.Request {
	return refusals.Request{
		Code: a.code, MerID: e.line.merID, OrderID: a.orderID, Route: e.route, Method: e.method, RemoteIP: e.line.client.Address,
		Trace: e.line.trace, Form: e.form, TooLarge: e.tooLarge, Merchants: e.merchants, Log: log,
	}
}

// open reads a request and verifies it.
func (s *Server) open(ctx context.Context, r *http.Request, e *exchange) (visit, error) {
	route, line := e.route, &e.line
	message := line.client.Message
	if message == nil {
		body, err := s.Receiver.Receive(ctx, r, line.client.Address, route)
		if err != nil {
			e.tooLarge = errors.Is(err, forms.ErrTooLarge)
			return visit{}, inbound.RefusedBody(err)
		}
		defer body.Release()
		message = &inbound.Message{Body: body}
	}
	text, small := message.Body.Small()
	e.form = refusals.NewForm(r, text, !small)
	service, ok := s.Service(message.Body.Context())
	if !ok {
		return visit{}, &v1.Error{Code: v1.CodeBusy, Field: "bridge", Reason: "not running"}
	}
	e.merchants = service.Settings.Merchants
	message.Read(r, e.merchants)
	if err := message.Check(route, r.Method); err != nil {
		e.tooLarge = errors.Is(err, forms.ErrTooLarge)
		return visit{}, inbound.RefusedBody(err)
	}
	signed := message.Signed
	e.key = signed.Key
	line.merID, line.variant, line.previousKey = signed.MerID, signed.Variant, signed.Previous
	return visit{Service: service, ctx: ctx, merchant: signed.Merchant, opened: signed.Opened, client: line.client}, signed.Err
}
