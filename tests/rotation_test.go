package tests

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/paybridge/paybridge/tests/sandbox"
	"github.com/paybridge/paybridge/translate"
)

// rotation is a bridge whose keys are changed while merchants pay, by the steps
// of docs/keys.md. Every request must be answered well.
type rotation struct {
	*world
	load *load
}

func startRotation(t *testing.T) *rotation {
	t.Helper()
	w := newWorld(t, settings{
		Extra: hasty, GatewayTimeout: 5 * time.Second, ReplyTimeout: 13 * time.Second, // the machine may be busy
		Bind: "bind fd/3", Global: graceful,
	})
	w.bridge.listen()
	w.bridge.start()
	r := &rotation{world: w, load: w.startLoad(3, true, w.bridge)}
	t.Cleanup(r.load.end)
	r.keepPaying("before the change")
	return r
}

// keepPaying returns when more payments have been accepted.
func (r *rotation) keepPaying(when string) {
	r.t.Helper()
	enough := r.load.pays.Load() + 12
	if !eventually(func() bool { return r.load.pays.Load() >= enough }) {
		r.t.Fatalf("merchants cannot pay %s", when)
	}
}

// edit is a line of the Caddyfile, and what stands there afterwards: lines with
// "\n" between them, or nothing.
type edit struct{ line, becomes string }

// reconfigure edits the Caddyfile, reloads, and lets merchants pay.
func (r *rotation) reconfigure(step string, edits ...edit) {
	r.t.Helper()
	text, err := os.ReadFile(r.bridge.config)
	if err != nil {
		r.t.Fatal(err)
	}
	config := string(text)
	for _, e := range edits {
		before := e.line + "\n"
		if strings.Count(config, before) != 1 {
			r.t.Fatalf("%s: %d lines %q in the Caddyfile", step, strings.Count(config, before), e.line)
		}
		config = strings.Replace(config, before, e.becomes+"\n", 1)
	}
	if err := os.WriteFile(r.bridge.config, []byte(config), 0o600); err != nil {
		r.t.Fatal(err)
	}
	if err := r.bridge.reload(r.ctx()); err != nil {
		r.t.Fatalf("%s: %v", step, err)
	}
	r.keepPaying(step)
}

// finish ends the load and checks that nothing was lost.
func (r *rotation) finish() {
	r.load.end()
	r.rest()
	r.load.allNotified(r.t.(*testing.T))
}

// until is a last day well after a test.
func until() string {
	return "until " + time.Now().In(translate.Beijing).AddDate(0, 0, 2).Format(time.DateOnly)
}

// A merchant's v1 key is changed: first the bridge takes both, then the
// merchant's programs use the new one, then the old one goes.
func TestSignKeyChange(t *testing.T) {
	t.Parallel()
	r := startRotation(t)
	shop := shops["intl"]
	newKey := "canary-sign-key-that-is-new-to-" + shop.MerID
	oldFile, newFile := filepath.Join(r.bridge.dir, shop.MerID+".key"), filepath.Join(r.bridge.dir, "new.key")
	if err := os.WriteFile(newFile, []byte(newKey), 0o600); err != nil {
		t.Fatal(err)
	}
	r.receivers["intl"].Accept(newKey) // the bridge signs notifications with it at once
	current := "sign_key {file." + newFile + "}"
	previous := "previous_sign_key {file." + oldFile + "} " + until()
	r.reconfigure("both keys", edit{"sign_key {file." + oldFile + "}", current + "\n" + previous})
	r.signKeys.Store("intl", newKey)
	r.keepPaying("with the new key")
	r.reconfigure("new key alone", edit{previous, ""})
	r.finish()
	if reply := r.pay("intl", r.payment("intl", "WxSao", 100)); reply.RespCode != "00" {
		t.Errorf("with the new key: respcode %s", reply.RespCode)
	}
	r.signKeys.Delete("intl")
	if reply := r.pay("intl", r.payment("intl", "WxSao", 100)); reply.RespCode != "91" {
		t.Errorf("with the old key: respcode %s", reply.RespCode)
	}
}

// keyPair is a pair that the command keygen has made.
type keyPair struct{ private, public string }

func (r *rotation) keygen(suite, name string) keyPair {
	r.t.Helper()
	path := filepath.Join(r.bridge.dir, name)
	if out, err := r.bridge.command("paybridge", "keygen", "--suite", suite, "--out", path).CombinedOutput(); err != nil {
		r.t.Fatalf("keygen: %v\n%s", err, out)
	}
	return keyPair{path + "-private.pem", path + "-public.pem"}
}

// gatewayKeys are the keys of a merchant as the gateway knows it, read from
// files.
func (r *rotation) gatewayKeys(suite, merchantPublic, gatewayPrivate string) sandbox.Merchant {
	r.t.Helper()
	read := func(path string) []byte {
		text, err := os.ReadFile(path)
		if err != nil {
			r.t.Fatal(err)
		}
		return text
	}
	public, err := sandbox.ParsePublicKey(read(merchantPublic))
	if err != nil {
		r.t.Fatal(err)
	}
	private, err := sandbox.ParsePrivateKey(read(gatewayPrivate))
	if err != nil {
		r.t.Fatal(err)
	}
	return sandbox.Merchant{ID: shops[suite].Gateway, Suite: sandbox.Suite(suite), MerchantKey: public, GatewayKey: private}
}

func (r *rotation) changeAtGateway(m sandbox.Merchant, overlap bool) {
	r.t.Helper()
	if err := r.gateway.ChangeKeys(m, overlap); err != nil {
		r.t.Fatal(err)
	}
	r.keepPaying("after the gateway's change")
}

// Both v2 keys of a merchant are changed, ours first, by the six steps of
// docs/keys.md, with a gateway that takes both for a time.
func TestGatewayKeyChange(t *testing.T) {
	for _, suite := range []string{"intl", "gm"} {
		t.Run(suite, func(t *testing.T) {
			t.Parallel()
			r := startRotation(t)
			files := gatewaySide[suite]
			oldPrivate, oldGateway := absolute(t, shops[suite].PrivateKey), absolute(t, shops[suite].GatewayKey)
			gatewayPrivate := absolute(t, files[1])

			ours := r.keygen(suite, "ours")
			current, previous := "private_key "+oldPrivate, fmt.Sprintf("previous_private_key %s %s", ours.private, until())
			r.reconfigure("our key, step 2", edit{current, current + "\n" + previous})
			r.changeAtGateway(r.gatewayKeys(suite, ours.public, gatewayPrivate), true)
			former := fmt.Sprintf("previous_private_key %s %s", oldPrivate, until())
			r.reconfigure("our key, step 4", edit{current + "\n" + previous, "private_key " + ours.private + "\n" + former})
			r.changeAtGateway(r.gatewayKeys(suite, ours.public, gatewayPrivate), false)
			r.reconfigure("our key, step 6", edit{former, ""})

			theirs := r.keygen(suite, "theirs")
			current, previous = "gateway_key "+oldGateway, fmt.Sprintf("previous_gateway_key %s %s", theirs.public, until())
			r.reconfigure("their key, step 2", edit{current, current + "\n" + previous})
			r.changeAtGateway(r.gatewayKeys(suite, ours.public, theirs.private), true)
			former = fmt.Sprintf("previous_gateway_key %s %s", oldGateway, until())
			r.reconfigure("their key, step 4", edit{current + "\n" + previous, "gateway_key " + theirs.public + "\n" + former})
			r.changeAtGateway(r.gatewayKeys(suite, ours.public, theirs.private), false)
			r.reconfigure("their key, step 6", edit{former, ""})
			r.finish()
			for _, which := range []string{"previous_private_key", "previous_gateway_key"} {
				if !strings.Contains(r.bridge.log(), `"`+which+`":true`) {
					t.Errorf("the log does not tell that %s was needed", which)
				}
			}
		})
	}
}

func absolute(t *testing.T, key string) string {
	t.Helper()
	path, err := filepath.Abs(keyPath(key))
	if err != nil {
		t.Fatal(err)
	}
	return path
}
