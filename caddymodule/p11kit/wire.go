package p11kit

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// Limits of what is read, far above what the calls of this package are answered
// with.
const (
	maxMessage = 64 << 10 // bytes of a body
	maxOptions = 4 << 10  // bytes of options
	maxList    = 1024     // numbers in an array
)

// null stands for an array that is not there.
const null = 0xffffffff

// request is the body of a call while it is being written.
type request []byte

// newRequest begins a call's body.
func newRequest(c call) *request {
	r := new(request)
	r.word(c.id)
	r.bytes([]byte(c.in))
	return r
}

func (r *request) octet(b byte)       { *r = append(*r, b) }
func (r *request) word(n uint32)      { *r = binary.BigEndian.AppendUint32(*r, n) }
func (r *request) number(n uint64)    { *r = binary.BigEndian.AppendUint64(*r, n) }
func (r *request) room(n uint32)      { r.word(n) }                                     // the length of the array that may be answered with
func (r *request) bytes(b []byte)     { r.word(uint32(len(b))); *r = append(*r, b...) } //nolint:gosec // what is sent is short
func (r *request) array(b []byte)     { r.octet(1); r.bytes(b) }
func (r *request) mechanism(m uint32) { r.word(m); r.word(null) } // without a parameter

// attribute is one attribute of an object: a number or flag, or bytes.
type attribute struct {
	kind   uint32
	number uint64
	bytes  []byte
}

// attributes writes what an object is looked for by.
func (r *request) attributes(list []attribute) {
	r.word(uint32(len(list))) //nolint:gosec // a few
	for _, a := range list {
		r.word(a.kind)
		r.octet(1)
		switch attributeKinds[a.kind] {
		case numberValue:
			r.word(sizeOfNumber)
			r.number(a.number)
		case flagValue:
			r.word(1)
			r.octet(byte(a.number)) //nolint:gosec // 0 or 1
		default:
			r.word(uint32(len(a.bytes))) //nolint:gosec // short
			r.bytes(a.bytes)
		}
	}
}

// attributeRooms writes which attributes are wanted, and how long they may be.
func (r *request) attributeRooms(kinds []uint32) {
	r.word(uint32(len(kinds))) //nolint:gosec // a few
	for _, kind := range kinds {
		r.word(kind)
		r.word(attributeKinds[kind].room())
	}
}

// errMalformed is an answer that is not as the protocol has it.
var errMalformed = errors.New("p11-kit answers with something that is not its protocol")

// response is the body of an answer while it is being read. The first error
// stays, and everything read after it is zero.
type response struct {
	rest []byte
	err  error
}

// openResponse reads the beginning of an answer to a call: that it is one, or the
// error code in it.
func openResponse(c call, body []byte) *response {
	r := &response{rest: body}
	id, signature := r.word(), string(r.bytes(len(body)))
	switch {
	case r.err != nil:
	case id == 0 && signature == "u":
		if code := r.number(); r.err == nil {
			r.err = codeError(c.name, code)
		}
	case id != c.id || signature != c.out:
		r.fail()
	}
	return r
}

func (r *response) fail() {
	if r.err == nil {
		r.err = errMalformed
	}
	r.rest = nil
}

// take returns the next n bytes.
func (r *response) take(n int) []byte {
	if n < 0 || n > len(r.rest) || r.err != nil {
		r.fail()
		return nil
	}
	taken := r.rest[:n:n]
	r.rest = r.rest[n:]
	return taken
}

func (r *response) octet() byte {
	if b := r.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (r *response) word() uint32 {
	if b := r.take(4); b != nil {
		return binary.BigEndian.Uint32(b)
	}
	return 0
}

func (r *response) number() uint64 {
	if b := r.take(8); b != nil {
		return binary.BigEndian.Uint64(b)
	}
	return 0
}

// bytes reads bytes with their length in front, at most so many.
func (r *response) bytes(most int) []byte {
	n := r.word()
	if n == null {
		return nil
	}
	if uint64(n) > uint64(most) { //nolint:gosec // not negative
		r.fail()
		return nil
	}
	return r.take(int(n))
}

// array reads an array of bytes. One that is not there did not fit.
func (r *response) array(most int) []byte {
	if r.octet() != 1 {
		r.fail()
		return nil
	}
	return r.bytes(most)
}

// numbers reads an array of numbers.
func (r *response) numbers() []uint64 {
	there, n := r.octet() == 1, r.word()
	if !there || n > maxList {
		r.fail()
		return nil
	}
	list := make([]uint64, 0, n)
	for range n {
		list = append(list, r.number())
	}
	if r.err != nil {
		return nil
	}
	return list
}

// attributes reads the attributes that were wanted, in that order. One that the
// object does not have or does not show is left out.
func (r *response) attributes(kinds []uint32) map[uint32]attribute {
	found := make(map[uint32]attribute, len(kinds))
	if int64(r.word()) != int64(len(kinds)) {
		r.fail()
	}
	for _, kind := range kinds {
		if r.word() != kind {
			r.fail()
		}
		if r.octet() == 0 {
			continue
		}
		size := r.word()
		a := attribute{kind: kind}
		switch attributeKinds[kind] {
		case numberValue:
			a.number = r.number()
		case flagValue:
			a.number = uint64(r.octet())
		default:
			a.bytes = r.bytes(maxAttribute)
		}
		if size != null && size > 0 {
			found[kind] = a
		}
	}
	switch code := r.number(); code {
	case 0, attributeSensitive, attributeInvalid:
	default:
		if r.err == nil {
			r.err = codeError("C_GetAttributeValue", code)
		}
	}
	if r.err != nil {
		return nil
	}
	return found
}

// end reports what has gone wrong, bytes that are left over included.
func (r *response) end() error {
	if r.err == nil && len(r.rest) > 0 {
		r.fail()
	}
	return r.err
}

// header is what stands in front of the options and the body of a message.
const headerSize = 12

// appendMessage writes a whole message without options.
func appendMessage(to []byte, number uint32, body []byte) []byte {
	to = binary.BigEndian.AppendUint32(to, number)
	to = binary.BigEndian.AppendUint32(to, 0)
	to = binary.BigEndian.AppendUint32(to, uint32(len(body))) //nolint:gosec // what is sent is short
	return append(to, body...)
}

// readHeader reads a header: that it answers the call of that number, and how much
// follows.
func readHeader(header []byte, number uint32) (options, body int, err error) {
	got := binary.BigEndian.Uint32(header)
	o, b := binary.BigEndian.Uint32(header[4:]), binary.BigEndian.Uint32(header[8:])
	if got != number || o > maxOptions || b > maxMessage {
		return 0, 0, fmt.Errorf("%w: an answer to call %d of %d bytes", errMalformed, got, b)
	}
	return int(o), int(b), nil
}
