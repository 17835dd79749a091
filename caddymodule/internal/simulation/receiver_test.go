//go:build simulation

package simulation

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"strings"
	"sync"
	"time"

	"github.com/paybridge/paybridge/tests/sandbox/merchant"
)

// network is the way from a process to merchants' servers.
type network struct {
	w *world
	p *process
}

// callBook has the notifications that a merchant's server has been sent.
type callBook struct {
	mu    sync.Mutex
	calls map[string][]called // by order
}

// called is one call of a merchant's server.
type called struct {
	began, ended time.Duration
	bridge, life int
	acknowledged bool // the server has answered 0000
	arrived      bool // and the answer has arrived
}

func (b *callBook) of(id string) []called {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]called(nil), b.calls[id]...)
}

func (b *callBook) note(id string, c called) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.calls == nil {
		b.calls = map[string][]called{}
	}
	b.calls[id] = append(b.calls[id], c)
}

// failing are the answers of a server whose program is broken.
var failing = []merchant.Answer{
	merchant.AnswerFail, merchant.AnswerServerError, merchant.AnswerEmpty, merchant.AnswerP1, merchant.AnswerError,
	merchant.AnswerRedirect, merchant.AnswerChinese,
}

// working are those of one that works.
var working = []merchant.Answer{merchant.AnswerOK, merchant.AnswerJunk, merchant.AnswerBOM, merchant.AnswerQuoted, merchant.AnswerSlow}

// RoundTrip implements http.RoundTripper.
func (n network) RoundTrip(r *http.Request) (*http.Response, error) {
	defer r.Body.Close()
	n.p.wake()
	if n.p.isDead() {
		return nil, errDead
	}
	defer n.p.wake()
	id := r.URL.Query().Get("order")
	o := n.w.order(id)
	m := n.w.merchants[o.merchant]
	tries := len(m.calls.of(id))
	d := n.w.chance.of("receiver", id, tries)
	what := n.w.struck(onReceiver, id, tries)
	n.w.noteState(o, "notification")
	began := n.w.since()
	c := called{began: began, bridge: n.p.m.n, life: n.p.life}
	unmade := false
	defer func() {
		if unmade {
			n.w.tell("bridge %d does not notify of %s: it has changed meanwhile", n.p.m.n, id)
			return
		}
		c.ended = n.w.since()
		m.calls.note(id, c)
		n.w.tell("bridge %d notifies of %s%s: acknowledged %v", n.p.m.n, id, but(what), c.arrived)
	}()
	connecting := d.between(time.Millisecond, 40*time.Millisecond)
	if far := n.w.chance.of("connection", id, tries); far.once(0.1) {
		connecting += far.between(0, 9*time.Second)
	}
	if err := n.p.sleep(r.Context(), connecting); err != nil {
		return nil, err
	}
	if !connected(r) {
		unmade = r.Context().Err() == nil // otherwise its time was over, and it counts
		return nil, errUnmade
	}
	if what == "receiver down" {
		return nil, errBroken
	}
	answer := oneOf(d, working)
	switch what {
	case "receiver hangs":
		answer = merchant.AnswerHang
	case "receiver fails":
		answer = oneOf(d, failing)
	}
	reply, err := n.call(r, m, o, answer)
	if err != nil {
		return nil, err
	}
	if c.acknowledged = answer.Acknowledges(); c.acknowledged {
		n.w.hears(o, began, "paid", "notification")
	}
	if what == "receiver resets after" || n.p.isDead() {
		return nil, errBroken
	}
	c.arrived = c.acknowledged
	return reply, nil
}

// errUnmade is what becomes of a request on a connection that its sender has closed.
var errUnmade = errors.New("the sender has closed its connection")

// connected tells the sender that there is a connection, as a transport does before it
// writes to it, and reports whether it still stands then.
func connected(r *http.Request) bool {
	var conn ownEnd
	httptrace.ContextClientTrace(r.Context()).GotConn(httptrace.GotConnInfo{Conn: &conn})
	return !conn.closed
}

// ownEnd is the sender's end of a connection, which it can only close.
type ownEnd struct {
	net.Conn
	closed bool
}

func (e *ownEnd) Close() error {
	e.closed = true
	return nil
}

// call has the server answer.
func (n network) call(r *http.Request, m *merchantSide, o *order, answer merchant.Answer) (reply *http.Response, err error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	ctx, end := context.WithCancel(r.Context())
	defer end()
	stop := make(chan struct{})
	defer close(stop)
	go func() {
		select {
		case <-n.p.dead:
			end()
		case <-stop:
		}
	}()
	got := httptest.NewRequest(r.Method, r.URL.String(), strings.NewReader(string(body))).WithContext(ctx)
	got.Header = r.Header.Clone()
	recorder := httptest.NewRecorder()
	m.receiver.Script(o.id(), answer)
	if answer == merchant.AnswerHang {
		defer func() {
			if recover() != nil {
				err = ctx.Err()
			}
		}()
	}
	m.receiver.ServeHTTP(recorder, got)
	reply = recorder.Result()
	reply.Request = r
	return reply, nil
}
