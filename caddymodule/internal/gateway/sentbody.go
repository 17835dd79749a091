package gateway

import (
	"errors"
	"io"
	"strings"
	"sync/atomic"
)

// sentBody is a request body that remembers whether anything has been read from
// it: what was not read has surely not been written to the gateway, for a POST
// without its body is no payment.
type sentBody struct {
	text  *strings.Reader
	state atomic.Int32
}

const (
	bodyUnread int32 = iota
	bodyRead
	bodySealed // unread, and to remain so
)

var errBodySealed = errors.New("the call is over")

// Read implements io.Reader.
func (b *sentBody) Read(p []byte) (int, error) {
	if !b.state.CompareAndSwap(bodyUnread, bodyRead) && b.state.Load() == bodySealed {
		return 0, errBodySealed
	}
	return b.text.Read(p)
}

// Close implements io.Closer. The transport closes a body also between two
// attempts to connect, so that this ends nothing.
func (*sentBody) Close() error { return nil }

// sent ends the life of the body and reports whether anything has been read
// from it. If not, nothing ever will: a transport that is given up may go on
// for a while.
func (b *sentBody) sent() bool {
	return !b.state.CompareAndSwap(bodyUnread, bodySealed) && b.state.Load() == bodyRead
}

var _ io.ReadCloser = (*sentBody)(nil)
