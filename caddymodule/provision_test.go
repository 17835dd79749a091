package caddymodule

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/caddyserver/caddy/v2"
	"go.uber.org/goleak"

	"github.com/paybridge/paybridge/tests/caddyctx"
	"github.com/paybridge/paybridge/tests/leaks"
)

// object is a JSON object.
type object = map[string]any

// appJSON is the configuration of an app without fault; each edit gives it one.
func appJSON(edits ...func(app, merchant object)) object {
	merchant := object{
		"merid":            "89900001",
		"sign_key":         "{env.PAYBRIDGE_TEST_SIGN_KEY}",
		"gateway_merchant": gatewayMerchant,
		"private_key":      keyPath("merchant_private.pem"),
		"gateway_key":      keyPath("gateway_public.pem"),
	}
	app := object{
		"public_url": "https://pay.example.com",
		"ledger":     object{"store": "sqlite", "path": "/nowhere/ledger.db"},
		"gateway":    object{"url": "http://127.0.0.1:1/onePay.do"},
		"merchants":  []object{merchant},
	}
	for _, edit := range edits {
		edit(app, merchant)
	}
	return app
}

// provisionApp loads an app as Caddy does, up to the point where it would start.
func provisionApp(t *testing.T, config object) (*App, error) {
	t.Helper()
	raw, err := json.Marshal(config)
	if err != nil {
		t.Fatal(err)
	}
	ctx := caddyctx.New(t)
	caddyctx.Provisioning.Lock()
	defer caddyctx.Provisioning.Unlock()
	module, err := ctx.LoadModuleByID("paybridge", raw)
	if err != nil {
		return nil, err
	}
	return module.(*App), nil
}

func inApp(member string, value any) func(app, merchant object) {
	return func(app, _ object) { app[member] = value }
}

func inMerchant(member string, value any) func(app, merchant object) {
	return func(_, merchant object) { merchant[member] = value }
}

func TestProvisionRefuses(t *testing.T) {
	t.Parallel()
	const second = int64(1e9)
	twice := func(app, merchant object) { app["merchants"] = []object{merchant, merchant} }
	for name, tc := range map[string]struct {
		edit func(app, merchant object)
		want string
	}{
		"unknown member":            {inApp("publicurl", "x"), "publicurl"},
		"no public_url":             {inApp("public_url", ""), "public_url: missing; write: public_url https://pay.example.com"},
		"public_url without scheme": {inApp("public_url", "pay.example.com"), `public_url: "pay.example.com"`},
		"public_url of FTP":         {inApp("public_url", "ftp://pay.example.com"), `public_url: "ftp://pay.example.com"`},
		"public_url with a path":    {inApp("public_url", "https://pay.example.com/v1"), "without a path"},
		"public_url with a query":   {inApp("public_url", "https://pay.example.com?a=1"), "without a path"},
		"order_prefix too long":     {inApp("order_prefix", "ABCDEFG"), `order_prefix: "ABCDEFG" must be at most 6`},
		"order_prefix with a dash":  {inApp("order_prefix", "A-1"), `order_prefix: "A-1"`},
		"negative read":             {inApp("timeouts", object{"read": -second}), "timeouts: read must not be negative"},
		"negative gateway":          {inApp("timeouts", object{"gateway": -second}), "timeouts: gateway must not be negative"},
		"reply too long":            {inApp("timeouts", object{"reply": 16 * second}), "timeouts: reply must not be longer than 15s"},
		"gateway as long as reply":  {inApp("timeouts", object{"gateway": 9 * second, "reply": 9 * second}), "timeouts: gateway must be shorter than reply"},
		"order_expiry too short":    {inApp("order_expiry", 59*second), "order_expiry: must be a minute or longer"},
		"wechat of FTP":             {inApp("wechat", object{"authorize_url": "ftp://wechat.example.com/a"}), "wechat: authorize is not an address of WeChat; write https://HOST/PATH"},
		"wechat without host":       {inApp("wechat", object{"token_url": "https:///token"}), "wechat: token is not an address"},
		"wechat with a query":       {inApp("wechat", object{"token_url": "https://wechat.example.com/t?secret=canary"}), "wechat: token is not an address"},
		"wechat with a password":    {inApp("wechat", object{"token_url": "https://a:canary@wechat.example.com/t"}), "wechat: token is not an address"},
		"wechat secret in clear":    {inApp("wechat", object{"token_url": "http://wechat.example.com/t"}), "wechat: token must be https"},
		"no gateway":                {inApp("gateway", nil), "gateway: missing; write: gateway https://HOST/PATH"},
		"gateway without address":   {inApp("gateway", object{}), "gateway: missing"},
		"gateway that retries": {inApp("gateway", object{"url": "http://127.0.0.1:1/", "proxy": object{
			"handler": "reverse_proxy", "load_balancing": object{"retry_match": []object{{"method": []string{"POST"}}}},
		}}), "gateway: lb_retry_match is not allowed here"},
		"unknown ledger":            {inApp("ledger", object{"store": "mysql"}), "paybridge.ledgers.mysql"},
		"ledger without store":      {inApp("ledger", object{"path": "/a.db"}), "ledger:"},
		"postgres without a string": {inApp("ledger", object{"store": "postgres"}), "ledger postgres: no connection string"},
		"postgres, empty variable":  {inApp("ledger", object{"store": "postgres", "dsn": "{env.PAYBRIDGE_TEST_EMPTY}"}), "ledger postgres: no connection string"},
		"postgres, literal":         {inApp("ledger", object{"store": "postgres", "dsn": ledgerDSN}), "ledger postgres: a connection string must not stand in the configuration"},
		"no merchants":              {inApp("merchants", nil), "merchants: missing; add a merchant block or a merchants file"},
		"merchants file is absent":  {inApp("merchants_files", []string{"/nowhere/merchants.json"}), "reading merchants file"},
		"same merchant twice":       {twice, "merchant 89900001: merid: given twice"},
		"literal sign key":          {inMerchant("sign_key", "canary-literal"), "merchant 89900001: sign_key: a secret must not stand in the configuration"},
		"empty sign key":            {inMerchant("sign_key", "{env.PAYBRIDGE_TEST_EMPTY}"), "merchant 89900001: sign_key: is empty"},
		"sign key file is absent":   {inMerchant("sign_key", "{file./nowhere/89900001.key}"), "merchant 89900001: sign_key: is empty"},
		"wrong kind of key":         {inMerchant("suite", "gm"), "merchant 89900001:"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := provisionApp(t, appJSON(tc.edit))
			if err == nil {
				t.Fatal("no error")
			}
			if !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error %q does not say %q", err, tc.want)
			}
			if strings.Contains(err.Error(), "canary") {
				t.Errorf("error %q gives a secret away", err)
			}
		})
	}
}

// Merchants of the configuration and of files add up; a literal secret may
// stand in a file only.
func TestProvisionReadsMerchantsFiles(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "merchants.json")
	text, err := json.Marshal([]object{{
		"merid": "89900002", "sign_key": "canary-in-a-file", "gateway_merchant": "473053110002",
		"private_key": keyPath("merchant_sm2_private.pem"), "gateway_key": keyPath("gateway_sm2_public.pem"), "suite": "gm",
	}})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	app, err := provisionApp(t, appJSON(inApp("merchants_files", []string{path})))
	if err != nil {
		t.Fatal(err)
	}
	registry := app.settings.Merchants
	if registry.Len() != 2 || registry.ByMerID("89900001") == nil || registry.ByGatewayMerchant("473053110002") == nil {
		t.Errorf("%d merchants, want 89900001 and 89900002", registry.Len())
	}
	shown, err := json.Marshal(app)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(shown), "canary") {
		t.Errorf("the configuration shows a secret of a file: %s", shown)
	}
}

func TestPostgresKeepsItsSecret(t *testing.T) {
	t.Parallel()
	app, err := provisionApp(t, appJSON(inApp("ledger", object{"store": "postgres", "dsn": "{env.PAYBRIDGE_TEST_DSN}"})))
	if err != nil {
		t.Fatal(err)
	}
	shown, err := json.Marshal(app.store)
	if err != nil {
		t.Fatal(err)
	}
	if string(shown) != `{"dsn":"{env.PAYBRIDGE_TEST_DSN}"}` {
		t.Errorf("shown as %s", shown)
	}
	if id := app.store.identity(); strings.Contains(id, "canary") {
		t.Errorf("identity %q gives the password away", id)
	}
}

// A Caddyfile and the JSON that an operator would write give the same app, with
// the same defaults.
func TestJSONAndCaddyfileGiveTheSame(t *testing.T) {
	t.Parallel()
	var adapted struct {
		Apps struct {
			Paybridge object `json:"paybridge"`
		} `json:"apps"`
	}
	if err := json.Unmarshal(adapt(t, caddyfileFor("http://127.0.0.1:1", "/nowhere/ledger.db", "")), &adapted); err != nil {
		t.Fatal(err)
	}
	fromCaddyfile, err := provisionApp(t, adapted.Apps.Paybridge)
	if err != nil {
		t.Fatal(err)
	}
	fromJSON, err := provisionApp(t, appJSON(
		inApp("gateway", object{"url": "http://127.0.0.1:1/onePayService/onePay.do"}),
		inMerchant("previous_sign_key", "{env.PAYBRIDGE_TEST_OLD_SIGN_KEY}"),
		inMerchant("previous_sign_key_until", "2999-12-31"),
	))
	if err != nil {
		t.Fatal(err)
	}
	clearSource(fromCaddyfile)
	for _, c := range []struct {
		what string
		a, b any
	}{
		{"members", exported(t, fromCaddyfile), exported(t, fromJSON)},
		{"ledger", fromCaddyfile.store, fromJSON.store},
		{"gateway", fromCaddyfile.Gateway.Host(), fromJSON.Gateway.Host()},
		{"notify address", fromCaddyfile.settings.NotifyURL, "https://pay.example.com/onepay/notify"},
		{"timeouts", fromCaddyfile.settings.Timeouts, fromJSON.settings.Timeouts},
		{"tran codes", fromCaddyfile.settings.TranCodes, fromJSON.settings.TranCodes},
		{"merchants", fromCaddyfile.settings.Merchants.Len(), fromJSON.settings.Merchants.Len()},
	} {
		if !reflect.DeepEqual(c.a, c.b) {
			t.Errorf("%s: %v and %v", c.what, c.a, c.b)
		}
	}
}

func exported(t *testing.T, app *App) string {
	t.Helper()
	text, err := json.Marshal(app)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// `caddy validate` provisions and never starts. It must not touch a ledger that
// a running bridge may have open, and must leave nothing behind.
func TestValidateOpensNothing(t *testing.T) { // not parallel: changes Caddy's logger and counts goroutines
	folder := filepath.Join(t.TempDir(), "new")
	log := newMemoryLog(t)
	var config caddy.Config
	err := json.Unmarshal(loadable(t, adapt(t, caddyfileFor("http://127.0.0.1:1", filepath.Join(folder, "ledger.db"), "")), log), &config)
	if err != nil {
		t.Fatal(err)
	}
	before := goleak.IgnoreCurrent()
	if err := caddy.Validate(&config); err != nil {
		t.Fatal(err)
	}
	if err := leaks.Find(before); err != nil {
		t.Errorf("after validation: %v", err)
	}
	if _, err := os.Stat(folder); !os.IsNotExist(err) {
		t.Errorf("the ledger's folder was made: %v", err)
	}
	if entries := fmt.Sprint(log.lines(t)); strings.Contains(entries, "paybridge serves") {
		t.Errorf("validation started the app: %s", entries)
	}
}
