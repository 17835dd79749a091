package delivery

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"syscall"

	"github.com/paybridge/paybridge/caddymodule/internal/netcause"
)

// blockedError says that an address must not be called.
type blockedError struct {
	address string
	reason  string
	never   bool // allow_callbacks does not open it
}

func (e *blockedError) Error() string { return e.address + " is not allowed: " + e.reason }

// Cause implements [netcause.Error].
func (e *blockedError) Cause() netcause.Cause {
	kind := netcause.NotPublic
	if e.never {
		kind = netcause.NeverCalled
	}
	return netcause.New(kind, e.address+" ("+e.reason+")")
}

// guard decides which addresses may be connected to: public ones, and those of
// allow.
type guard struct{ allow []netip.Prefix }

// control is for net.Dialer.ControlContext. It is called for every socket with
// the address that is about to be connected to, after the name service and for
// each address in turn, so that no other answer can come in between.
func (g guard) control(_ context.Context, network, address string, _ syscall.RawConn) error {
	if !strings.HasPrefix(network, "tcp") {
		return &blockedError{address, "not TCP", true}
	}
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return &blockedError{address, "not an address", true}
	}
	return g.check(to.Addr())
}

// check returns a *blockedError when a may not be connected to.
func (g guard) check(a netip.Addr) error {
	a = a.Unmap().WithZone("")
	s, isSpecial := specialOf(a)
	if isSpecial && s.never {
		return &blockedError{a.String(), s.name, true}
	}
	behind := embeddedIPv4(a)
	if nat64.Contains(a) {
		return g.check(behind[0])
	}
	for _, v4 := range behind {
		if s, ok := specialOf(v4); ok && s.metadata {
			return &blockedError{a.String(), fmt.Sprintf("leads to %s, %s", v4, s.name), true}
		}
	}
	if g.allows(a) {
		return nil
	}
	if isSpecial {
		return &blockedError{a.String(), s.name, false}
	}
	return nil
}

func (g guard) allows(a netip.Addr) bool {
	return slices.ContainsFunc(g.allow, func(p netip.Prefix) bool { return p.Contains(a) })
}
