package p11kit

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

// answering begins the body of an answer.
func answering(c call) *request {
	r := new(request)
	r.word(c.id)
	r.bytes([]byte(c.out))
	return r
}

// TestAnswersAreRead reads each kind of value.
func TestAnswersAreRead(t *testing.T) {
	t.Parallel()
	body := answering(callFind)
	body.octet(1)
	body.word(2)
	body.number(7)
	body.number(1 << 40)
	r := openResponse(callFind, *body)
	if got := r.numbers(); r.end() != nil || !slices.Equal(got, []uint64{7, 1 << 40}) {
		t.Errorf("%v, %v", got, r.err)
	}

	kinds := []uint32{attrLabel, attrClass, attrSign, attrModulus, attrID}
	body = answering(callAttributes)
	body.word(5)
	for _, a := range []attribute{{kind: attrLabel, bytes: []byte("k1")}, {kind: attrClass, number: 3}, {kind: attrSign, number: 1}} {
		one := new(request)
		one.attributes([]attribute{a})
		*body = append(*body, (*one)[4:]...)
	}
	body.word(attrModulus)
	body.octet(0) // not shown
	body.word(attrID)
	body.octet(1)
	body.word(0) // empty
	body.word(0)
	body.number(attributeSensitive)
	r = openResponse(callAttributes, *body)
	got := r.attributes(kinds)
	if err := r.end(); err != nil || len(got) != 3 || string(got[attrLabel].bytes) != "k1" || got[attrClass].number != 3 || got[attrSign].number != 1 {
		t.Errorf("%v, %v", got, err)
	}

	refused := new(request)
	refused.word(0)
	refused.bytes([]byte("u"))
	refused.number(pinIncorrect)
	var code *Error
	if err := openResponse(callLogin, *refused).end(); !errors.As(err, &code) || code.Code != pinIncorrect || err.Error() != "C_Login: CKR_PIN_INCORRECT (0xa0)" {
		t.Errorf("%v", err)
	}
}

// TestMalformedAnswersAreRefused changes one thing of a good answer after the other.
func TestMalformedAnswersAreRefused(t *testing.T) {
	t.Parallel()
	good := answering(callSign)
	good.array([]byte("signature"))
	read := func(body []byte) ([]byte, error) {
		r := openResponse(callSign, body)
		return r.array(64), r.end()
	}
	if got, err := read(*good); err != nil || string(got) != "signature" {
		t.Fatalf("%q, %v", got, err)
	}
	for n := range len(*good) {
		if _, err := read((*good)[:n]); !errors.Is(err, errMalformed) {
			t.Errorf("cut to %d bytes: %v", n, err)
		}
	}
	if _, err := read(append(slices.Clone(*good), 0)); !errors.Is(err, errMalformed) {
		t.Errorf("with a byte more: %v", err)
	}
	other := answering(callDecrypt)
	other.array([]byte("signature"))
	if _, err := read(*other); !errors.Is(err, errMalformed) {
		t.Errorf("of another call: %v", err)
	}
	long := answering(callSign)
	long.array(make([]byte, 65))
	if _, err := read(*long); !errors.Is(err, errMalformed) {
		t.Errorf("longer than asked for: %v", err)
	}
	noError := new(request)
	noError.word(0)
	noError.bytes([]byte("u"))
	noError.number(0)
	if _, err := read(*noError); !errors.Is(err, errMalformed) {
		t.Errorf("an error that is none: %v", err)
	}
	many := answering(callFind)
	many.octet(1)
	many.word(maxList + 1)
	if r := openResponse(callFind, *many); r.numbers() != nil || !errors.Is(r.end(), errMalformed) {
		t.Errorf("too many numbers: %v", r.err)
	}
}

// FuzzResponse reads anything as an answer to every call.
func FuzzResponse(f *testing.F) {
	for _, c := range []call{callInitialize, callSlots, callToken, callMechanism, callAttributes, callFind, callSign} {
		f.Add([]byte(*answering(c)))
		f.Add(append([]byte(*answering(c)), 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 9))
	}
	kinds := []uint32{attrKeyType, attrID, attrSign, attrModulus}
	f.Fuzz(func(t *testing.T, body []byte) {
		if len(body) > maxMessage {
			return
		}
		for _, read := range []struct {
			call call
			read func(*response) int // how much was read, in bytes
		}{
			{callInitialize, func(*response) int { return 0 }},
			{callSlots, func(r *response) int { return 8 * len(r.numbers()) }},
			{callMechanism, func(r *response) int { r.number(); r.number(); r.number(); return 0 }},
			{callSign, func(r *response) int { return len(r.array(256)) }},
			{callAttributes, func(r *response) int {
				n := 0
				for _, a := range r.attributes(kinds) {
					n += len(a.bytes)
				}
				return n
			}},
		} {
			r := openResponse(read.call, body)
			if n := read.read(r); n > len(body) {
				t.Errorf("%s: %d bytes out of %d", read.call.name, n, len(body))
			}
			_ = r.end()
		}
	})
}

// TestProgramsThatAreNotP11Kit starts programs that answer with nothing, with
// rubbish, or with what they are told.
func TestProgramsThatAreNotP11Kit(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ script, want string }{
		"ends":            {"exit 0", "has ended"},
		"ends with words": {"echo 'cannot open\nthe device' >&2; exit 1", "it says: cannot open the device"},
		"another version": {"printf '\\003'; exec cat", "version 3"},
		"an echo":         {"exec cat", "not its protocol"},
		"rubbish":         {"exec cat /dev/zero", "not its protocol"},
		"long":            {"printf '\\0\\0\\0\\0\\002\\0\\0\\0\\0\\377\\377\\377\\377'; exec cat", "not its protocol"},
		"silent":          {"exec sleep 1000", "did not answer in time"},
		"half an answer":  {"printf '\\0\\0\\0\\0\\001'; exec sleep 1000", "did not answer in time"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			limit := longTimeout
			if strings.Contains(c.want, "in time") {
				limit = 200 * time.Millisecond
			}
			made, err := startChild([]string{"/bin/sh", "-c", c.script}, time.Now().Add(limit))
			if err == nil {
				r := newRequest(callSlots)
				err = made.do(callSlots, r, time.Now().Add(limit)).end()
				made.end(0)
			}
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}
