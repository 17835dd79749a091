// Package softhsm makes PKCS#11 tokens of SoftHSM for tests: what an HSM is to
// Paybridge, in files.
package softhsm

import (
	"crypto/rsa"
	"crypto/x509"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// PINs of the tokens.
const (
	PIN        = "canary-pin-1234"
	officerPIN = "officer-1234"
)

// confVariable is where SoftHSM finds its configuration.
const confVariable = "SOFTHSM2_CONF"

// Store is a folder with tokens.
type Store struct {
	Module string // the path of SoftHSM's library

	t   testing.TB
	dir string
	pin string // of its tokens
}

// New makes a folder for tokens.
func New(t testing.TB) *Store {
	t.Helper()
	s := &Store{t: t, dir: t.TempDir(), Module: module(t), pin: PIN}
	if err := os.Mkdir(s.tokens(), 0o700); err != nil {
		t.Fatal(err)
	}
	conf := "directories.tokendir = " + s.tokens() + "\nlog.level = ERROR\n"
	if err := os.WriteFile(s.conf(), []byte(conf), 0o600); err != nil {
		t.Fatal(err)
	}
	return s
}

// module is the library of SoftHSM. Without it, or the tools, these tests cannot
// run; .ci/system-packages installs them.
func module(t testing.TB) string {
	t.Helper()
	for _, tool := range []string{"p11-kit", "softhsm2-util", "pkcs11-tool"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Fatalf("%v: run .ci/system-packages", err)
		}
	}
	for _, pattern := range []string{"/usr/lib/softhsm/libsofthsm2.so", "/usr/lib*/*/softhsm/libsofthsm2.so", "/usr/lib64/pkcs11/libsofthsm2.so"} {
		if found, _ := filepath.Glob(pattern); len(found) > 0 {
			return found[0]
		}
	}
	t.Fatal("no libsofthsm2.so: run .ci/system-packages")
	return ""
}

func (s *Store) conf() string   { return filepath.Join(s.dir, "softhsm2.conf") }
func (s *Store) tokens() string { return filepath.Join(s.dir, "tokens") }
func (s *Store) away() string   { return filepath.Join(s.dir, "away") }

// Env is what a process finds the tokens by.
func (s *Store) Env() string { return confVariable + "=" + s.conf() }

// Setenv makes this process find the tokens. A process has one environment: tests
// that need it run one by one.
func (s *Store) Setenv() {
	s.t.Helper()
	name, value, _ := strings.Cut(s.Env(), "=")
	s.t.Setenv(name, value)
}

// Run runs a tool on the tokens.
func (s *Store) Run(name string, args ...string) {
	s.t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), s.Env())
	if out, err := cmd.CombinedOutput(); err != nil {
		s.t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
}

// Init makes a token.
func (s *Store) Init(label string) {
	s.t.Helper()
	s.Run("softhsm2-util", "--init-token", "--free", "--label", label, "--so-pin", officerPIN, "--pin", s.pin)
}

// InitWithoutPIN makes a token that [Store.SetPIN] has not given its PIN yet.
func (s *Store) InitWithoutPIN(label string) {
	s.t.Helper()
	s.Run("pkcs11-tool", "--module", s.Module, "--slot-index", "0", "--init-token", "--label", label, "--so-pin", officerPIN)
}

// SetPIN gives a token its first PIN.
func (s *Store) SetPIN(token string) {
	s.t.Helper()
	s.Run("pkcs11-tool", "--module", s.Module, "--token-label", token, "--login", "--login-type", "so", "--so-pin", officerPIN,
		"--init-pin", "--new-pin", s.pin)
}

// Tool runs pkcs11-tool on a token.
func (s *Store) Tool(token string, args ...string) {
	s.t.Helper()
	s.Run("pkcs11-tool", append([]string{"--module", s.Module, "--token-label", token, "--login", "--pin", s.pin}, args...)...)
}

// Put puts an RSA key into a token, without the public half beside it.
func (s *Store) Put(token, label, id string, key *rsa.PrivateKey) {
	s.t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		s.t.Fatal(err)
	}
	file := filepath.Join(s.t.TempDir(), "key.der")
	if err := os.WriteFile(file, der, 0o600); err != nil {
		s.t.Fatal(err)
	}
	s.Tool(token, "--write-object", file, "--type", "privkey", "--label", label, "--id", id, "--usage-sign", "--usage-decrypt")
}

// ChangePIN changes the PIN of a token.
func (s *Store) ChangePIN(token, to string) {
	s.t.Helper()
	s.Tool(token, "--change-pin", "--new-pin", to)
	s.pin = to
}

// TakeAway takes all tokens away from processes that look for them from now on.
func (s *Store) TakeAway() { s.move(s.tokens(), s.away()) }

// GiveBack undoes TakeAway.
func (s *Store) GiveBack() { s.move(s.away(), s.tokens()) }

func (s *Store) move(from, to string) {
	s.t.Helper()
	if err := os.Rename(from, to); err != nil {
		s.t.Fatal(err)
	}
}
