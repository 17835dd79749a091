package p11kit

import (
	"crypto/rsa"
	"crypto/x509"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// PINs of the tokens of these tests.
const (
	userPIN     = "canary-1234"
	officerPIN  = "officer-1234"
	softHSMConf = "SOFTHSM2_CONF"
)

// softHSM is a folder with tokens of SoftHSM.
type softHSM struct {
	t      testing.TB
	dir    string
	module string
}

// newSoftHSM makes a folder for tokens. The children find it by their environment.
// A process has one environment, so these tests run one by one.
func newSoftHSM(t testing.TB) *softHSM {
	t.Helper()
	h := &softHSM{t: t, dir: t.TempDir(), module: softHSMModule(t)}
	if err := os.Mkdir(h.tokens(), 0o700); err != nil {
		t.Fatal(err)
	}
	conf := filepath.Join(h.dir, "softhsm2.conf")
	if err := os.WriteFile(conf, []byte("directories.tokendir = "+h.tokens()+"\nlog.level = ERROR\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv(softHSMConf, conf)
	return h
}

// softHSMModule is the library of SoftHSM. Without it, or the tools, these tests
// cannot run; .ci/system-packages installs them.
func softHSMModule(t testing.TB) string {
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

func (h *softHSM) tokens() string { return filepath.Join(h.dir, "tokens") }

func (h *softHSM) run(name string, args ...string) {
	h.t.Helper()
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		h.t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
}

// token makes a token.
func (h *softHSM) token(label string) {
	h.t.Helper()
	h.run("softhsm2-util", "--init-token", "--free", "--label", label, "--so-pin", officerPIN, "--pin", userPIN)
}

// tool runs pkcs11-tool on the token pay.
func (h *softHSM) tool(args ...string) {
	h.t.Helper()
	h.run("pkcs11-tool", append([]string{"--module", h.module, "--token-label", "pay", "--login", "--pin", userPIN}, args...)...)
}

// put puts an RSA key into the token pay, without the public half beside it.
func (h *softHSM) put(label, id string, key *rsa.PrivateKey) {
	h.t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		h.t.Fatal(err)
	}
	file := filepath.Join(h.t.TempDir(), "key.der")
	if err := os.WriteFile(file, der, 0o600); err != nil {
		h.t.Fatal(err)
	}
	h.tool("--write-object", file, "--type", "privkey", "--label", label, "--id", id, "--usage-sign", "--usage-decrypt")
}

// forbid takes a usage away from a key of the token pay, which pkcs11-tool cannot.
func (h *softHSM) forbid(label string, usage uint32) {
	h.t.Helper()
	k := mustKey(h.t, newClient(h.t, Config{Module: h.module, Processes: 1}), "pkcs11:token=pay;object="+label)
	err := k.pool.do(longTimeout, func(s *session, deadline time.Time) error {
		const readWrite = 2 // CKF_RW_SESSION
		r := newRequest(callOpenSession)
		r.number(s.token.slot)
		r.number(sessionSerial | readWrite)
		opened := s.child.do(callOpenSession, r, deadline)
		session := opened.number()
		if err := opened.end(); err != nil {
			return err
		}
		set := call{25, "C_SetAttributeValue", "uuaA", ""}
		r = newRequest(set)
		r.number(session)
		r.number(s.keys[k.uri.String()])
		r.attributes([]attribute{{kind: usage}})
		return s.child.do(set, r, deadline).end()
	})
	if err != nil {
		h.t.Fatal(err)
	}
}
