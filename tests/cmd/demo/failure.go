package main

import (
	"errors"
	"fmt"

	"github.com/paybridge/paybridge/tests/sandbox/merchant"
)

// advised is an error with what to do about it.
type advised struct {
	error
	advice string
}

// Unwrap returns the error itself.
func (a advised) Unwrap() error { return a.error }

// adviceFor returns what to do about an error.
func adviceFor(err error) string {
	var a advised
	if errors.As(err, &a) {
		return a.advice
	}
	return "Run it again. If it fails again, build anew with: make -f xcaddy.mk clean demo"
}

// logged is an error with the last lines of the servers' logs, which go away
// with the demo's folder.
type logged struct {
	error
	lines []string
}

// Unwrap returns the error itself.
func (l logged) Unwrap() error { return l.error }

// worriesKept is how many lines of each log are kept.
const worriesKept = 8

// withLogs adds what the servers' logs complain about to an error.
func (w *world) withLogs(err error) error {
	var lines []string
	for _, p := range w.processes {
		worries, unread := p.worries(worriesKept)
		if unread != nil {
			worries = append(worries, unread.Error())
		}
		for _, line := range worries {
			lines = append(lines, p.name+": "+line)
		}
	}
	return logged{err, lines}
}

// expect compares something of the demo with what it must be.
func expect(what, got, want string) error {
	if got != want {
		return fmt.Errorf("%s is %q, not %q", what, got, want)
	}
	return nil
}

// expectSuccess wants the respcode that merchants' programs want.
func expectSuccess(r *merchant.Reply) error {
	if r.RespCode != merchant.CodeSuccess {
		return fmt.Errorf("the bridge's respcode is %s (%s), not %s", r.RespCode, r.RespMsg, merchant.CodeSuccess)
	}
	return nil
}
