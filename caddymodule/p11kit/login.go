package p11kit

import (
	"cmp"
	"errors"
	"fmt"
	"sync"
	"time"
)

// login logs sessions in to one token, one after the other, and stops for good
// when the token refuses the PIN: the next wrong one could lock it.
type login struct {
	pin   func() string // not a string, which fmt would print
	known *refusals

	mu      sync.Mutex
	refused error
}

func newLogin(pin string, known *refusals) *login {
	return &login{pin: func() string { return pin }, known: known}
}

// refusals are the tokens that have refused a PIN. URIs may name one token in
// different ways.
type refusals struct {
	mu     sync.Mutex
	tokens map[string]error
}

func (r *refusals) of(t token) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.tokens[t.String()]
}

func (r *refusals) add(t token, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.tokens == nil {
		r.tokens = make(map[string]error)
	}
	r.tokens[t.String()] = err
}

// stopped is why the PIN is not tried any more, nil while it is.
func (l *login) stopped() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.refused
}

// in logs a session in, if its token wants that.
func (l *login) in(s *session, deadline time.Time) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.refused != nil {
		return l.refused
	}
	if s.token.flags&tokenLoginRequired == 0 {
		return nil
	}
	if l.refused = cmp.Or(l.known.of(s.token), l.unfit(s.token)); l.refused != nil {
		return l.refused
	}
	r := newRequest(callLogin)
	r.number(s.handle)
	r.number(userNormal)
	r.array([]byte(l.pin()))
	err := s.child.do(callLogin, r, deadline).end()
	var code *Error
	switch {
	case err == nil, isCode(err, alreadyLoggedIn):
		loggedIn.Store(s.token.String(), true)
		return nil
	case errors.As(err, &code) && refusesPIN[code.Code] != "":
		l.refused = fmt.Errorf("%s: %s; it is not tried again until the configuration is loaded again, because tokens lock after a few wrong ones (%w)",
			s.token, refusesPIN[code.Code], err)
		l.known.add(s.token, l.refused)
		return l.refused
	case isCode(err, pinNotInitialized):
		// Nothing was compared with the PIN. SoftHSM says so for a moment, too, while
		// another process logs in.
		return fmt.Errorf("%s: the token has no user PIN yet: set one with the token's tools (%w)", s.token, err)
	}
	return fmt.Errorf("%s: logging in: %w", s.token, err)
}

// byHand is what helps where the PIN must not be tried.
const byHand = "log in once by hand, which resets the count (pkcs11-tool --login --list-objects), see that the PIN that Caddy is given is the right one, and start or load again"

// loggedIn has the tokens that this process has logged in to.
var loggedIn sync.Map

// unfit is why the PIN must not be tried at all. A process that is new to a token may
// be one of many that are started again and again, by a PIN that is wrong.
func (l *login) unfit(t token) error {
	switch {
	case t.flags&tokenPINPad != 0:
		return fmt.Errorf("%s wants its PIN typed at a keypad of its own: nobody is there to type it, use a token that takes the PIN from a program", t)
	case l.pin() == "":
		return fmt.Errorf("%s wants a PIN: give it as {file.PATH} or {env.NAME}, or by pin-source=file: in the URI", t)
	case t.flags&tokenPINLocked != 0:
		return fmt.Errorf("%s: %s", t, refusesPIN[pinLocked])
	case t.flags&tokenPINToChange != 0:
		return fmt.Errorf("%s wants its PIN changed first: set a new one with the token's tools", t)
	case t.flags&tokenFinalTry != 0:
		return fmt.Errorf("%s locks at the next wrong PIN, so it is not tried here: %s", t, byHand)
	}
	if _, known := loggedIn.Load(t.String()); !known && t.flags&tokenWrongPIN != 0 {
		return fmt.Errorf("%s has been given a wrong PIN since the last right one, so it is not tried here, where a restart would try it again: %s", t, byHand)
	}
	return nil
}
