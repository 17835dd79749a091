package caddymodule

import (
	"context"
	"crypto"
	"crypto/rsa"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/caddyserver/caddy/v2"

	"github.com/paybridge/paybridge/caddymodule/internal/admission"
	"github.com/paybridge/paybridge/caddymodule/internal/inbound"
	v1 "github.com/paybridge/paybridge/translate/v1"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

func init() { caddy.RegisterModule(new(vault)) }

// vault is a store of keys that somebody else has made: its names are those of files,
// and all its keys can be away.
type vault struct{}

// vaultAway takes the keys of all vaults away; vaultsClosed counts the closed ones.
var (
	vaultAway    atomic.Bool
	vaultsClosed atomic.Int64
)

func (*vault) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{ID: "paybridge.keys.vault", New: func() caddy.Module { return new(vault) }}
}

func (*vault) Key(_ context.Context, name, secret string) (crypto.Signer, string, error) {
	if secret != signKey {
		return nil, "", errors.New("vault: another secret is needed")
	}
	text, err := os.ReadFile(strings.TrimPrefix(name, "vault:"))
	if err != nil {
		return nil, "", err
	}
	key, err := v2.ParsePrivateKey(text, "")
	if err != nil {
		return nil, "", err
	}
	return vaultKey{key.(*rsa.PrivateKey)}, "the vault below the town hall", nil
}

func (*vault) Close() error {
	vaultsClosed.Add(1)
	return nil
}

type vaultKey struct{ *rsa.PrivateKey }

var errVaultAway = errors.New("the vault is closed at this hour")

func (k vaultKey) Sign(random io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	if vaultAway.Load() {
		return nil, errVaultAway
	}
	return k.PrivateKey.Sign(random, digest, opts)
}

func (k vaultKey) Decrypt(random io.Reader, text []byte, opts crypto.DecrypterOpts) ([]byte, error) {
	if vaultAway.Load() {
		return nil, errVaultAway
	}
	return k.PrivateKey.Decrypt(random, text, opts)
}

// inVault is the Caddyfile with the merchant's private key in the vault.
func inVault(caddyfile string) string {
	path := keyPath("merchant_private.pem")
	return strings.Replace(caddyfile, fmt.Sprintf("private_key %q", path), fmt.Sprintf("private_key %q {env.PAYBRIDGE_TEST_SIGN_KEY}", "vault:"+path), 1)
}

// TestKeysOfOtherStores pays with a key of a store that is none of ours.
func TestKeysOfOtherStores(t *testing.T) { // not parallel: one Caddy a process
	closed := vaultsClosed.Load()
	s := startServerFrom(t, "", inVault)
	mustBeV1(t, s.postForm(t, "/api/mpgateway", sealed(payJSON("T20261121000000001"), signKey)), v1.CodeOK, signKey)
	if text := s.log.String(); !strings.Contains(text, "the vault below the town hall") {
		t.Errorf("the log does not tell where the key is:\n%s", text)
	}
	edited := strings.Replace(inVault(caddyfileFor(s.gateway.URL, s.ledger, "")), "TEST_SIGN_KEY}\n\t\t\tgateway_key", "TEST_OLD_SIGN_KEY}\n\t\t\tgateway_key", 1)
	wrong := caddy.Load(loadable(t, adapt(t, edited), s.log), true)
	if wrong == nil || !strings.Contains(wrong.Error(), "merchant 89900001: private_key: vault: another secret is needed") {
		t.Errorf("with another secret: %v", wrong)
	}
	if vaultsClosed.Load() == closed {
		t.Error("the store of a configuration that was refused is not closed")
	}
}

// TestNoticesWithoutTheirKeyAreNoJunk has the gateway repeat a notice while the key is
// away: it is in the right, and its notices need not wait behind bad ones afterwards.
func TestNoticesWithoutTheirKeyAreNoJunk(t *testing.T) { // not parallel: one Caddy a process
	t.Cleanup(func() { vaultAway.Store(false) })
	s := startServerFrom(t, "", inVault)
	mustBeV1(t, s.postForm(t, "/api/mpgateway", sealed(payJSON("T20261121000000001"), signKey)), v1.CodeOK, signKey)
	good := s.gateway.noticeForm(t, s.gateway.lastOrderNo(), "11", "19.99")
	vaultAway.Store(true)
	for range 100 {
		mustBePlain(t, s.postForm(t, inbound.NotifyPath, good), noticeRefused)
	}
	mustBeV1(t, s.postForm(t, "/api/mpgateway", sealed(payJSON("T20261121000000002"), signKey)), v1.CodeBusy, signKey)
	defer holdBadLane(t)()
	vaultAway.Store(false)
	mustBePlain(t, s.postForm(t, inbound.NotifyPath, good), "success")
	mustBeV1(t, s.postForm(t, "/api/mpgateway", sealed(payJSON("T20261121000000002"), signKey)), v1.CodeOK, signKey)
}

// runningGates are those of the configuration that serves.
func runningGates(t *testing.T) gates {
	t.Helper()
	running, err := caddy.ActiveContext().App("paybridge")
	if err != nil {
		t.Fatal(err)
	}
	return running.(*App).engine.Load().gates
}

// holdBadLane takes all turns of those who have sent too many bad notices, until the
// returned function is called.
func holdBadLane(t *testing.T) (release func()) {
	t.Helper()
	gate := runningGates(t).notices
	somebody := admission.Sender{Source: "203.0.113.9", Merchant: "473053119999"}
	judge := func(judge func()) {
		if err := gate.Judge(t.Context(), somebody, func() admission.Verdict { judge(); return admission.Bad }); err != nil {
			t.Error(err)
		}
	}
	for range 100 {
		judge(func() {})
	}
	var held sync.WaitGroup
	started, end := make(chan struct{}), make(chan struct{})
	turns := max(1, runtime.GOMAXPROCS(0)/2) // as newGates has it
	for range turns {
		held.Go(func() { judge(func() { started <- struct{}{}; <-end }) })
	}
	for range turns {
		<-started
	}
	return func() { close(end); held.Wait() }
}
