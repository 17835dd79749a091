package tests

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/paybridge/paybridge/tests/softhsm"
)

// hsm is a world in which the private key of the intl merchant is in a token of
// SoftHSM.
type hsm struct {
	*world
	tokens *softhsm.Store
}

// tokenKey is the intl merchant's key in the token.
const tokenKey = "pkcs11:token=pay;object=473053110001"

// newHSM makes the token and a bridge, which is not started.
func newHSM(t *testing.T, s settings) *hsm {
	t.Helper()
	tokens := softhsm.New(t)
	tokens.Init("pay")
	tokens.Put("pay", "473053110001", "01", rsaKey(t, readKey(t, shops["intl"].PrivateKey)))
	// The longest timeout there may be: the machine may be busy.
	s.Extra += fmt.Sprintf("\n\t\tkeys pkcs11 {\n\t\t\tmodule %s\n\t\t\tprocesses 2\n\t\t\ttimeout 5s\n\t\t}", tokens.Module)
	s.IntlKey = tokenKey + " {file.pin}"
	h := &hsm{newWorld(t, s), tokens}
	h.bridge.env = append(h.bridge.env, tokens.Env())
	h.writePIN(softhsm.PIN)
	return h
}

func rsaKey(t *testing.T, text []byte) *rsa.PrivateKey {
	t.Helper()
	block, _ := pem.Decode(text)
	if block == nil {
		t.Fatal("no PEM")
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return key.(*rsa.PrivateKey)
}

// writePIN writes the file that the configuration names.
func (h *hsm) writePIN(pin string) {
	h.t.Helper()
	if err := os.WriteFile(filepath.Join(h.bridge.dir, "pin"), []byte(pin+"\n"), 0o600); err != nil {
		h.t.Fatal(err)
	}
}

// child is a process that a bridge has started.
type child struct {
	pid   int
	state string // as /proc tells it: Z is a zombie
}

// children are the processes that the bridge has started, by their number.
func (p *process) children() []child {
	p.t.Helper()
	processes, err := os.ReadDir("/proc")
	if err != nil {
		p.t.Fatal(err)
	}
	var found []child
	for _, entry := range processes {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue // no process
		}
		if state, parent, alive := processStat(pid); alive && parent == p.cmd.Process.Pid {
			found = append(found, child{pid, state})
		}
	}
	slices.SortFunc(found, func(a, b child) int { return a.pid - b.pid })
	return found
}

// processStat reads the state of a process and the number of its parent.
func processStat(pid int) (state string, parent int, alive bool) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return "", 0, false
	}
	_, rest, _ := strings.Cut(string(text), ") ") // behind the name
	_, err = fmt.Sscan(rest, &state, &parent)
	return state, parent, err == nil
}

// killChildren kills the processes that the bridge has started.
func (h *hsm) killChildren() {
	h.t.Helper()
	for _, c := range h.bridge.children() {
		_ = syscall.Kill(c.pid, syscall.SIGKILL) // it may have ended
	}
}

// awaitChildren waits until so many processes of the bridge run, and none is a
// zombie.
func (h *hsm) awaitChildren(n int) []child {
	h.t.Helper()
	var last []child
	ok := eventually(func() bool {
		last = h.bridge.children()
		return len(last) == n && !slices.ContainsFunc(last, func(c child) bool { return c.state == "Z" })
	})
	if !ok {
		h.t.Fatalf("%+v, want %d children", last, n)
	}
	return last
}

// awaitLog waits until the bridge has said something.
func (h *hsm) awaitLog(text string) {
	h.t.Helper()
	if !eventually(func() bool { return strings.Contains(h.bridge.log(), text) }) {
		h.t.Fatalf("the log does not say %q", text)
	}
}
