package netcause

import (
	"context"
	"errors"
	"net"
	"net/http/httptrace"
	"sync/atomic"
)

// stage is how far a call has come. One that runs out of time says by it where the
// time went.
type stage int32

const (
	connecting stage = iota // a connection is being looked for
	lookingUp
	dialling
	shakingHands
	sending
	waiting
	reading
)

// timeouts are the causes of calls that ran out of time, by how far they had come.
var timeouts = [...]Kind{
	connecting: ConnectTimeout, lookingUp: LookupTimeout, dialling: ConnectTimeout, shakingHands: TLSTimeout,
	sending: SendTimeout, waiting: AnswerTimeout, reading: ReadTimeout,
}

// Trace follows one call. The zero Trace is ready, and belongs to one call.
type Trace struct {
	// ForClient says that the call is made while a client waits, and that its context
	// ends when the client hangs up. Other calls are given up only when the bridge stops.
	ForClient bool

	// Connected is told the call's connection before anything is written to it, each time
	// it gets one, and whether other calls went before; nil: nobody is. It is here, since
	// of two traces net/http/httptrace calls both by reflection.
	Connected func(conn net.Conn, reused bool)

	at     atomic.Int32
	failed atomic.Pointer[error] // why the last try to connect failed
}

// Watch returns a context whose request tells t how far it has come.
func (t *Trace) Watch(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn:              func(string) { t.at.Store(int32(connecting)) }, // also of a second try, when the first connection was stale
		DNSStart:             func(httptrace.DNSStartInfo) { t.reach(lookingUp) },
		DNSDone:              func(info httptrace.DNSDoneInfo) { t.notConnected(info.Err) },
		ConnectStart:         func(string, string) { t.reach(dialling) },
		ConnectDone:          func(_, _ string, err error) { t.notConnected(err) },
		TLSHandshakeStart:    func() { t.reach(shakingHands) },
		GotConn:              t.connected,
		WroteRequest:         func(httptrace.WroteRequestInfo) { t.reach(waiting) },
		GotFirstResponseByte: func() { t.reach(reading) },
	})
}

// connected moves the call on to its connection.
func (t *Trace) connected(info httptrace.GotConnInfo) {
	t.reach(sending)
	if t.Connected != nil {
		t.Connected(info.Conn, info.Reused)
	}
}

// Sent reports whether there was a connection for the call: where there was none, surely
// nothing has left.
func (t *Trace) Sent() bool { return t.stage() >= sending }

// reach moves the call on. A connection that is made for it although it has got
// another by now does not move it back.
func (t *Trace) reach(to stage) {
	for {
		at := t.at.Load()
		if at >= int32(to) || t.at.CompareAndSwap(at, int32(to)) {
			return
		}
	}
}

// notConnected keeps why there is no connection: Caddy's reverse_proxy wraps what
// dialling says in an error that cannot be opened.
func (t *Trace) notConnected(err error) {
	if err != nil {
		t.failed.Store(&err)
	}
}

// whole is an error with what is known besides of why there was no connection.
func (t *Trace) whole(err error) error {
	if failed := t.failed.Load(); failed != nil && t.stage() < sending {
		return errors.Join(err, *failed)
	}
	return err
}

// stage is how far the call has come.
func (t *Trace) stage() stage { return stage(t.at.Load()) }
