package inbound

import (
	"context"
	"errors"
	"net/http"
	"os"

	"github.com/paybridge/paybridge/caddymodule/internal/admission"
	"github.com/paybridge/paybridge/caddymodule/internal/bodies"
	"github.com/paybridge/paybridge/caddymodule/internal/forms"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

var errFormTooSlow = errors.New("not received in time")

// Receiver receives the bodies of requests, whose time an [Upload] limits.
type Receiver struct{ Bodies *bodies.Pool }

// Receive reads the body of a request that came from an address. It does not heed
// Content-Encoding ("UTF-8" is common and means nothing).
func (rc Receiver) Receive(ctx context.Context, r *http.Request, source string, route Route) (*bodies.Body, error) {
	most, tooLarge := route.MaxBody()
	if r.ContentLength > int64(most) {
		return nil, tooLarge
	}
	body, err := rc.Bodies.Receive(ctx, admission.Network(source), r.Body, most)
	switch {
	case errors.Is(err, bodies.ErrTooLarge):
		return nil, tooLarge
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil, errFormTooSlow
	}
	return body, err
}

// Form reads the parameters of a request, as [forms.Parse] does, and lets go of its
// body.
func (rc Receiver) Form(ctx context.Context, r *http.Request, source string, route Route) (params v1.Params, err error) {
	body, err := rc.Receive(ctx, r, source, route)
	if err != nil {
		return nil, err
	}
	defer body.Release()
	return ParseBody(r, body)
}

// ParseBody reads the parameters of a request whose body has been received.
func ParseBody(r *http.Request, body *bodies.Body) (params v1.Params, err error) {
	err = body.Parse(func(text []byte) (err error) {
		params, err = forms.Parse(r.Header.Get("Content-Type"), text, r.URL.RawQuery)
		return err
	})
	return params, err
}

// RefusedBody is what a merchant hears whose body was not received or holds no
// form.
func RefusedBody(err error) error {
	if _, ok := errors.AsType[*v1.Error](err); ok {
		return err
	}
	code := v1.CodeBadRequest
	if errors.Is(err, bodies.ErrTurnedAway) || errors.Is(err, context.DeadlineExceeded) {
		code = v1.CodeBusy
	}
	return &v1.Error{Code: code, Field: "body", Reason: err.Error()}
}
