package caddymodule

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/route"
	"github.com/paybridge/paybridge/caddymodule/internal/shadow"
	"github.com/paybridge/paybridge/tests/httpclient"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// oldReplies is an old gateway that says "00" to everything, with the amount as it is
// told to.
type oldReplies struct {
	*httptest.Server
	mu     sync.Mutex
	amount string
}

func newOldReplies(t *testing.T) *oldReplies {
	t.Helper()
	o := &oldReplies{amount: "1999"}
	o.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(w, o.reply())
	}))
	t.Cleanup(o.Close)
	return o
}

func (o *oldReplies) say(amount string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.amount = amount
}

func (o *oldReplies) reply() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	message := `{"respcode":"00","respmsg":"ok","txnamt":` + o.amount +
		`,"merid":"89900001","orderid":"20261122000001","queryid":"H0002026112212000000000001","formaction":"weixin://x"}`
	resp := base64.StdEncoding.EncodeToString([]byte(message))
	return `{"resp":"` + resp + `","sign":"` + v1.NewKey(signKey).Sign(resp) + `"}`
}

// shadowServer is a bridge beside an old gateway, with its merchant in the shadow.
func shadowServer(t *testing.T) (*server, *oldReplies, *App) {
	t.Helper()
	old := newOldReplies(t)
	s := startServer(t, "old_gateway "+old.URL+"\n\t\tdefault_route old")
	app, ok := serving.Get()
	if !ok {
		t.Fatal("nothing serves")
	}
	e := app.engine.Load()
	if err := e.ledger.SetRoute(t.Context(), "89900001", route.ToShadow, ledger.Change{At: time.Now(), Who: "test", Why: "before it moves"}); err != nil {
		t.Fatal(err)
	}
	e.routes.Expire()
	return s, old, app
}

// submit has the merchant's program pay, and returns what it hears.
func submit(t *testing.T, s *server, key string) string {
	t.Helper()
	const message = `{"action":"WxSao","txnamt":"1999","merid":"89900001","orderid":"20261122000001","backurl":"https://shop.example/n"}`
	form := v1.SealRequest([]byte(message), v1.NewKey(key))
	resp, err := httpclient.Client.Post(s.url+"/api/mpgateway", "application/x-www-form-urlencoded", //nolint:noctx // a test
		strings.NewReader("req="+strings.NewReplacer("+", "%2B", "=", "%3D").Replace(form.Req)+"&sign="+form.Sign))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// seenInShadow stops comparing and returns what was found.
func seenInShadow(t *testing.T, app *App) string {
	t.Helper()
	app.shadow.stop()
	counts, err := app.engine.Load().ledger.ShadowCounts(t.Context(), "89900001", "")
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, c := range counts {
		lines = append(lines, fmt.Sprintf("%d %s %s %s %s %s", c.Times, c.Kind, c.Interface, c.Subject, c.Detail, c.Example))
	}
	return strings.Join(lines, "\n")
}

// until waits for something that happens in the background.
func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s does not happen", what)
		}
	}
}

// A merchant in the shadow hears the old gateway, and what differs is found: nothing
// reaches the v2 gateway.
func TestShadowFindsDifferences(t *testing.T) { // not parallel: one Caddy a process
	s, old, app := shadowServer(t)
	for i, amount := range []string{"1999", `"1999"`, `"1999"`} {
		old.say(amount)
		if got := submit(t, s, signKey); got != old.reply() {
			t.Errorf("the merchant hears %s", got)
		}
		until(t, "a comparison", func() bool { return app.shadow.state().Compared == int64(i+1) })
	}
	if got := submit(t, s, "another key"); got != old.reply() {
		t.Errorf("whose key is another hears %s", got)
	}
	until(t, "a comparison", func() bool { return app.shadow.state().Compared == 4 })
	found := seenInShadow(t, app)
	for _, want := range []string{
		"3 compared pay WxSao  20261122000001", "2 type pay txnamt text, whole number 20261122000001",
		"1 refused pay sign 91", "3 host pay https://shop.example  20261122000001",
	} {
		if !strings.Contains(found, want) {
			t.Errorf("does not find %q in\n%s", want, found)
		}
	}
	if calls := s.gateway.posts(); calls > 0 {
		t.Errorf("the v2 gateway was called %d times", calls)
	}
}

// Comparisons that panic or hang cost the merchant nothing, and switch the shadow off;
// the configuration, loaded again, switches it on.
func TestShadowCostsNothing(t *testing.T) { // not parallel: one Caddy a process
	s, old, app := shadowServer(t)
	let := make(chan struct{})
	replaced := []*shadow.Worker{}
	defer func() {
		close(let)
		for _, worker := range replaced {
			worker.Stop(context.Background())
		}
	}()
	for name, compare := range map[string]func() shadow.Outcome{
		"panics": func() shadow.Outcome { panic("a bug") },
		"hangs":  func() shadow.Outcome { <-let; return shadow.Outcome{} },
	} {
		worker := shadow.Start(shadow.Config{
			Store: shadowStore{app.engine.Load().ledger}, Observer: newShadowObserver(zap.NewNop()), Now: time.Now,
			Goroutines: 1, Entries: 2, Bytes: 1 << 20, Lag: 100 * time.Millisecond,
			Compare: func(shadow.Merchant, shadow.Settings, shadow.Exchange, time.Time) shadow.Outcome { return compare() },
		})
		replaced = append(replaced, app.shadow.worker.Swap(worker))
		for range 10 {
			if got := submit(t, s, signKey); got != old.reply() {
				t.Errorf("%s: the merchant hears %s", name, got)
			}
		}
		until(t, name+": the switch", func() bool { return app.shadow.state().Off != "" })
		if got := submit(t, s, signKey); got != old.reply() {
			t.Errorf("%s, off: the merchant hears %s", name, got)
		}
	}
	replaced = append(replaced, app.shadow.worker.Load())
	s.load(t)
	app, _ = serving.Get()
	if got := submit(t, s, signKey); got != old.reply() {
		t.Errorf("after a reload the merchant hears %s", got)
	}
	until(t, "a comparison after a reload", func() bool { return app.shadow.state().Compared == 1 })
}

// A reload that fails after the app has started says nothing about the shadow of the
// configuration that serves on: the alert goes on, too.
func TestShadowOffOutlastsAFailedReload(t *testing.T) { // not parallel: one app serves in a process
	old := newOldReplies(t)
	config := appJSON(inLedger(filepath.Join(t.TempDir(), "ledger.db")), atGateway(newFakeGateway(t)),
		inApp("old_gateway", object{"url": old.URL}), inApp("default_route", "old"))
	isOff := func(want float64) {
		t.Helper()
		if got := shadowOff(t); got != want {
			t.Errorf("paybridge_shadow_off is %v, want %v", got, want)
		}
	}
	running := startApp(t, config)
	panicking := shadow.Start(shadow.Config{
		Store: shadowStore{running.engine.Load().ledger}, Observer: newShadowObserver(zap.NewNop()), Now: time.Now,
		Goroutines: 1, Entries: 1, Bytes: 1 << 20, Lag: time.Minute,
		Compare: func(shadow.Merchant, shadow.Settings, shadow.Exchange, time.Time) shadow.Outcome { panic("a bug") },
	})
	running.shadow.worker.Swap(panicking).Stop(t.Context())
	panicking.Offer(shadow.Merchant{}, shadow.Exchange{})
	until(t, "the switch", func() bool { return running.shadow.Off() != "" })
	isOff(1)
	failing := startApp(t, config)
	isOff(0)
	must(t, failing.Cleanup)
	isOff(1)
	newer := startApp(t, config)
	must(t, running.Cleanup)
	isOff(0)
	must(t, newer.Cleanup)
	isOff(0)
}

// shadowOff is what a scrape reads of a shadow that is off after a panic.
func shadowOff(t *testing.T) float64 {
	t.Helper()
	registry := prometheus.NewPedanticRegistry()
	if err := observed.Register(registry); err != nil {
		t.Fatal(err)
	}
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		for _, metric := range family.GetMetric() {
			if family.GetName() == "paybridge_shadow_off" && metric.GetLabel()[0].GetValue() == string(shadow.ReasonPanic) {
				return metric.GetGauge().GetValue()
			}
		}
	}
	t.Fatal("there is no such gauge")
	return 0
}
