package wechat

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"fmt"
	"time"
)

// StateLife is how long a payer may take on the way to WeChat and back.
const StateLife = 5 * time.Minute

// ErrState is the one error of every state that is not good: forged, too old,
// used before, of another browser or for something else.
var ErrState = errors.New("state is not good")

// Errand is what a browser is sent to WeChat for. A state is good for the very
// errand that it was made for.
type Errand struct {
	App     App
	Browser string   // the value of the cookie that the browser was given
	Purpose string   // which page it comes back to
	Params  []string // everything else that it comes back with
}

// A state is expiry, nonce and MAC in base32: 90 letters and digits, where WeChat
// takes 128.
const (
	expiryLength = 8 // seconds since 1970, big endian
	nonceLength  = 16
	stateLength  = expiryLength + nonceLength + sha256.Size
)

var stateText = base32.StdEncoding.WithPadding(base32.NoPadding)

// NewState makes a state that is good until [StateLife] after now.
func NewState(e Errand, now time.Time) string {
	state := make([]byte, expiryLength+nonceLength, stateLength)
	binary.BigEndian.PutUint64(state, uint64(now.Add(StateLife).Unix())) //nolint:gosec // after 1970
	_, _ = rand.Read(state[expiryLength:])                               // never fails
	return stateText.EncodeToString(append(state, e.mac(state)...))
}

// mac binds the beginning of a state to the errand. Each part has its length in
// front, so that no two errands are the same text.
func (e Errand) mac(state []byte) []byte {
	key := hmac.New(sha256.New, []byte(e.App.Secret))
	key.Write([]byte("paybridge wechat state 1"))
	mac := hmac.New(sha256.New, key.Sum(nil))
	for _, part := range append([]string{string(state), e.App.ID, e.Browser, e.Purpose}, e.Params...) {
		var length [8]byte
		binary.BigEndian.PutUint64(length[:], uint64(len(part)))
		mac.Write(length[:])
		mac.Write([]byte(part))
	}
	return mac.Sum(nil)
}

// IsState reports whether a text looks like a state of ours, whoever has made it.
func IsState(text string) bool {
	raw, err := stateText.DecodeString(text)
	return err == nil && len(raw) == stateLength
}

// UseOnce notes that an id has been used; nobody asks for it after until. The
// second time it fails with [ErrState].
type UseOnce func(ctx context.Context, id string, until time.Time) error

// State is a state that came back to the browser and for the errand that it was
// made for. It may be too old, or used.
type State struct {
	// ID tells states apart. It is not the state: nobody comes back with it.
	ID      string
	expires time.Time
}

// OpenState checks that a state that came back was made for the errand. The
// error is [ErrState].
func OpenState(state string, e Errand) (State, error) {
	raw, err := stateText.DecodeString(state)
	if err != nil || len(raw) != stateLength || stateText.EncodeToString(raw) != state {
		return State{}, ErrState // the decoder skips line breaks and spare bits
	}
	head := raw[:expiryLength+nonceLength]
	if !hmac.Equal(raw[len(head):], e.mac(head)) {
		return State{}, ErrState
	}
	return State{
		ID:      stateText.EncodeToString(head[expiryLength:]),
		expires: time.Unix(int64(binary.BigEndian.Uint64(head)), 0), //nolint:gosec // we have written it
	}, nil
}

// Use uses a state up. A state of another browser never comes here: whoever sees
// a link cannot spoil the way of the payer whose it is. The error is [ErrState]
// or wraps that of once.
func (s State) Use(ctx context.Context, now time.Time, once UseOnce) error {
	if !now.Before(s.expires) {
		return ErrState
	}
	if err := once(ctx, "wechat "+s.ID, s.expires); err != nil {
		return fmt.Errorf("using a state up: %w", err)
	}
	return nil
}
