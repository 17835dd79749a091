package v2

import (
	"iter"
	"net/url"
	"strings"
)

// Envelope is the five parameters on the wire. MsgEnc, KeyEnc and Sign are hex.
//
// Only the plain text is signed: MerchantID and MerOrderID are hints that say
// which key to open with, and are to be compared with the opened message.
type Envelope struct {
	MerchantID string // merchant_id, 12 digits
	MsgEnc     string // msg_enc (older name xml_enc), the encrypted message
	KeyEnc     string // key_enc, the session key sealed to the receiver
	Sign       string // sign, the sender's signature over the plain text
	MerOrderID string // mer_order_id; absent from answers
}

// parameter describes one of the five for writing and reading.
type parameter struct {
	name string
	also string // an older name, accepted when receiving
	max  int    // bytes
	id   bool   // printable identifier, not hex
	at   func(*Envelope) *string
}

// parameters stands in the order in which they are sent.
var parameters = []parameter{
	{name: "merchant_id", max: MaxID, id: true, at: func(e *Envelope) *string { return &e.MerchantID }},
	{name: "msg_enc", also: "xml_enc", max: 2 * maxSealedText, at: func(e *Envelope) *string { return &e.MsgEnc }},
	{name: "key_enc", max: 2 * maxSealedKey, at: func(e *Envelope) *string { return &e.KeyEnc }},
	{name: "sign", max: 2 * maxSealedKey, at: func(e *Envelope) *string { return &e.Sign }},
	{name: "mer_order_id", max: MaxID, id: true, at: func(e *Envelope) *string { return &e.MerOrderID }},
}

// Encode returns the urlencoded POST body, the parameters in the order
// merchant_id, msg_enc, key_enc, sign, mer_order_id.
func (e Envelope) Encode() string {
	var b strings.Builder
	b.Grow(len(e.MsgEnc) + len(e.KeyEnc) + len(e.Sign) + 128)
	for name, value := range e.Parameters() {
		if b.Len() > 0 {
			b.WriteByte('&')
		}
		b.WriteString(name)
		b.WriteByte('=')
		b.WriteString(url.QueryEscape(value))
	}
	return b.String()
}

// Parameters are the names and values of the form in the order in which they are
// sent, for a browser that posts it.
func (e Envelope) Parameters() iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for _, p := range parameters {
			if !yield(p.name, *p.at(&e)) {
				return
			}
		}
	}
}

// EnvelopeFrom reads the parameters of a received notice. get returns the value
// of a form parameter and "" for an absent one. Both names of msg_enc are
// asked for. Everything but mer_order_id must be there; the error is an
// [*ArrivalError].
func EnvelopeFrom(get func(name string) string) (Envelope, error) {
	var e Envelope
	for i := range parameters {
		p := &parameters[i]
		if err := p.set(p.at(&e), get(p.name)); err != nil {
			return Envelope{}, err
		}
		if p.also == "" {
			continue
		}
		if err := p.set(p.at(&e), get(p.also)); err != nil {
			return Envelope{}, err
		}
	}
	if e.MerchantID == "" {
		return Envelope{}, incomplete("merchant_id is missing")
	}
	if err := e.check(); err != nil {
		return Envelope{}, err
	}
	return e, nil
}

// ParseEnvelope reads the body of an answer: name=value pairs joined by "&",
// by name and in any order, not percent-encoded (nothing is lost if they are).
// Unknown names are skipped. The error is an [*ArrivalError] that says what
// arrived instead of an envelope.
func ParseEnvelope(raw []byte) (Envelope, error) {
	if len(raw) > MaxEnvelope {
		return Envelope{}, &ArrivalError{Class: ArrivedOversize}
	}
	text := strings.TrimSpace(strings.TrimPrefix(string(raw), "\ufeff"))
	var e Envelope
	known := false
	for pair := range strings.SplitSeq(text, "&") {
		name, value, _ := strings.Cut(pair, "=")
		p := parameterNamed(name)
		if p == nil {
			continue
		}
		known = true
		if err := p.set(p.at(&e), value); err != nil {
			return Envelope{}, err
		}
	}
	if !known {
		return Envelope{}, arrivalOf(text)
	}
	if err := e.check(); err != nil {
		return Envelope{}, err
	}
	return e, nil
}

// parameterNamed returns the parameter of that name, or nil.
func parameterNamed(name string) *parameter {
	for i, p := range parameters {
		if name == p.name || (p.also != "" && name == p.also) {
			return &parameters[i]
		}
	}
	return nil
}

// set stores a received value at the place given. A value may come twice, under
// one name or two, as long as it is the same: a second opinion is refused.
func (p *parameter) set(place *string, value string) error {
	value = strings.TrimSpace(value)
	if strings.Contains(value, "%") {
		plain, err := url.QueryUnescape(value)
		if err != nil {
			return incomplete(p.name + " is percent-encoded wrongly")
		}
		value = plain
	}
	if value == "" {
		return nil
	}
	if *place != "" && *place != value {
		return incomplete(p.name + " is given twice")
	}
	*place = value
	return nil
}

// check judges the public shape of an envelope: what must be there is there,
// nothing is too long, identifiers are printable.
func (e *Envelope) check() error {
	for i := range parameters {
		p := &parameters[i]
		value := *p.at(e)
		switch {
		case value == "" && !p.id:
			return incomplete(p.name + " is missing")
		case len(value) > p.max:
			return incomplete(p.name + " is too long")
		case p.id && !printable(value):
			return incomplete(p.name + " has characters that no number has")
		}
	}
	return nil
}

// printable reports whether s is visible ASCII throughout, so that it may stand
// in a log line or a map key.
func printable(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}
