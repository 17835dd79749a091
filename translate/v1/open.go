package v1

import (
	"encoding/base64"
	"slices"
	"strings"

	"github.com/paybridge/paybridge/translate/internal/readable"
)

// MaxReq is the longest req, in bytes of base64 text as received.
const MaxReq = 64 << 10

// maxKeys bounds the keys tried for one merchant: the current one, the previous
// one, and some room.
const maxKeys = 4

// Opened is a request whose signature has been verified.
type Opened struct {
	// MerID is the merchant whose key verified the request.
	MerID string
	// JSON is the message as signed, without a byte order mark.
	JSON []byte
	// Variant is the form of req that was signed.
	Variant Variant
	// Key is the key that verified. Replies are signed with it, so that a
	// merchant in the middle of a key change can verify them.
	Key Key
	// Previous reports that Key is not the merchant's current key.
	Previous bool
}

// Open verifies a request and decodes it. It finds the merchant that the
// request claims to come from, asks keys for that merchant's sign keys (the
// current one first, none for an unknown merchant), and accepts the first of
// the received forms whose signature matches under one of them; only that form
// is decoded.
//
// When a known merchant's request is refused, MerID is set beside the error, and
// Key when a key has verified, so that the refusal can be signed. The refusal of
// a bad signature (CodeSignature) is not: a signature over known text is what
// somebody who guesses at keys would like to have.
func Open(f Form, keys func(merid string) []Key) (Opened, error) {
	claimed, err := claim(f.Req)
	if err != nil {
		return Opened{}, err
	}
	ring := keys(claimed.merid)
	ring = ring[:min(len(ring), maxKeys)]
	if !slices.ContainsFunc(ring, func(k Key) bool { return !k.IsZero() }) {
		return Opened{}, refuse(CodeBadRequest, "merid", "unknown merchant "+quote(claimed.merid))
	}
	o := Opened{MerID: claimed.merid}
	text, err := o.verify(f, ring)
	if err != nil {
		return o, err
	}
	if text != claimed.text {
		claimed, err = claimed.confirm(text)
	}
	if err != nil {
		return o, err
	}
	o.JSON = claimed.json
	return o, nil
}

// verify finds the received form that was signed and the key that signed it,
// and records both.
func (o *Opened) verify(f Form, ring []Key) (text string, err error) {
	want, ok := parseSignature(f.Sign)
	if !ok {
		return "", refuse(CodeSignature, "sign", "not 32 hex digits")
	}
	for v := range Variant(variants) {
		text, ok := v.repair(f.Req)
		if !ok {
			continue
		}
		for i, key := range ring {
			if key.verifies(text, want) {
				o.Variant, o.Key, o.Previous = v, key, i > 0
				return text, nil
			}
		}
	}
	return "", refuse(CodeSignature, "sign", "matches no received form of req")
}

// envelope is a base64 text and what it holds.
type envelope struct {
	text  string
	json  []byte
	merid string
}

// claim reads who req claims to be from, before anything is verified. The fully
// repaired text serves for that: base64 knows neither blanks nor percent signs
// and the decoder skips line breaks, so any form that decodes at all decodes to
// the same bytes.
func claim(req string) (envelope, error) {
	switch {
	case req == "":
		return envelope{}, refuse(CodeBadRequest, "req", "missing")
	case len(req) > MaxReq:
		return envelope{}, refuse(CodeBadRequest, "req", "too long")
	}
	return openEnvelope(repairFully(req))
}

// confirm opens the text that was signed in place of the one that made the
// claim. It must name the same merchant, or one merchant's key could open
// another's request.
func (e envelope) confirm(text string) (envelope, error) {
	signed, err := openEnvelope(text)
	if err != nil {
		return envelope{}, err
	}
	if signed.merid != e.merid {
		return envelope{}, refuse(CodeBadRequest, "merid", "not the merchant who signed")
	}
	return signed, nil
}

func openEnvelope(text string) (envelope, error) {
	json, err := DecodeBase64(text)
	if err != nil {
		return envelope{}, refuse(CodeBadRequest, "req", "not base64")
	}
	e := envelope{text: text, json: readable.WithoutBOM(json)}
	err = readMembers("req", e.json, []member{merIDMember(&e.merid)})
	return e, err
}

// DecodeBase64 reads what req and resp hold: standard base64 with or without its
// padding (seen in the field), skipping line breaks and blanks around. It verifies
// nothing.
func DecodeBase64(text string) ([]byte, error) {
	return base64.RawStdEncoding.DecodeString(strings.TrimRight(strings.TrimSpace(text), "=\r\n"))
}
