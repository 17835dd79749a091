package v2

import (
	"errors"
	"fmt"
)

// ErrRefused is the one error of [Codec.Open]. It is the same for every cause,
// so that no caller can pass a cause on to whoever sent the envelope; the
// cause goes to the observer given with [WithObserver].
var ErrRefused = errors.New("message refused")

// ErrKeyUnavailable wraps [ErrRefused]: the private key did not work, because it is in
// a device that is away, so nothing is known of the message but that the peer has
// signed one. It says nothing that depends on the message. The sender is told what
// it is told of every message that is refused; but it is not to blame.
var ErrKeyUnavailable = fmt.Errorf("%w: the private key does not work at present", ErrRefused)

// Reason is why an envelope was refused. It is for an operator's counters and
// never for the sender.
type Reason uint8

// The reasons, in the order in which the first one that applies is reported: a
// later one has got further, which [Keyring.Open] relies on.
const (
	// ReasonShape is a parameter that is not hex or has an impossible length.
	ReasonShape Reason = iota + 1
	// reasonStranger is a signature that the peer cannot have made, for whatever
	// message. It is told as ReasonSignature, and stands here because the message
	// was not looked at: with another pair of keys it may have got further.
	reasonStranger
	// ReasonKey is a session key that does not open. In suite intl a wrong key
	// is replaced by a random one inside crypto/rsa and mostly shows as
	// ReasonPadding; that is what keeps the padding of RSA a secret.
	ReasonKey
	// ReasonPadding is a message whose padding is broken: usually a message
	// for another key.
	ReasonPadding
	// ReasonSignature is a message that opens and is not signed by the peer.
	ReasonSignature
	// ReasonUnavailable is a private key in a device that is away. It stands last
	// because the message may be good.
	ReasonUnavailable
)

var reasonNames = [...]string{
	ReasonShape:     "shape",
	ReasonKey:       "key",
	ReasonPadding:   "padding",
	ReasonSignature: "signature",

	ReasonUnavailable: "key_unavailable",

	reasonStranger: "signature",
}

// String returns the reason in one lower-case word, fit for a metric label.
func (r Reason) String() string {
	if int(r) >= len(reasonNames) || reasonNames[r] == "" {
		return "unknown"
	}
	return reasonNames[r]
}
