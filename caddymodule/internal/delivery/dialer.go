package delivery

import (
	"context"
	"crypto/tls"
	"net"
	"net/http/httptrace"
	"time"
)

// dialer makes guarded connections for one policy. A transport goes on dialling
// when the request that wanted the connection has ended; life ends that too.
type dialer struct {
	life    context.Context
	timeout time.Duration // of a connection, TLS handshake included
	tls     *tls.Config
	connect func(ctx context.Context, network, address string) (net.Conn, error)
}

func newDialer(life context.Context, timeout time.Duration, p policy) *dialer {
	return &dialer{
		life:    life,
		timeout: timeout,
		tls:     &tls.Config{RootCAs: p.rootCAs, MinVersion: tls.VersionTLS12},
		connect: (&net.Dialer{ControlContext: guard{p.allow}.control}).DialContext,
	}
}

// dial connects without TLS.
func (d *dialer) dial(ctx context.Context, network, address string) (net.Conn, error) {
	ctx, stop := d.bound(ctx)
	defer stop()
	return d.connect(ctx, network, address)
}

// dialTLS connects and verifies the certificate for the host of address.
func (d *dialer) dialTLS(ctx context.Context, network, address string) (net.Conn, error) {
	ctx, stop := d.bound(ctx)
	defer stop()
	raw, err := d.connect(ctx, network, address)
	if err != nil {
		return nil, err
	}
	config := d.tls.Clone()
	config.ServerName, _, err = net.SplitHostPort(address)
	conn := tls.Client(raw, config)
	if way := httptrace.ContextClientTrace(ctx); way != nil && way.TLSHandshakeStart != nil {
		way.TLSHandshakeStart() // as the transport does where it shakes hands by itself
	}
	if err == nil {
		err = conn.HandshakeContext(ctx)
	}
	if err != nil {
		_ = raw.Close()
		return nil, &handshakeError{err}
	}
	return conn, nil
}

// bound ends ctx with the dialer's life and timeout too.
func (d *dialer) bound(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithTimeout(ctx, d.timeout)
	unlink := context.AfterFunc(d.life, cancel)
	return ctx, func() { unlink(); cancel() }
}

// handshakeError says that the connection was made but TLS failed.
type handshakeError struct{ cause error }

func (e *handshakeError) Error() string { return "tls handshake: " + e.cause.Error() }
func (e *handshakeError) Unwrap() error { return e.cause }
