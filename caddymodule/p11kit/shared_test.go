package p11kit

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/paybridge/paybridge/tests/softhsm"
)

// mustPool is the one pool of a client.
func mustPool(t testing.TB, c *Client) *pool {
	t.Helper()
	if len(c.pools) != 1 {
		t.Fatalf("%d pools", len(c.pools))
	}
	for _, p := range c.pools {
		return p
	}
	return nil
}

// TestClientsShareChildren has two clients, as two configurations have them, and
// closes them one after the other.
func TestClientsShareChildren(t *testing.T) {
	h, own := newToken(t)
	config := Config{Module: h.Module, Processes: 2, Timeout: longTimeout}
	uri := "pkcs11:token=pay;object=k1"
	first, second := newClient(t, config), newClient(t, config)
	one := mustKey(t, first, uri)
	sessionsOf(t, one, func(*session) {}) // all are there
	started := Counts().Started
	other := mustKey(t, second, uri)
	if Counts().Started != started || mustPool(t, first) != mustPool(t, second) {
		t.Error("the second client has children of its own")
	}
	more := config
	more.Processes = 1
	if p := mustKey(t, newClient(t, more), uri).pool; p == one.pool {
		t.Error("shared though the settings differ")
	}
	var children []*child
	sessionsOf(t, one, func(s *session) { children = append(children, s.child) })
	closeClient(t, first)
	checkWorks(t, other, own)
	closeClient(t, second)
	for _, c := range children {
		<-c.ended
	}
	if err := signOnce(other); err == nil {
		t.Error("signs when all clients are closed")
	}
	checkWorks(t, mustKey(t, newClient(t, config), uri), own)
}

func closeClient(t testing.TB, c *Client) {
	t.Helper()
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}

// TestTokenThatIsAwayIsLookedForAgain: a client that comes later does not wait until
// the children of another one have found the token.
func TestTokenThatIsAwayIsLookedForAgain(t *testing.T) {
	h, own := newToken(t)
	heard := newStates()
	config := Config{Module: h.Module, Processes: 1, Timeout: longTimeout, OnState: heard.hear}
	uri := mustURI(t, "pkcs11:token=pay;object=k1")
	old := mustKey(t, newClient(t, config), uri.String())
	h.TakeAway()
	sessionsOf(t, old, func(s *session) { _ = s.child.cmd.Process.Kill() })
	if err := signOnce(old); err == nil {
		t.Error("signs without a token")
	}
	<-heard.lost
	if _, err := newClient(t, config).Key(t.Context(), uri, softhsm.PIN); err == nil {
		t.Error("found a key without a token")
	}
	h.GiveBack()
	checkWorks(t, mustKey(t, newClient(t, config), uri.String()), own)
}

// TestWrongPINIsTriedOnceForALoad gives many keys, and several names of one token,
// with a wrong PIN, and counts what goes to the token.
func TestWrongPINIsTriedOnceForALoad(t *testing.T) {
	h, _ := newToken(t)
	serial := serialOf(t, h)
	for name, uris := range map[string][]string{
		"one name":    {"pkcs11:token=pay;object=k1", "pkcs11:token=pay;object=k2", "pkcs11:token=pay;object=k3"},
		"three names": {"pkcs11:token=pay;object=k1", "pkcs11:serial=" + serial + ";object=k1", "pkcs11:token=pay;model=SoftHSM%20v2;object=k1"},
	} {
		t.Run(name, func(t *testing.T) {
			h.Tool("pay", "--list-objects") // the right PIN, by hand
			tapped := filepath.Join(t.TempDir(), "tapped")
			c := newClient(t, Config{Module: h.Module, Program: tap(t, tapped)})
			for _, uri := range uris {
				if _, err := c.Key(t.Context(), mustURI(t, uri), "wrong-1234"); err == nil || !strings.Contains(err.Error(), "the PIN is wrong; it is not tried again") {
					t.Errorf("%s: %v", uri, err)
				}
			}
			sent, err := os.ReadFile(tapped)
			if n := bytes.Count(sent, []byte("wrong-1234")); n != 1 {
				t.Errorf("the PIN was sent %d times, %v", n, err)
			}
		})
	}
	mustKey(t, newClient(t, Config{Module: h.Module}), "pkcs11:token=pay;object=k1") // a later load tries again
}

// TestMissingTokenIsAskedForOnceForALoad: a thousand keys in a token that is away
// are refused in no more time than one.
func TestMissingTokenIsAskedForOnceForALoad(t *testing.T) {
	h := newSoftHSM(t)
	c := newClient(t, Config{Module: h.Module, Processes: 1})
	started := Counts().Started
	for i := range 1000 {
		if _, err := c.Key(t.Context(), mustURI(t, fmt.Sprintf("pkcs11:token=pay;object=k%d", i)), softhsm.PIN); err == nil {
			t.Fatal("found a key without a token")
		}
	}
	if n := Counts().Started - started; n > uint64(1+len(secondLook)) {
		t.Errorf("%d children were started", n)
	}
}

func serialOf(t *testing.T, h *softhsm.Store) string {
	t.Helper()
	k := mustKey(t, newClient(t, Config{Module: h.Module, Processes: 1}), "pkcs11:token=pay;object=k1")
	var serial string
	if err := k.pool.do(longTimeout, func(s *session, _ time.Time) error {
		serial = s.token.serial
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return serial
}

// tap makes a p11-kit that writes down all that it is sent.
func tap(t *testing.T, to string) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "p11-kit-tapped")
	script := fmt.Sprintf("#!/bin/sh\ntee -a %s | p11-kit \"$@\"\n", to)
	if err := os.WriteFile(program, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	return program
}
