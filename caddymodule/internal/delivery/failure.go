package delivery

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
)

// classOf says what an error of a call means. ctx is that of the call.
func classOf(ctx context.Context, err error) Class {
	var (
		blocked   *blockedError
		handshake *handshakeError
		network   *net.OpError
		dns       *net.DNSError
		timeout   net.Error
	)
	switch {
	case errors.Is(context.Cause(ctx), errInterrupted):
		return Interrupted
	case errors.As(err, &blocked):
		return Blocked
	case ctx.Err() != nil, errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return Timeout
	case errors.As(err, &handshake), errors.As(err, new(tls.AlertError)):
		return TLS
	case errors.As(err, &dns), errors.As(err, &network) && network.Op == "dial":
		return Connect
	}
	return Broken
}
