package merchants

import (
	"fmt"
	"io"
)

// masked is what a Secret shows of itself.
const masked = "***"

// Secret is a secret of a merchant, such as that of its official account. It
// prints as "***" under every verb and marshals to the same. The zero Secret
// is empty.
type Secret struct {
	// A pointer, because fmt prints unexported members of other structs by
	// reflection, past the methods below, and follows no pointer there.
	text *string
}

// Reveal returns the secret itself, for the one call that needs it.
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// Format implements fmt.Formatter.
func (Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, masked) }

// String implements fmt.Stringer.
func (Secret) String() string { return masked }

// GoString implements fmt.GoStringer.
func (Secret) GoString() string { return masked }

// MarshalText implements encoding.TextMarshaler.
func (Secret) MarshalText() ([]byte, error) { return []byte(masked), nil }
