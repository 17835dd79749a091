package p11kit

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// token is what a token says of itself.
type token struct {
	slot                               uint64
	label, manufacturer, model, serial string
	flags                              uint64
}

// String names a token for an operator.
func (t token) String() string {
	return fmt.Sprintf("token %q (%s %s, serial %s)", t.label, t.manufacturer, t.model, t.serial)
}

// session is one session with a token, in a child of its own. It is used by one
// caller at a time.
type session struct {
	child  *child
	token  token
	handle uint64
	keys   map[string]uint64 // handles of keys by URI
	worked bool              // it has done an operation
	slot   *slot             // its place in a pool
}

// connect starts a child, finds the token and opens a session. login logs in.
func connect(ctx context.Context, command []string, uri URI, login func(*session, time.Time) error) (*session, error) {
	deadline, _ := ctx.Deadline()
	c, err := startChild(command, deadline)
	if err != nil {
		return nil, err
	}
	stop := c.endWith(ctx)
	defer stop()
	s := &session{child: c, keys: make(map[string]uint64)}
	if err := s.open(uri, login, deadline); err != nil {
		c.end(0)
		return nil, err
	}
	if !stop() {
		c.end(0)
		return nil, context.Cause(ctx)
	}
	return s, nil
}

func (s *session) open(uri URI, login func(*session, time.Time) error, deadline time.Time) error {
	r := newRequest(callInitialize)
	r.array(handshake)
	r.octet(0)
	r.array(nil)
	if err := s.child.do(callInitialize, r, deadline).end(); err != nil && !isCode(err, cryptokiInitialized) {
		return fmt.Errorf("loading the token's library: %w%s", err, s.child.said)
	}
	if err := s.findToken(uri, deadline); err != nil {
		return err
	}
	r = newRequest(callOpenSession)
	r.number(s.token.slot)
	r.number(sessionSerial)
	answer := s.child.do(callOpenSession, r, deadline)
	s.handle = answer.number()
	if err := answer.end(); err != nil {
		return fmt.Errorf("%s: opening a session: %w", s.token, err)
	}
	return login(s, deadline)
}

// findToken finds the one token that a URI names.
func (s *session) findToken(uri URI, deadline time.Time) error {
	all, err := s.tokens(deadline)
	if err != nil {
		return fmt.Errorf("looking for the token: %w", err)
	}
	var found []token
	var others []string
	for _, t := range all {
		if uri.names(t) {
			found = append(found, t)
		} else {
			others = append(others, fmt.Sprintf("%q", t.label))
		}
	}
	switch {
	case len(found) == 1:
		s.token = found[0]
		return nil
	case len(found) > 1:
		return fmt.Errorf("%d tokens are named by %s: add serial= to tell them apart", len(found), uri.Token())
	case len(others) > 0:
		return fmt.Errorf("%w by %s; there are %s", errNoToken, uri.Token(), strings.Join(others, ", "))
	}
	return fmt.Errorf("%w by %s: is it there, and may this user reach it?", errNoToken, uri.Token())
}

// errNoToken is a token that is not there.
var errNoToken = errors.New("no token is named")

// tokens are the tokens that are there and in use.
func (s *session) tokens(deadline time.Time) ([]token, error) {
	r := newRequest(callSlots)
	r.octet(onlyWithToken)
	r.room(maxList)
	answer := s.child.do(callSlots, r, deadline)
	slots := answer.numbers()
	if err := answer.end(); err != nil {
		return nil, err
	}
	var list []token
	for _, slot := range slots {
		t, err := s.tokenAt(slot, deadline)
		var code *Error
		switch {
		case errors.As(err, &code): // another token that is out of order
		case err != nil:
			return nil, err
		case t.flags&tokenInitialized != 0:
			list = append(list, t)
		}
	}
	return list, nil
}

func (s *session) tokenAt(slot uint64, deadline time.Time) (token, error) {
	r := newRequest(callToken)
	r.number(slot)
	answer := s.child.do(callToken, r, deadline)
	text := func() string { return strings.TrimRight(string(answer.bytes(maxAttribute)), " \x00") }
	t := token{slot: slot, label: text(), manufacturer: text(), model: text(), serial: text(), flags: answer.number()}
	const counts, versions = 10, 4 // of sessions and memory; bytes
	for range counts {
		answer.number()
	}
	answer.take(versions)
	answer.bytes(maxAttribute) // the time
	return t, answer.end()
}

// offers reports whether the token can do something by a mechanism.
func (s *session) offers(mechanism, use uint64, deadline time.Time) (bool, error) {
	r := newRequest(callMechanism)
	r.number(s.token.slot)
	r.number(mechanism)
	answer := s.child.do(callMechanism, r, deadline)
	answer.number()
	answer.number()
	flags := answer.number()
	err := answer.end()
	if isCode(err, mechanismInvalid) {
		return false, nil
	}
	return flags&use == use, err
}

// find returns the handles of the objects that have some attributes.
func (s *session) find(by []attribute, most uint32, deadline time.Time) ([]uint64, error) {
	r := newRequest(callFindInit)
	r.number(s.handle)
	r.attributes(by)
	if err := s.child.do(callFindInit, r, deadline).end(); err != nil {
		return nil, err
	}
	r = newRequest(callFind)
	r.number(s.handle)
	r.room(most)
	answer := s.child.do(callFind, r, deadline)
	found := answer.numbers()
	if err := answer.end(); err != nil {
		return nil, err
	}
	r = newRequest(callFindFinal)
	r.number(s.handle)
	return found, s.child.do(callFindFinal, r, deadline).end()
}

// readAttributes reads attributes of an object. Those it has not or does not show are left
// out.
func (s *session) readAttributes(object uint64, kinds []uint32, deadline time.Time) (map[uint32]attribute, error) {
	r := newRequest(callAttributes)
	r.number(s.handle)
	r.number(object)
	r.attributeRooms(kinds)
	answer := s.child.do(callAttributes, r, deadline)
	found := answer.attributes(kinds)
	return found, answer.end()
}

// operate does one operation with a private key: begin is C_SignInit or
// C_DecryptInit, finish is C_Sign or C_Decrypt.
func (s *session) operate(begin, finish call, mechanism uint32, key uint64, data []byte, room int, deadline time.Time) ([]byte, error) {
	r := newRequest(begin)
	r.number(s.handle)
	r.mechanism(mechanism)
	r.number(key)
	if err := s.child.do(begin, r, deadline).end(); err != nil {
		return nil, err
	}
	r = newRequest(finish)
	r.number(s.handle)
	r.array(data)
	r.room(uint32(room)) //nolint:gosec // the size of a modulus
	answer := s.child.do(finish, r, deadline)
	out := answer.array(room)
	return out, answer.end()
}

// isCode reports whether an error is a token's code.
func isCode(err error, code uint64) bool {
	var told *Error
	return errors.As(err, &told) && told.Code == code
}
