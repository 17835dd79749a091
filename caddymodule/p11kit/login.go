package p11kit

import (
	"errors"
	"fmt"
	"sync"
	"time"
)

// login logs sessions in to one token, one after the other, and stops for good
// when the token refuses the PIN: the next wrong one could lock it.
type login struct {
	pin func() string // not a string, which fmt would print

	mu      sync.Mutex
	refused error
}

func newLogin(pin string) *login { return &login{pin: func() string { return pin }} }

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
	if l.refused = l.unfit(s.token); l.refused != nil {
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
		return nil
	case errors.As(err, &code) && refusesPIN[code.Code] != "":
		l.refused = fmt.Errorf("%s: %s; it is not tried again until the configuration is loaded again, because tokens lock after a few wrong ones (%w)",
			s.token, refusesPIN[code.Code], err)
		return l.refused
	}
	return fmt.Errorf("%s: logging in: %w", s.token, err)
}

// unfit is why the PIN must not be tried at all.
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
		return fmt.Errorf("%s locks at the next wrong PIN, so it is not tried here: log in once by hand, which resets the count, and load the configuration again", t)
	}
	return nil
}
