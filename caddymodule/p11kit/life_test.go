package p11kit

import (
	"crypto"
	"crypto/rand"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/paybridge/paybridge/tests/softhsm"
)

// longTimeout is for operations that must not fail, however slow the machine is.
const longTimeout = time.Minute

func deadlineOf(t testing.TB) time.Time {
	t.Helper()
	return time.Now().Add(longTimeout)
}

// states hears whether the token is there.
type states struct{ lost, back chan error }

func newStates() states { return states{make(chan error, 100), make(chan error, 100)} }

func (s states) hear(_ string, err error) {
	if err != nil {
		s.lost <- err
		return
	}
	s.back <- nil
}

// sessionsOf takes all sessions of a key's token out of use for a moment.
func sessionsOf(t testing.TB, k *Key, do func(*session)) {
	t.Helper()
	var all []*session
	for range k.pool.place.processes {
		s, err := k.pool.take(deadlineOf(t))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, s)
	}
	for _, s := range all {
		do(s)
		k.pool.put(s)
	}
}

// untilWorks asks until an operation succeeds.
func untilWorks(t testing.TB, k *Key) {
	t.Helper()
	for {
		if err := signOnce(k); err == nil {
			return
		}
		select {
		case <-t.Context().Done():
			t.Fatal("it does not heal")
		case <-time.After(10 * time.Millisecond):
		}
	}
}

func signOnce(k *Key) error {
	_, err := k.Sign(rand.Reader, make([]byte, crypto.SHA1.Size()), crypto.SHA1)
	return err
}

// TestDeadChildrenAreReplaced kills every child, and no caller notices.
func TestDeadChildrenAreReplaced(t *testing.T) {
	h, own := newToken(t)
	k := mustKey(t, newClient(t, Config{Module: h.Module, Timeout: longTimeout}), "pkcs11:token=pay;object=k1")
	for range 3 {
		sessionsOf(t, k, func(s *session) {
			if err := s.child.cmd.Process.Kill(); err != nil {
				t.Error(err)
			}
			<-s.child.ended
		})
		checkWorks(t, k, own)
	}
}

// TestTokenGoesAwayAndComesBack takes the token away: callers hear of it at once,
// it is told once, and all is well when it is back.
func TestTokenGoesAwayAndComesBack(t *testing.T) {
	h, own := newToken(t)
	heard := newStates()
	k := mustKey(t, newClient(t, Config{Module: h.Module, Processes: 2, Timeout: longTimeout, OnState: heard.hear}), "pkcs11:token=pay;object=k1")
	for range 2 {
		sessionsOf(t, k, func(*session) {}) // all are there
		h.TakeAway()
		sessionsOf(t, k, func(s *session) { _ = s.child.cmd.Process.Kill() })
		// The whole minute is not waited for: the second attempt finds no token.
		err := signOnce(k)
		if err == nil || !strings.Contains(err.Error(), "no token is named by") && !strings.Contains(err.Error(), "C_Initialize") {
			t.Errorf("without the token: %v", err)
		}
		if err := <-heard.lost; err == nil {
			t.Error("nothing told")
		}
		h.GiveBack()
		untilWorks(t, k)
		<-heard.back
		checkWorks(t, k, own)
	}
	if len(heard.lost)+len(heard.back) != 0 {
		t.Errorf("told %d and %d times too often", len(heard.lost), len(heard.back))
	}
}

// TestOtherKeyUnderTheNameIsNotUsed exchanges the key in the token.
func TestOtherKeyUnderTheNameIsNotUsed(t *testing.T) {
	h, _ := newToken(t)
	k := mustKey(t, newClient(t, Config{Module: h.Module, Processes: 1, Timeout: 4 * time.Second}), "pkcs11:token=pay;object=k1")
	h.Tool("pay", "--delete-object", "--type", "privkey", "--label", "k1")
	h.Put("pay", "k1", "01", generate(t, 1024))
	before := Counts().Faults
	if err := signOnce(k); !errors.Is(err, errFault) {
		t.Errorf("signed with another key: %v", err)
	}
	if Counts().Faults == before {
		t.Error("not counted")
	}
}

// TestPINIsTriedOnceWhenItHasChanged changes the PIN under a client: it tries the
// old one once and never again, whatever happens and however many sessions it
// wants.
func TestPINIsTriedOnceWhenItHasChanged(t *testing.T) {
	h, _ := newToken(t)
	heard := newStates()
	k := mustKey(t, newClient(t, Config{Module: h.Module, Processes: 3, Timeout: longTimeout, OnState: heard.hear}), "pkcs11:token=pay;object=k1")
	sessionsOf(t, k, func(*session) {}) // all are there
	h.ChangePIN("pay", "another-1234")
	sessionsOf(t, k, func(s *session) { _ = s.child.cmd.Process.Kill() })
	if err := signOnce(k); err == nil || !strings.Contains(err.Error(), "not tried again") {
		t.Fatalf("%v", err)
	}
	<-heard.lost
	k.pool.work.Wait() // nobody goes on
	started := Counts().Started
	for range 5 {
		if err := signOnce(k); err == nil || !strings.Contains(err.Error(), "not tried again") {
			t.Fatalf("%v", err)
		}
	}
	if Counts().Started != started {
		t.Error("children are started for a PIN that was refused")
	}
}

// TestClosedKeysAreRefused closes a client under its callers.
func TestClosedKeysAreRefused(t *testing.T) {
	h, _ := newToken(t)
	c := newClient(t, Config{Module: h.Module, Processes: 2, Timeout: longTimeout})
	k := mustKey(t, c, "pkcs11:token=pay;object=k1")
	var signed atomic.Int64
	done := make(chan struct{}, 4)
	for range cap(done) {
		go func() {
			defer func() { done <- struct{}{} }()
			for {
				if err := signOnce(k); err != nil {
					if !errors.Is(err, ErrClosed) {
						t.Error(err)
					}
					return
				}
				signed.Add(1)
			}
		}()
	}
	for signed.Load() < 20 {
		time.Sleep(time.Millisecond) // any of them
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	for range cap(done) {
		<-done
	}
	if _, err := c.Key(t.Context(), mustURI(t, "pkcs11:token=pay;object=k1"), softhsm.PIN); !errors.Is(err, ErrClosed) {
		t.Errorf("a key of a closed client: %v", err)
	}
}
