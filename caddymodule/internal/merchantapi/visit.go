package merchantapi

import (
	"context"
	"net/http"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/inbound"
	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// visit is one verified request of a merchant.
type visit struct {
	Service
	ctx      context.Context
	merchant *merchants.Merchant
	opened   v1.Opened
	client   string // the address the request came from
}

// open reads a request and verifies it.
func (s *Server) open(
	ctx context.Context, r *http.Request, route inbound.Route, key *v1.Key, line *requestLine,
) (visit, error) {
	body, err := s.Receiver.Receive(ctx, r, line.client.Address, route)
	if err != nil {
		return visit{}, inbound.RefusedBody(err)
	}
	defer body.Release()
	var params v1.Params
	if err := body.Parse(func(text []byte) (err error) {
		params, err = route.Read(r.Method, r.Header.Get("Content-Type"), text, r.URL.RawQuery)
		return err
	}); err != nil {
		return visit{}, inbound.RefusedBody(err)
	}
	service, ok := s.Service(body.Context())
	if !ok {
		return visit{}, &v1.Error{Code: v1.CodeBusy, Field: "bridge", Reason: "not running"}
	}
	registry := service.Settings.Merchants
	opened, err := v1.Open(params.Form(), func(merid string) []v1.Key {
		if m := registry.ByMerID(merid); m != nil {
			return m.SignKeys(time.Now())
		}
		return nil
	})
	*key = opened.Key
	line.merID, line.variant, line.previousKey = opened.MerID, opened.Variant, opened.Previous
	return visit{
		Service: service, ctx: ctx,
		merchant: registry.ByMerID(opened.MerID), opened: opened, client: line.client.Address,
	}, err
}
