package delivery

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/netcause"
	"github.com/paybridge/paybridge/caddymodule/internal/origin"
)

// JudgeAddress says why an address could not be notified, the zero cause when nothing is
// against it. It asks nobody: where a host is a name, only [TryAddress] finds out what is
// behind it.
func JudgeAddress(address string, t Target) netcause.Cause {
	u, class, cause := callURL(address, t.PlainHTTP)
	if class != OK {
		return cause
	}
	if a, err := netip.ParseAddr(u.Hostname()); err == nil {
		return causeOf((guard{t.AllowCallbacks}).check(a))
	}
	return netcause.Cause{}
}

// causeOf is the cause that an error of guard knows, zero for none.
func causeOf(err error) netcause.Cause {
	if own, ok := errors.AsType[*blockedError](err); ok {
		return own.Cause()
	}
	return netcause.Cause{}
}

// tryTime is how long [TryAddress] may take.
const tryTime = 5 * time.Second

// TryAddress connects to the host of an address as a notification would, through the same
// checks, and shakes hands where it is https; then it closes the connection. It sends
// nothing of HTTP. The zero cause says that all was well.
func TryAddress(ctx context.Context, address string, t Target) netcause.Cause {
	u, class, cause := callURL(address, t.PlainHTTP)
	if class != OK {
		return cause
	}
	ctx, cancel := context.WithTimeout(ctx, tryTime)
	defer cancel()
	d := newDialer(ctx, tryTime, policy{t.AllowCallbacks, t.RootCAs})
	dial := d.dial
	if u.Scheme == "https" {
		dial = d.dialTLS
	}
	way := netcause.Trace{ForClient: true}
	conn, err := dial(way.Watch(ctx), "tcp", net.JoinHostPort(u.Hostname(), origin.Port(u)))
	if err != nil {
		return way.Of(err, u.Host)
	}
	_ = conn.Close() // nothing was written that could be lost
	return netcause.Cause{}
}
