package delivery

import (
	"crypto/x509"
	"net/netip"

	v1 "github.com/paybridge/paybridge/translate/v1"
)

// Target is what the configuration says about notifying one merchant. It is
// asked for at every attempt, so that a reload counts at once.
type Target struct {
	// Key signs the notification. The zero Key stands for no merchant.
	Key v1.Key
	// AllowCallbacks are networks that are not public and may be called all
	// the same. Nothing opens link-local addresses, cloud metadata services or
	// what is no address of one host.
	AllowCallbacks []netip.Prefix
	// RootCAs, if set, are the only authorities that this merchant's
	// certificate may come from; otherwise it is those of the system.
	// Merchants with the same pool should share the pointer: connections are
	// shared with it.
	RootCAs *x509.CertPool
	// PlainHTTP allows http URLs besides https.
	PlainHTTP bool
	// Schedule is the retry schedule; DefaultSchedule when empty.
	Schedule Schedule
}

// Lookup finds the target of a merchant. Notifications of a merchant that is not
// found wait until it is.
type Lookup func(merID string) (Target, bool)

func (t Target) schedule() Schedule {
	if len(t.Schedule) == 0 {
		return DefaultSchedule()
	}
	return t.Schedule
}
