package delivery

import (
	"context"
	"net/http/httptrace"
	"sync/atomic"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
)

// A connection to a merchant can take seconds to make, and its order be cancelled in them.
// So there is a last look at the order when there is a connection, and nothing is written
// before it.

// look says why a call is not made after all; nil when it is.
type look func() error

// agreed is the look of a call that is made whatever has become of its order.
func agreed() error { return nil }

// lastLook looks at the order of a claim where what is known of it is not young any more.
// Its error is [ledger.ErrNotPaid] when its merchant is not to be told of it, and another
// one when nobody knows.
func (d *Dispatcher) lastLook(c claimed) look {
	return func() error {
		if err := d.bringUpToDate(&c); err != nil {
			return err
		}
		if c.Order.Notify() != translate.NotifySend {
			return ledger.ErrNotPaid
		}
		return nil
	}
}

// lastWord has a call look when it has a connection, and keeps why it is not made.
type lastWord struct {
	look    look
	refusal atomic.Pointer[error]
}

// watch returns the context for a call. A transport tells of a connection before it writes
// to it, and waits; on one that is closed then it writes nothing, and the call fails.
func (l *lastWord) watch(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(got httptrace.GotConnInfo) {
		err := l.refused() // once for all: a transport that finds a kept connection closed takes another
		if err == nil {
			err = l.look()
		}
		if err != nil {
			l.refusal.Store(&err)
		}
		if err != nil || ctx.Err() != nil { // its time may have gone by in looking
			_ = got.Conn.Close() // the transport sees to what that means
		}
	}})
}

// refused says why the call was not made; nil when it was.
func (l *lastWord) refused() error {
	if err := l.refusal.Load(); err != nil {
		return *err
	}
	return nil
}
