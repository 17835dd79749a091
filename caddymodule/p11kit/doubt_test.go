package p11kit

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/paybridge/paybridge/tests/softhsm"
)

// TestKeyThatIsGoneDisturbsNoOther has two keys in a token. Something happens to one of
// them while both are used: the other one never fails, nobody is told that the token is
// away, and at most one child is given up.
func TestKeyThatIsGoneDisturbsNoOther(t *testing.T) {
	for name, happen := range map[string]struct {
		do   func(*softhsm.Store)
		want string
	}{
		"exchanged": {func(h *softhsm.Store) {
			h.Tool("pay", "--delete-object", "--type", "privkey", "--label", "k1")
			h.Put("pay", "k1", "01", generate(t, 1024))
		}, "another key under that name"},
		"deleted": {func(h *softhsm.Store) {
			h.Tool("pay", "--delete-object", "--type", "privkey", "--label", "k1")
		}, "no private key is named by pkcs11:token=pay;object=k1"},
		"may not sign": {func(h *softhsm.Store) { forbid(t, h, "k1", attrSign) }, "C_SignInit: CKR_KEY_FUNCTION_NOT_PERMITTED"},
	} {
		t.Run(name, func(t *testing.T) {
			h, _ := newToken(t)
			own := generate(t, 1024)
			h.Put("pay", "k2", "02", own)
			heard := newStates()
			c := newClient(t, Config{Module: h.Module, Processes: 2, Timeout: longTimeout, OnState: heard.hear})
			gone, sound := mustKey(t, c, "pkcs11:token=pay;object=k1"), mustKey(t, c, "pkcs11:token=pay;object=k2")
			sessionsOf(t, sound, func(*session) {}) // all are there
			happen.do(h)
			before := Counts()
			for range 20 {
				if err := signOnce(gone); err == nil || !strings.Contains(err.Error(), happen.want) {
					t.Fatalf("%v, want %q", err, happen.want)
				}
				checkWorks(t, sound, own)
			}
			sessionsOf(t, sound, func(*session) {})
			if n := Counts().Started - before.Started; n > 1 {
				t.Errorf("%d children were started", n)
			}
			if n := Counts().Failed - before.Failed; n != 20 {
				t.Errorf("%d operations are counted as failed", n)
			}
			if len(heard.lost) != 0 {
				t.Errorf("told that the token is away: %v", <-heard.lost)
			}
		})
	}
}

// TestKeyIsStoredAnew takes a key out of the token and puts the same one back, as who
// restores a backup does: no operation fails that begins afterwards.
func TestKeyIsStoredAnew(t *testing.T) {
	h, own := newToken(t)
	k := mustKey(t, newClient(t, Config{Module: h.Module, Processes: 3, Timeout: longTimeout}), "pkcs11:token=pay;object=k1")
	sessionsOf(t, k, func(*session) {}) // all are there
	for range 6 {
		checkWorks(t, k, own) // all know it
	}
	started := Counts().Started
	h.Tool("pay", "--delete-object", "--type", "privkey", "--label", "k1")
	h.Put("pay", "k1", "01", own)
	for range 6 {
		checkWorks(t, k, own)
	}
	if n := Counts().Started - started; n != 0 {
		t.Errorf("%d children were started", n)
	}
}

// TestSessionThatErrsIsGivenUp has a session give the results of another key, as one
// whose library is confused would: callers notice nothing.
func TestSessionThatErrsIsGivenUp(t *testing.T) {
	h, own := newToken(t)
	h.Put("pay", "k2", "02", generate(t, 1024))
	c := newClient(t, Config{Module: h.Module, Processes: 1, Timeout: longTimeout})
	k, other := mustKey(t, c, "pkcs11:token=pay;object=k1"), mustKey(t, c, "pkcs11:token=pay;object=k2")
	checkWorks(t, k, own)
	started := Counts().Started
	sessionsOf(t, k, func(s *session) { s.keys[k.uri.String()] = s.keys[other.uri.String()] })
	checkWorks(t, k, own)
	if n := Counts().Started - started; n != 1 {
		t.Errorf("%d children were started", n)
	}
}

// TestTokenTakesFewerSessions has a token that takes one session of three, while that one
// is used: the others are asked for ever more rarely, it is told once, and once more when
// it takes all.
func TestTokenTakesFewerSessions(t *testing.T) {
	h, own := newToken(t)
	short, complete := make(chan int, 100), make(chan struct{}, 100)
	program, allow := limited(t)
	allow(1)
	heard := newStates()
	k := mustKey(t, newClient(t, Config{
		Module: h.Module, Program: program, Processes: 3, Timeout: longTimeout, OnState: heard.hear,
		OnShort: func(_ string, sessions int, err error) {
			if err != nil {
				short <- sessions
				return
			}
			complete <- struct{}{}
		},
	}), "pkcs11:token=pay;object=k1")
	started := Counts().Started
	use := func(until func() bool) {
		t.Helper()
		for !until() {
			checkWorks(t, k, own)
			time.Sleep(10 * time.Millisecond)
		}
	}
	use(func() bool { return len(short) > 0 })
	if n := <-short; n != 1 {
		t.Errorf("told of %d sessions", n)
	}
	if open, wanted := Sessions(); open != 1 || wanted != 3 {
		t.Errorf("%d sessions of %d", open, wanted)
	}
	// Two slots, with shortAfter tries each until it is told.
	if n := Counts().Started - started; n > 2*shortAfter+2 {
		t.Errorf("%d children were started", n)
	}
	allow(3)
	use(func() bool { return len(complete) > 0 })
	if open, _ := Sessions(); open != 3 {
		t.Errorf("%d sessions", open)
	}
	if len(short)+len(heard.lost) != 0 || len(complete) != 1 {
		t.Errorf("told %d and %d times too often; away %d times", len(short), len(complete)-1, len(heard.lost))
	}
}

// limited makes a p11-kit of which only so many are served at a time.
func limited(t *testing.T) (program string, allow func(int)) {
	t.Helper()
	folder := t.TempDir()
	program = filepath.Join(folder, "p11-kit-limited")
	write := func(path, text string, mode os.FileMode) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
	}
	write(program, fmt.Sprintf(`#!/bin/sh
for place in %[1]s/place-*; do
	exec 9>"$place"
	flock -n 9 && exec p11-kit "$@"
done
echo too many sessions >&2
`, folder), 0o700)
	return program, func(n int) {
		for i := range n {
			write(filepath.Join(folder, fmt.Sprintf("place-%d", i)), "", 0o600)
		}
	}
}

// TestChildThatCannotBeKilledIsLeft ends a child that seems not to end: one may be stuck
// in a driver of the machine.
func TestChildThatCannotBeKilledIsLeft(t *testing.T) {
	h, _ := newToken(t)
	k := mustKey(t, newClient(t, Config{Module: h.Module, Processes: 1, Timeout: longTimeout}), "pkcs11:token=pay;object=k1")
	sessionsOf(t, k, func(s *session) {
		stuck := *s.child
		stuck.ended = make(chan struct{}) // never
		stuck.end(0)                      // comes back
	})
	untilWorks(t, k)
}
