package caddymodule

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/paybridge/paybridge/caddymodule/internal/inbound"
	"github.com/paybridge/paybridge/caddymodule/internal/keygen"
	v1 "github.com/paybridge/paybridge/translate/v1"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// keyFiles are the paths of one side's keys.
type keyFiles struct{ private, public string }

// newKeyFiles makes keys as keygen does.
func newKeyFiles(t *testing.T) keyFiles {
	t.Helper()
	pair, err := keygen.New(v2.Intl, keygen.DefaultBits)
	if err != nil {
		t.Fatal(err)
	}
	files, err := keygen.FilesOf(filepath.Join(t.TempDir(), "new"))
	if err != nil {
		t.Fatal(err)
	}
	if err := pair.Write(files); err != nil {
		t.Fatal(err)
	}
	return keyFiles{files.Private, files.Public}
}

// changingGateway seals with one pair of keys and opens with that and the one
// before, as a gateway that takes both for a time.
type changingGateway struct {
	*fakeGateway
	now atomic.Pointer[fakeGateway]
}

func newChangingGateway(t *testing.T, own, merchant keyFiles) *changingGateway {
	t.Helper()
	g := &changingGateway{fakeGateway: newFakeGateway(t)}
	g.now.Store(&fakeGateway{})
	g.change(t, own, merchant)
	g.answerWith(func(w http.ResponseWriter, r *http.Request) {
		if err := g.now.Load().show(w, r); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
		}
	})
	return g
}

// change has the gateway seal and sign with other keys from now on.
func (g *changingGateway) change(t *testing.T, own, merchant keyFiles) {
	t.Helper()
	private, err1 := os.ReadFile(own.private)
	public, err2 := os.ReadFile(merchant.public)
	signer, err3 := v2.ParsePrivateKey(private, "")
	peer, err4 := v2.ParsePublicKey(public)
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		t.Fatal(err)
	}
	codec, err := v2.NewCodec(v2.Intl, signer, peer)
	if err != nil {
		t.Fatal(err)
	}
	g.now.Store(&fakeGateway{codec: codec, former: g.now.Load().codec})
}

// till pays one order after the other until it is closed and tells the outcome
// of each.
type till struct {
	app      atomic.Pointer[App]
	orders   atomic.Int64
	outcomes chan error
	close    func() // waits for the last payment
}

func openTill(app *App, workers int) *till {
	till := &till{outcomes: make(chan error)}
	till.app.Store(app)
	closed := make(chan struct{})
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			for {
				select {
				case <-closed:
					return
				case till.outcomes <- till.pay():
				}
			}
		})
	}
	till.close = func() { close(closed); all.Wait() }
	return till
}

// pay sends a payment and returns an error unless it is accepted.
func (c *till) pay() error {
	message := payJSON(fmt.Sprintf("R%017d", c.orders.Add(1)))
	w := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodPost, "/api/mpgateway", strings.NewReader(sealed(message, signKey).Encode()))
	if err := quietHandler(c.app.Load()).ServeHTTP(w, r, nothingBehind); err != nil {
		return err
	}
	if plain := unsealed(w.Body.Bytes()); !bytes.Contains(plain, []byte(`"respcode":"`+string(v1.CodeOK)+`"`)) {
		return fmt.Errorf("the merchant hears %s: %s", w.Body, plain)
	}
	return nil
}

// mustGoOn insists that some more payments are accepted.
func (c *till) mustGoOn(t *testing.T, when string) {
	t.Helper()
	for range 20 {
		if err := <-c.outcomes; err != nil {
			t.Errorf("%s: a payment was not accepted: %v", when, err)
		}
	}
}

// notify sends a form to the notice path of an app.
func notify(t *testing.T, app *App, form url.Values) string {
	t.Helper()
	w := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, inbound.NotifyPath, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if err := quietHandler(app).ServeHTTP(w, r, nothingBehind); err != nil {
		t.Fatal(err)
	}
	return w.Body.String()
}

// Both sides change their keys by the steps of docs/keys.md while payments go
// on: every payment is accepted, notices with the keys before are taken, and the log
// tells who still needs them.
func TestKeysChangeWhilePaymentsGoOn(t *testing.T) { // not parallel: one app serves in a process
	ours := keyFiles{keyPath("merchant_private.pem"), keyPath("merchant_public.pem")}
	theirs := keyFiles{keyPath("gateway_private.pem"), keyPath("gateway_public.pem")}
	oursNew, theirsNew := newKeyFiles(t), newKeyFiles(t)
	g := newChangingGateway(t, theirs, ours)
	path := filepath.Join(t.TempDir(), "ledger.db")
	core, lines := observer.New(zapcore.InfoLevel)

	var app *App
	var counter *till
	keys := func(own, otherOwn, peer, otherPeer string) func(app, merchant object) {
		return func(_, merchant object) {
			merchant["private_key"], merchant["gateway_key"] = own, peer
			if otherOwn != "" {
				merchant["previous_private_key"], merchant["previous_private_key_until"] = otherOwn, "2999-12-31"
			}
			if otherPeer != "" {
				merchant["previous_gateway_key"], merchant["previous_gateway_key_until"] = otherPeer, "2999-12-31"
			}
		}
	}
	reload := func(edit func(app, merchant object)) {
		t.Helper()
		older := app
		app = startApp(t, appJSON(inLedger(path), atGateway(g.fakeGateway), inApp("timeouts", patientTimeouts), edit))
		if older == nil {
			return
		}
		counter.app.Store(app)
		must(t, older.Stop)
		must(t, older.Cleanup)
	}

	reload(keys(ours.private, "", theirs.public, ""))
	counter = openTill(app, 4)
	counter.mustGoOn(t, "before the change")
	for _, step := range []struct {
		name string
		do   func()
	}{
		{"our new key is ready", func() { reload(keys(ours.private, oursNew.private, theirs.public, "")) }},
		{"the gateway has our new key", func() { g.change(t, theirs, oursNew) }},
		{"we sign with our new key", func() { reload(keys(oursNew.private, ours.private, theirs.public, "")) }},
		{"the gateway's new key is ready", func() { reload(keys(oursNew.private, ours.private, theirs.public, theirsNew.public)) }},
		{"the gateway signs with its new key", func() { g.change(t, theirsNew, oursNew) }},
		{"we seal to its new key", func() { reload(keys(oursNew.private, ours.private, theirsNew.public, theirs.public)) }},
	} {
		step.do()
		counter.mustGoOn(t, step.name)
	}
	counter.close()

	app.log = zap.New(core)
	for _, before := range []struct {
		own, merchant keyFiles
		used          v2.Used
	}{
		{theirsNew, ours, v2.Used{PreviousOwn: true}},
		{theirs, oursNew, v2.Used{PreviousPeer: true}},
		{theirs, ours, v2.Used{PreviousOwn: true, PreviousPeer: true}},
	} {
		g.change(t, before.own, before.merchant)
		form := g.now.Load().noticeForm(t, g.lastOrderNo(), "12", "19.99")
		if said := notify(t, app, form); said != "success" {
			t.Errorf("a notice with %v is answered %q", before.used, said)
		}
		told := lines.TakeAll()
		want := map[string]any{
			"gateway_merchant": gatewayMerchant, "previous_private_key": before.used.PreviousOwn, "previous_gateway_key": before.used.PreviousPeer,
		}
		if len(told) != 1 || told[0].Message != "gateway message needed a previous key" || fmt.Sprint(told[0].ContextMap()) != fmt.Sprint(want) {
			t.Errorf("the log says %v; want once %v", told, want)
		}
	}

	reload(keys(oursNew.private, "", theirsNew.public, ""))
	if said := notify(t, app, g.now.Load().noticeForm(t, g.lastOrderNo(), "12", "19.99")); said != noticeRefused {
		t.Errorf("when the words are gone, a notice with the keys before is answered %q", said)
	}
	must(t, app.Stop)
	must(t, app.Cleanup)
}
