//go:build simulation

package simulation

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/inbound"
)

// link is the way from a merchant's program to a bridge, for one request.
type link struct {
	w     *world
	order *order
	n     int // of the merchant's requests for the order
}

// lineError says that nothing came back.
type lineError struct{ reason string }

func (e *lineError) Error() string { return e.reason }

// RoundTrip implements http.RoundTripper.
func (l link) RoundTrip(r *http.Request) (*http.Response, error) {
	d := l.w.chance.of("link", l.order.id(), l.n)
	there, back := d.between(time.Millisecond, 30*time.Millisecond), d.between(time.Millisecond, 30*time.Millisecond)
	what := l.w.struck(onRequest, l.order.id(), l.n)
	if what == "request slow" {
		there += d.between(0, 8*time.Second)
	}
	replied := make(chan *http.Response, 1)
	failed := make(chan error, 1)
	l.w.actor(func() {
		time.Sleep(there)
		p := l.w.balance(d)
		if what == "request lost" || p == nil {
			failed <- &lineError{"no connection"}
			return
		}
		p.wake()
		asker := fmt.Sprintf("%s %d", l.order.id(), l.n)
		reply := p.answer(r.WithContext(context.WithValue(r.Context(), askerKey{}, asker))) //nolint:bodyclose // it goes to the merchant's program, which closes it
		time.Sleep(back)
		if what == "reply lost" || p.isDead() {
			failed <- &lineError{"connection reset"}
			return
		}
		replied <- reply
	})
	select {
	case reply := <-replied:
		return reply, nil
	case err := <-failed:
		return nil, err
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
}

// askerKey is the key of the request that something is done for, in its context.
type askerKey struct{}

// askerOf is who a process does something for: those who have waited for the same take
// times of their own from there on, whoever of them is first.
func askerOf(ctx context.Context) string {
	asker, _ := ctx.Value(askerKey{}).(string)
	return asker
}

// answer has a process answer a merchant's request, whose program may hang up.
func (p *process) answer(r *http.Request) *http.Response {
	route, _ := inbound.Served().At(r.URL.Path)
	recorder := httptest.NewRecorder()
	served := r.Clone(context.WithoutCancel(r.Context()))
	ctx, hangUp := context.WithCancel(served.Context())
	defer hangUp()
	if r.Context().Err() != nil {
		hangUp() // before anything is done, in every run of this world
	}
	defer context.AfterFunc(r.Context(), hangUp)()
	served = served.WithContext(ctx)
	if served.Body == nil {
		served.Body = http.NoBody // as servers have it
	}
	p.serve(recorder, served, route)
	return recorder.Result()
}
