package v1

import (
	"crypto/md5"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"io"
)

// masked is what a Key shows of itself.
const masked = "***"

// Key is a merchant's md5 signing key. It prints as "***" under every verb and
// marshals to the same. The zero Key stands for no key: it signs nothing and
// verifies nothing.
type Key struct {
	// A pointer, because fmt prints unexported members of other structs by
	// reflection, past the methods below, and follows no pointer there.
	secret *string
}

// NewKey returns the key with the given secret; an empty secret is the zero
// Key, since a signature under it could be made by anyone.
func NewKey(secret string) Key {
	if secret == "" {
		return Key{}
	}
	return Key{secret: &secret}
}

// IsZero reports whether k is no key.
func (k Key) IsZero() bool { return k.secret == nil }

// Sign returns the lower-case hex md5 of text followed by the key (v1 §2.2),
// or "" for the zero Key.
func (k Key) Sign(text string) string {
	if k.IsZero() {
		return ""
	}
	sum := k.sum(text)
	return hex.EncodeToString(sum[:])
}

// verifies reports, in constant time, whether want is the signature of text.
func (k Key) verifies(text string, want signature) bool {
	if k.IsZero() {
		return false
	}
	got := k.sum(text)
	return subtle.ConstantTimeCompare(got[:], want[:]) == 1
}

// sum needs a key that is not zero.
func (k Key) sum(text string) (s signature) {
	h := md5.New()
	h.Write([]byte(text))
	h.Write([]byte(*k.secret))
	h.Sum(s[:0])
	return s
}

// signature is a v1 signature as bytes.
type signature [md5.Size]byte

// parseSignature reads the hex digits of a signature in either case.
func parseSignature(sign string) (s signature, ok bool) {
	if len(sign) != hex.EncodedLen(len(s)) {
		return s, false
	}
	_, err := hex.Decode(s[:], []byte(sign))
	return s, err == nil
}

// Format implements fmt.Formatter.
func (Key) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, masked) }

// String implements fmt.Stringer.
func (Key) String() string { return masked }

// GoString implements fmt.GoStringer.
func (Key) GoString() string { return masked }

// MarshalText implements encoding.TextMarshaler.
func (Key) MarshalText() ([]byte, error) { return []byte(masked), nil }
