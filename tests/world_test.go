package tests

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"text/template"
	"time"

	"github.com/paybridge/paybridge/tests/pgtest"
	"github.com/paybridge/paybridge/tests/sandbox"
	"github.com/paybridge/paybridge/tests/sandbox/merchant"
	"github.com/paybridge/paybridge/translate"
)

// shop is one merchant: its numbers on both wires and its secrets.
type shop struct {
	MerID, Key, Gateway, Suite string
	PrivateKey, GatewayKey     string // files
	Callbacks                  string // what allow_callbacks says
	Words                      string // more of its block
}

// shops are the invented merchants of these tests, one for each suite.
var shops = map[string]shop{
	"intl": {
		MerID: "89900001", Key: "canary-sign-key-of-the-intl-shop", Gateway: "473053110001", Suite: "intl",
		PrivateKey: "merchant_private.pem", GatewayKey: "gateway_public.pem",
	},
	"gm": {
		MerID: "89900002", Key: "canary-sign-key-of-the-gm-shop", Gateway: "473053110002", Suite: "gm",
		PrivateKey: "merchant_sm2_private.pem", GatewayKey: "gateway_sm2_public.pem",
	},
}

// gatewaySide are the key files of the other side of each suite.
var gatewaySide = map[string][2]string{
	"intl": {"merchant_public.pem", "gateway_private.pem"},
	"gm":   {"merchant_sm2_public.pem", "gateway_sm2_private.pem"},
}

// manyShops are so many merchants, of both suites in turn, with names of their own.
func manyShops(n int) map[string]shop {
	many := make(map[string]shop, n)
	for i := range n {
		s := shops[[]string{"intl", "gm"}[i%2]]
		s.MerID, s.Key, s.Gateway = fmt.Sprintf("899001%02d", i), fmt.Sprintf("%s-%d", s.Key, i), fmt.Sprintf("4730531101%02d", i)
		many[s.MerID] = s
	}
	return many
}

// world is everything around a bridge: the gateway, and the programs of its
// merchants.
type world struct {
	t         testing.TB
	dir       string
	settings  settings
	gateway   *sandbox.Gateway
	shops     map[string]shop               // by a name, mostly the suite
	receivers map[string]*merchant.Receiver // by the same
	backURLs  map[string]string             // by the same
	bridge    *process
	signKeys  sync.Map // by suite, where a merchant has another key by now
	orders    atomic.Int64
	seen      observations
	killed    bool // bridges of this world are killed
}

// settings are what a test changes of the bridge's Caddyfile.
type settings struct {
	Ledger         string // of the ledger subdirective
	GatewayTimeout time.Duration
	ReplyTimeout   time.Duration
	ReadTimeout    time.Duration
	NoticeTimeout  time.Duration   // of the gateway
	Skew           time.Duration   // how far from its own the gateway lets clocks be
	TranCodes      string          // words of the tran_codes block
	Extra          string          // more words of the paybridge block
	Merchant       string          // more words of each merchant block
	IntlKey        string          // what private_key of the intl merchant says, in place of its file
	IntlCallbacks  string          // what its allow_callbacks says, in place of all of loopback
	Gateway        string          // of the gateway subdirective, with its block
	Bind           string          // a bind directive for the site
	Site           string          // more directives of the site
	After          string          // more sites
	Shops          map[string]shop // by a name; shops where there are none
	Global         string          // more global options

	dsn string // of a postgres ledger
}

// silence are the settings of tests in which the gateway does not answer, and a
// test waits for as long as a merchant does. Elsewhere a bridge waits longer than a
// busy machine makes it. In all of them a commit may take four seconds, half of what
// the gateway's time leaves of the reply's: disks of busy machines take two.
func silence() settings {
	return settings{GatewayTimeout: 3 * time.Second, ReplyTimeout: 11 * time.Second}
}

// clearOfMidnight waits while a day is about to end in China, by which days are counted.
func clearOfMidnight(t testing.TB) {
	t.Helper()
	now := time.Now().In(translate.Beijing)
	midnight := time.Date(now.Year(), now.Month(), now.Day()+1, 0, 0, 0, 0, now.Location())
	if left := midnight.Sub(now); left < 5*time.Minute {
		pause(t.Context(), left)
	}
}

// dsnVariable is where bridges find a postgres ledger.
const dsnVariable = "PAYBRIDGE_TESTS_LEDGER"

// onPostgres makes a world whose ledger is a database of its own.
func onPostgres(t testing.TB, s settings) *world {
	t.Helper()
	return newWorldOn(t, pgtest.Database(t), s)
}

// newWorldOn makes a world whose ledger is the named database.
func newWorldOn(t testing.TB, dsn string, s settings) *world {
	t.Helper()
	s.Ledger, s.dsn = "postgres {env."+dsnVariable+"}", dsn
	return newWorld(t, s)
}

// newWorld starts the gateway and the merchants and makes a bridge, which is
// not started.
func newWorld(t testing.TB, s settings) *world {
	t.Helper()
	w := &world{
		t: t, dir: t.TempDir(), settings: s, shops: s.Shops,
		receivers: make(map[string]*merchant.Receiver), backURLs: make(map[string]string),
	}
	if w.shops == nil {
		w.shops = shops
	}
	config := sandbox.Config{NoticeTimeout: s.NoticeTimeout, Skew: s.Skew}
	for name, shop := range w.shops {
		config.Merchants = append(config.Merchants, sandboxMerchant(t, shop.Suite, shop.Gateway))
		receiver := merchant.NewReceiver(shop.MerID, shop.Key)
		server := httptest.NewServer(receiver)
		t.Cleanup(func() { receiver.Close(); server.Close() })
		w.receivers[name], w.backURLs[name] = receiver, server.URL+"/notify?from=canary-backurl&x=1"
	}
	gateway, err := sandbox.New(config)
	if err != nil {
		t.Fatal(err)
	}
	w.gateway = gateway
	server := httptest.NewServer(gateway)
	t.Cleanup(func() { server.CloseClientConnections(); server.Close(); _ = gateway.Close() })
	if w.settings.Gateway == "" {
		w.settings.Gateway = server.URL + sandbox.OnePayPath
	}
	w.fillSettings()
	w.bridge = w.newBridge("bridge")
	return w
}

// startWorld also starts the bridge, and waits until it takes payments.
func startWorld(t testing.TB, s settings) *world {
	t.Helper()
	w := newWorld(t, s)
	w.bridge.start()
	return w
}

func (w *world) fillSettings() {
	if w.settings.Ledger == "" {
		w.settings.Ledger = "sqlite " + filepath.Join(w.dir, "ledger.db")
	}
	if w.settings.GatewayTimeout == 0 {
		w.settings.GatewayTimeout = 7 * time.Second
	}
	if w.settings.ReadTimeout == 0 {
		w.settings.ReadTimeout = 10 * time.Second
	}
	if w.settings.ReplyTimeout == 0 {
		w.settings.ReplyTimeout = 15 * time.Second
	}
}

func sandboxMerchant(t testing.TB, suite, id string) sandbox.Merchant {
	t.Helper()
	files := gatewaySide[suite]
	public, err := sandbox.ParsePublicKey(readKey(t, files[0]))
	if err != nil {
		t.Fatal(err)
	}
	private, err := sandbox.ParsePrivateKey(readKey(t, files[1]))
	if err != nil {
		t.Fatal(err)
	}
	return sandbox.Merchant{ID: id, Suite: sandbox.Suite(suite), MerchantKey: public, GatewayKey: private}
}

func keyPath(name string) string { return filepath.Join("sandbox", "testdata", name) }

func readKey(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(keyPath(name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// newBridge makes a bridge in a folder of its own. Several bridges may share
// one world.
func (w *world) newBridge(name string) *process {
	w.t.Helper()
	dir := filepath.Join(w.dir, name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		w.t.Fatal(err)
	}
	p := newProcess(w.t, dir)
	p.env = append(p.env, dsnVariable+"="+w.settings.dsn)
	w.writeConfig(p)
	w.t.Cleanup(func() {
		p.stop()
		if w.t.Failed() {
			w.t.Logf("end of the log of %s:\n%s", name, p.tail())
		}
	})
	return p
}

var caddyfile = template.Must(template.New("Caddyfile").Parse(`{
	admin {{.Admin}}
	{{.S.Global}}
	paybridge {
		public_url {{.URL}}
		ledger {{.S.Ledger}}
		gateway {{.S.Gateway}}
		timeouts {
			gateway {{.S.GatewayTimeout}}
			reply {{.S.ReplyTimeout}}
			read {{.S.ReadTimeout}}
		}
		tran_codes {
			{{.S.TranCodes}}
		}
		{{.S.Extra}}
{{- range .Shops}}
		merchant {{.MerID}} {
			sign_key {file.{{$.Dir}}/{{.MerID}}.key}
			gateway_merchant {{.Gateway}}
			private_key {{.PrivateKey}}
			gateway_key {{.GatewayKey}}
			suite {{.Suite}}
			allow_callbacks {{.Callbacks}}
			{{$.S.Merchant}}
			{{.Words}}
		}
{{- end}}
	}
}

{{.URL}} {
	{{.S.Bind}}
	{{.S.Site}}
	paybridge
	respond "not the bridge" 404
}
{{.S.After}}
`))

// writeConfig writes the files an operator would write.
func (w *world) writeConfig(p *process) {
	w.t.Helper()
	data := struct {
		Dir, Admin, URL string
		S               settings
		Shops           []shop
	}{p.dir, p.admin, p.url, w.settings, nil}
	for _, shop := range w.shops {
		for _, name := range []*string{&shop.PrivateKey, &shop.GatewayKey} {
			path, err := filepath.Abs(keyPath(*name))
			if err != nil {
				w.t.Fatal(err)
			}
			*name = path
		}
		shop.Callbacks = "127.0.0.0/8"
		if shop.Suite == "intl" {
			shop.Callbacks = cmp.Or(w.settings.IntlCallbacks, shop.Callbacks)
			shop.PrivateKey = cmp.Or(w.settings.IntlKey, shop.PrivateKey)
		}
		if err := os.WriteFile(filepath.Join(p.dir, shop.MerID+".key"), []byte(shop.Key+"\n"), 0o600); err != nil {
			w.t.Fatal(err)
		}
		data.Shops = append(data.Shops, shop)
	}
	var text bytes.Buffer
	if err := caddyfile.Execute(&text, data); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(p.config, text.Bytes(), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

// script has the gateway treat requests by a rule.
func (w *world) script(t testing.TB, r sandbox.Rule) {
	t.Helper()
	if err := w.gateway.Script(r); err != nil {
		t.Fatal(err)
	}
}

// orderID draws a merchant's order number.
func (w *world) orderID() string {
	return fmt.Sprintf("T20261122%011d", w.orders.Add(1))
}

// client is the program of a merchant.
func (w *world) client(suite string) *merchant.Client { return w.clientOf(suite, w.bridge) }

func (w *world) clientOf(suite string, p *process) *merchant.Client {
	client := &merchant.Client{BaseURL: p.url, MerchantID: w.shops[suite].MerID, Key: w.shops[suite].Key, Dialect: merchant.Dialects()[0]}
	if changed, ok := w.signKeys.Load(suite); ok {
		client.Key = changed.(string)
	}
	return client
}

// payment is a pay request that is right for its action.
func (w *world) payment(suite, action string, fen int64) merchant.Payment {
	p := merchant.Payment{Action: action, OrderID: w.orderID(), Amount: fen, BackURL: w.backURLs[suite]}
	switch action {
	case "WxCode", "AliCode", "QQCode":
		p.Code = "280000000000canary1"
	case "WxH5":
		p.IP = "203.0.113.9"
	case "WxJsApi":
		p.OpenID = "oCanaryOpenID000000000000001"
	}
	return p
}

// lookup names an order by the merchant's number.
func lookup(orderID string) merchant.Lookup { return merchant.Lookup{OrderID: orderID} }

// ctx bounds one call of a merchant's program.
func (w *world) ctx() context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	w.t.Cleanup(cancel)
	return ctx
}

// pay submits a payment and fails the test on anything but well-formed v1.
func (w *world) pay(suite string, p merchant.Payment) *merchant.Reply {
	w.t.Helper()
	reply, err := w.client(suite).Pay(w.ctx(), p)
	if err != nil {
		w.t.Fatalf("paying %s %s: %v", p.Action, p.OrderID, err)
	}
	return reply
}

// query asks for an order and notes what its merchant was told.
func (w *world) query(suite, orderID string) *merchant.Reply {
	w.t.Helper()
	reply, err := w.client(suite).Query(w.ctx(), lookup(orderID))
	if err != nil {
		w.t.Fatalf("querying %s: %v", orderID, err)
	}
	w.seen.note(orderID, reply.ResultCode)
	return reply
}

func (w *world) cancel(suite, orderID string) *merchant.Reply {
	w.t.Helper()
	reply, err := w.client(suite).Cancel(w.ctx(), lookup(orderID))
	if err != nil {
		w.t.Fatalf("cancelling %s: %v", orderID, err)
	}
	if reply.RespCode == "00" {
		w.seen.cancelled(orderID)
	}
	return reply
}
