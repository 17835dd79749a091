package bridge

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"

	"github.com/paybridge/paybridge/caddymodule/internal/netcause"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// CallClass says what came of a call to the gateway: what its respCode means
// ([v2.Class]), or why there is no answer to believe. The set is closed.
type CallClass string

// The classes of failed calls.
const (
	// CallUnsent: surely nothing left the bridge.
	CallUnsent CallClass = "unsent"
	// CallTimeout: no answer in time.
	CallTimeout CallClass = "timeout"
	// CallReset: the connection broke before the answer was whole.
	CallReset CallClass = "reset"
	// CallStatus: an answer with an HTTP status other than 200.
	CallStatus CallClass = "status"
	// CallUnopened: an answer that is no envelope, cannot be decrypted or is
	// not signed by the gateway.
	CallUnopened CallClass = "unopened"
	// CallKeyUnavailable: an answer that cannot be decrypted because the private
	// key is in a token that is away.
	CallKeyUnavailable CallClass = "key_unavailable"
	// CallUnread: a signed answer that is no message.
	CallUnread CallClass = "unread"
	// CallInternal: a bug of the bridge.
	CallInternal CallClass = "internal"
)

// FailedCalls lists the classes of failed calls.
func FailedCalls() []CallClass {
	return []CallClass{CallUnsent, CallTimeout, CallReset, CallStatus, CallUnopened, CallKeyUnavailable, CallUnread, CallInternal}
}

// CallClasses lists every class of calls.
func CallClasses() []CallClass {
	list := FailedCalls()
	for _, answered := range []v2.Class{v2.Processed, v2.Unknown, v2.NotFound, v2.Repeated, v2.Refused} {
		list = append(list, CallClass(answered.String()))
	}
	return list
}

// StatusError is the answer of a gateway, or of what stands in front of it,
// with an HTTP status other than 200.
type StatusError int

// Error implements error.
func (s StatusError) Error() string {
	return fmt.Sprintf("gateway answered with HTTP status %d", int(s))
}

// Cause implements [netcause.Error].
func (s StatusError) Cause() netcause.Cause {
	return netcause.New(netcause.Status, strconv.Itoa(int(s)))
}

// errPanic is what a panic in the middle of a call is turned into.
var errPanic = errors.New("panic while calling gateway")

// classOf says which class a call belongs to that brought no answer.
func classOf(c RoundTrip) CallClass {
	var status StatusError
	var network net.Error
	switch {
	case errors.Is(c.Err, errPanic):
		return CallInternal
	case !c.Sent:
		return CallUnsent
	case errors.As(c.Err, &status):
		return CallStatus
	case errors.Is(c.Err, context.DeadlineExceeded), errors.As(c.Err, &network) && network.Timeout():
		return CallTimeout
	}
	return CallReset
}
