package v2

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/tidwall/gjson"
)

// Message is a received message: its head, and a body that is read by what the
// caller knows it to be. The zero Message has an empty body.
type Message struct {
	Head Head

	body   gjson.Result
	unread string // the plain text, where it could not be read
}

// Unread is a message whose plain text could not be read. It names and says nothing, and
// only its digest tells it from another.
func Unread(plain []byte) Message { return Message{unread: string(plain)} }

// Digest is the same for messages that say the same, whatever flow number and time are in
// their heads.
func (m Message) Digest() string {
	sum := sha256.Sum256([]byte(m.unread + m.body.Raw))
	return hex.EncodeToString(sum[:])
}

// ParseMessage reads a plain text. Members may come in any order and unknown
// ones are skipped; a body that is absent, null or "" is an empty one, as errors
// of the gateway have it. Refused are: more than [MaxMessage] bytes, anything but
// one JSON object, a missing head, and known members that come twice. The text
// need not be UTF-8, see [Readable].
func ParseMessage(plain []byte) (Message, error) {
	if len(plain) > MaxMessage {
		return Message{}, fmt.Errorf("parsing message: longer than %d bytes", MaxMessage)
	}
	plain = Readable(plain)
	if !gjson.ValidBytes(plain) {
		return Message{}, errors.New("parsing message: not JSON")
	}
	root := gjson.ParseBytes(plain)
	if !root.IsObject() {
		return Message{}, errors.New("parsing message: not a JSON object")
	}
	var head, body gjson.Result
	places := map[string]*gjson.Result{"head": &head, "body": &body}
	var twice error
	root.ForEach(func(key, value gjson.Result) bool {
		place, known := places[key.String()]
		switch {
		case known && place.Exists():
			twice = fmt.Errorf("parsing message: %s: given twice", key.String())
		case known:
			*place = value
		}
		return twice == nil
	})
	if twice != nil {
		return Message{}, twice
	}
	return newMessage(head, body)
}

// newMessage reads the head and checks that the body can be read.
func newMessage(head, body gjson.Result) (Message, error) {
	if !head.IsObject() {
		return Message{}, errors.New("parsing message: head: not an object")
	}
	empty := body.Type == gjson.Null || body.Type == gjson.String && strings.TrimSpace(body.Str) == ""
	if !empty && !body.IsObject() {
		return Message{}, errors.New("parsing message: body: not an object")
	}
	h, err := readMembers("head", headMembers, head)
	if err != nil {
		return Message{}, fmt.Errorf("parsing message: %w", err)
	}
	if empty {
		body = gjson.Result{}
	}
	return Message{Head: h, body: body}, nil
}

// marshal writes a request: its head and every member of its body.
func marshal[T any](h Head, members []member[T], body T) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(`{"head":`)
	if err := h.append(&b); err != nil {
		return nil, err
	}
	b.WriteString(`,"body":`)
	if err := appendMembers(&b, "body", members, &body); err != nil {
		return nil, err
	}
	b.WriteByte('}')
	if b.Len() > MaxMessage {
		return nil, fmt.Errorf("message: longer than %d bytes", MaxMessage)
	}
	return b.Bytes(), nil
}
