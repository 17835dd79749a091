package caddymodule

import (
	"context"
	"errors"
	"net/http"
	"os"
	"runtime"
	"time"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/admission"
	"github.com/paybridge/paybridge/caddymodule/internal/bodies"
	"github.com/paybridge/paybridge/caddymodule/internal/inbound"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// bodyRoom is what the bodies of all requests may hold together beside the 4 KiB
// that each has for itself: 64 of the largest at once. Merchants send one or two
// KiB, so that only those who rest, or send rubbish, ever compete for it.
const bodyRoom = 32 << 20

// received is the room for the bodies of requests. It is the process's, as its
// memory is, and outlives configurations.
var received = bodies.New(
	bodies.Limits{Room: bodyRoom, AtOnce: 2 * runtime.GOMAXPROCS(0)}, time.Now, bodyTurnedAway)

// bodyTurnedAway counts a body that gave way to others, and tells of it once in a
// while: there may be thousands.
func bodyTurnedAway(source string) {
	observed.BodyTurnedAway()
	if app, ok := serving.Get(); ok {
		app.rareLog.Warn("large requests are turned away", zap.String("remote_ip", source), zap.Int("room_bytes", bodyRoom))
	}
}

var errFormTooSlow = errors.New("not received in time")

// receive reads the body of a request whose time [upload] limits. It does not heed
// Content-Encoding ("UTF-8" is common and means nothing).
func receive(ctx context.Context, r *http.Request, route inbound.Route) (*bodies.Body, error) {
	most, tooLarge := route.MaxBody()
	if r.ContentLength > int64(most) {
		return nil, tooLarge
	}
	body, err := received.Receive(ctx, admission.Network(clientIP(r)), r.Body, most)
	switch {
	case errors.Is(err, bodies.ErrTooLarge):
		return nil, tooLarge
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil, errFormTooSlow
	}
	return body, err
}

// readForm reads the parameters of a request, as [inbound.ParseForm] does, and lets
// go of its body.
func readForm(ctx context.Context, r *http.Request, route inbound.Route) (params v1.Params, err error) {
	body, err := receive(ctx, r, route)
	if err != nil {
		return nil, err
	}
	defer body.Release()
	return parseForm(r, body)
}

func parseForm(r *http.Request, body *bodies.Body) (params v1.Params, err error) {
	err = body.Parse(func(text []byte) (err error) {
		params, err = inbound.ParseForm(r.Header.Get("Content-Type"), text, r.URL.RawQuery)
		return err
	})
	return params, err
}

// bodyRefused is what a merchant hears whose body was not received or holds no
// form.
func bodyRefused(err error) error {
	if _, ok := errors.AsType[*v1.Error](err); ok {
		return err
	}
	code := v1.CodeBadRequest
	if errors.Is(err, bodies.ErrTurnedAway) || errors.Is(err, context.DeadlineExceeded) {
		code = v1.CodeBusy
	}
	return &v1.Error{Code: code, Field: "body", Reason: err.Error()}
}
