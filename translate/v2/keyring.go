package v2

import (
	"crypto"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"
)

// Keyring is what a merchant seals and opens with while keys are being changed,
// on our side, on the peer's, or on both. It seals with the current keys. It
// opens with them or, until their time is over, with the previous ones, so that
// the two sides need not change at the same moment. It is safe for concurrent
// use as long as the private keys are.
type Keyring struct {
	pairs []Pair       // the current one first
	last  atomic.Int32 // the pair that has opened last
}

// Previous are the keys before a change. The zero Previous stands for no change.
type Previous struct {
	Own      crypto.Signer // our private key; nil: not changed
	OwnUntil time.Time     // the first instant at which Own is refused

	Peer      crypto.PublicKey // the peer's public key; nil: not changed
	PeerUntil time.Time        // the first instant at which Peer is refused
}

// Used says which previous keys a message needed. The zero Used is a message
// for the current keys on both sides.
type Used struct {
	PreviousOwn  bool // sealed to our previous key
	PreviousPeer bool // signed with the peer's previous key
}

// String names the previous keys in words, for a log line or an error.
func (u Used) String() string {
	switch {
	case u.PreviousOwn && u.PreviousPeer:
		return "both previous keys"
	case u.PreviousOwn:
		return "the previous private key"
	case u.PreviousPeer:
		return "the previous gateway key"
	default:
		return "the current keys"
	}
}

// Pair is one pair of keys of a [Keyring].
type Pair struct {
	Codec *Codec
	Used  Used
	Until time.Time // the first instant at which it is refused; zero for the current pair
}

// AcceptedAt reports whether the pair opens at the given time: the current one always does.
func (p Pair) AcceptedAt(now time.Time) bool { return p.Used == Used{} || now.Before(p.Until) }

// NewKeyring binds a suite to the current keys, which are those of [NewCodec],
// and to the keys before them. All of them are of the same suite.
func NewKeyring(s Suite, own crypto.Signer, peer crypto.PublicKey, previous Previous, opts ...Option) (*Keyring, error) {
	current, err := NewCodec(s, own, peer, opts...)
	if err != nil {
		return nil, err
	}
	k := &Keyring{pairs: []Pair{{Codec: current}}}
	if previous.Own != nil {
		if samePublic(previous.Own.Public(), own.Public()) {
			return nil, errors.New("the previous private key is the current one: name the key before it, or none")
		}
		if err := k.accept(s, previous.Own, peer, previous.OwnUntil, Used{PreviousOwn: true}, opts); err != nil {
			return nil, err
		}
	}
	if previous.Peer != nil {
		if samePublic(previous.Peer, peer) {
			return nil, errors.New("the previous gateway key is the current one: name the key before it, or none")
		}
		if err := k.accept(s, own, previous.Peer, previous.PeerUntil, Used{PreviousPeer: true}, opts); err != nil {
			return nil, err
		}
	}
	if previous.Own != nil && previous.Peer != nil {
		until := earlier(previous.OwnUntil, previous.PeerUntil)
		if err := k.accept(s, previous.Own, previous.Peer, until, Used{PreviousOwn: true, PreviousPeer: true}, opts); err != nil {
			return nil, err
		}
	}
	return k, nil
}

// accept adds a pair of keys that opens until a time.
func (k *Keyring) accept(s Suite, own crypto.Signer, peer crypto.PublicKey, until time.Time, used Used, opts []Option) error {
	codec, err := NewCodec(s, own, peer, opts...)
	if err != nil {
		return fmt.Errorf("with %s: %w", used, err)
	}
	k.pairs = append(k.pairs, Pair{codec, used, until})
	return nil
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// samePublic reports whether two public keys are one. Keys that cannot be
// compared are taken for two.
func samePublic(a, b crypto.PublicKey) bool {
	key, ok := a.(interface{ Equal(crypto.PublicKey) bool })
	return ok && key.Equal(b)
}

// Current returns the codec with the current keys.
func (k *Keyring) Current() *Codec { return k.pairs[0].Codec }

// Pairs returns the pairs of keys, the current one first, whether they are still
// accepted or not.
func (k *Keyring) Pairs() []Pair { return slices.Clone(k.pairs) }

// Open is [Codec.Open] with every pair of keys that is accepted at the given
// time, beginning with the one that has opened last: which of our keys a message is
// sealed to only trying tells, and the next one is most often sealed to the same. Every
// failure is [ErrRefused], or wraps it.
//
// Each pair is tried by a whole Codec.Open, so what no accepted gateway key has
// signed costs no private operation. Only a message that is signed by the peer
// ends the search; for anybody else the work depends on the envelope's public
// shapes and signature, the configuration and the time. A refusal is told to the observer once, with the
// reason of the pair that got furthest.
func (k *Keyring) Open(e Envelope, now time.Time) ([]byte, Used, error) {
	last := int(k.last.Load())
	var why Reason
	for n := range k.pairs {
		i := (last + n) % len(k.pairs)
		pair := k.pairs[i]
		if !pair.AcceptedAt(now) {
			continue
		}
		plaintext, reason := pair.Codec.open(e)
		if reason == 0 {
			if i != last {
				k.last.Store(int32(i)) //nolint:gosec // of four
			}
			return plaintext, pair.Used, nil
		}
		why = max(why, reason)
	}
	return nil, Used{}, k.Current().refuse(why)
}
