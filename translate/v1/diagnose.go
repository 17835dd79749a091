package v1

import (
	"encoding/hex"
	"hash"
	"iter"
	"strings"
)

// Candidates yields the forms of a received req that Open tries, in its order:
// each differs from those before it.
func Candidates(req string) iter.Seq2[Variant, string] {
	return func(yield func(Variant, string) bool) {
		for v := range Variant(variants) {
			if text, ok := v.repair(req); ok && !yield(v, text) {
				return
			}
		}
	}
}

// shortestMasked keeps Mask from making holes into every text for a key of a few
// characters, which is none.
const shortestMasked = 8

// Mask returns text with the key in it, if it is there, replaced by "***": a
// merchant's program may send its key in place of anything.
func (k Key) Mask(text string) string {
	if k.IsZero() || len(*k.secret) < shortestMasked {
		return text
	}
	return strings.ReplaceAll(text, *k.secret, masked)
}

// Digest returns the lower-case hex digest of a message made with the key, and
// "" for the zero Key. It serves to find out how a merchant's program signs when
// its signature does not verify: with the key in front, with another hash, with
// a line end behind the key. The bridge itself only ever uses Sign.
//
// hash and message are given the secret to place it and must not keep it.
func (k Key) Digest(hash func(secret string) hash.Hash, message func(secret string) string) string {
	if k.IsZero() {
		return ""
	}
	h := hash(*k.secret)
	_, _ = h.Write([]byte(message(*k.secret))) // a hash never fails
	return hex.EncodeToString(h.Sum(nil))
}
