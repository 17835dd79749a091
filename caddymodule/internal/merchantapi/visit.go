package merchantapi

import (
	"context"
	"errors"
	"net/http"
	"time"

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
	body, err := s.Receiver.Receive(ctx, r, line.client.Address, route)
	if err != nil {
		e.tooLarge = errors.Is(err, forms.ErrTooLarge)
		return visit{}, inbound.RefusedBody(err)
	}
	defer body.Release()
	text, small := body.Small()
	e.form = refusals.NewForm(r, text, !small)
	service, ok := s.Service(body.Context())
	if !ok {
		return visit{}, &v1.Error{Code: v1.CodeBusy, Field: "bridge", Reason: "not running"}
	}
	registry := service.Settings.Merchants
	e.merchants = registry
	var params v1.Params
	if err := body.Parse(func(text []byte) (err error) {
		params, err = route.Read(r.Method, r.Header.Get("Content-Type"), text, r.URL.RawQuery)
		return err
	}); err != nil {
		return visit{}, inbound.RefusedBody(err)
	}
	opened, err := v1.Open(params.Form(), func(merid string) []v1.Key {
		if m := registry.ByMerID(merid); m != nil {
			return m.SignKeys(time.Now())
		}
		return nil
	})
	e.key = opened.Key
	line.merID, line.variant, line.previousKey = opened.MerID, opened.Variant, opened.Previous
	return visit{
		Service: service, ctx: ctx,
		merchant: registry.ByMerID(opened.MerID), opened: opened, client: line.client,
	}, err
}
