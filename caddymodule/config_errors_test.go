package caddymodule

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/paybridge/paybridge/caddymodule/internal/configerror"
)

// Every word's place goes with the configuration, over imports too.
func TestAdaptNotesPositions(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	imported := filepath.Join(folder, "more.caddy")
	if err := os.WriteFile(imported, []byte("\nmerchants b.json\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var config struct {
		Apps struct{ Paybridge *App }
	}
	err := json.Unmarshal(adapt(t, `(keys) {
	private_key /keys/{args[0]}.pem
	gateway_key /keys/gateway.pem
}
{
	paybridge {
		public_url https://pay.example.com
		gateway https://gw.example.com/onePay.do {
			lb_retries 2
		}
		timeouts {
			reply 12s
		}
		merchants a.json
		import `+imported+`
		merchant 89900001 {
			sign_key {env.A}
			gateway_merchant 473053110001
			import keys 473053110001
			wechat_app wx0123456789abcdef {env.B}
			wechat_app wx89abcdef01234567 {env.C} payway 2
		}
	}
}
`), &config)
	if err != nil {
		t.Fatal(err)
	}
	at := func(line int) configerror.Position { return configerror.Position{File: "Caddyfile", Line: line} }
	snippet := func(line int) configerror.Position {
		return configerror.Position{File: "Caddyfile", Line: line, Imports: "import chain ['Caddyfile:19 (import keys)']"}
	}
	app := config.Apps.Paybridge
	for _, c := range []struct {
		what string
		got  configerror.Source
		want configerror.Source
	}{
		{"the app", app.Source, configerror.Source{
			"paybridge": at(6), "public_url": at(7), "gateway": at(8), "timeouts": at(11), "timeouts.reply": at(12), "merchants[0]": at(14),
			"merchants[1]": {File: imported, Line: 2, Imports: "import chain ['Caddyfile:15 (import)']"},
		}},
		{"the merchant", app.Merchants[0].Source, configerror.Source{
			"merid": at(16), "sign_key": at(17), "gateway_merchant": at(18), "private_key": snippet(2), "gateway_key": snippet(3),
			"wechat_app[0]": at(20), "wechat_app[1]": at(21),
		}},
	} {
		for word, want := range c.want {
			if c.got[word] != want {
				t.Errorf("%s: %s is at %+v, want %+v", c.what, word, c.got[word], want)
			}
		}
		if len(c.got) != len(c.want) {
			t.Errorf("%s: %v, want %v", c.what, c.got, c.want)
		}
	}
}

// linesTold validates a configuration and returns what its log tells of errors
// line by line, and Caddy's own error.
func linesTold(t *testing.T, adapted []byte) ([]string, error) {
	t.Helper()
	config := new(caddy.Config)
	if err := json.Unmarshal(adapted, config); err != nil {
		t.Fatal(err)
	}
	log, invalid := validated(t, config)
	var lines []string
	for _, line := range log {
		if line.Level == "error" && line.Logger == "paybridge" {
			lines = append(lines, line.Msg)
		}
	}
	return lines, invalid
}

// mustBegin insists on these lines, each given by its beginning.
func mustBegin(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.EqualFunc(got, want, strings.HasPrefix) {
		t.Errorf("told\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

// What needs files is told at once when the configuration is loaded, at the lines
// of the Caddyfile and of merchants files: behind a snippet, too.
func TestProvisionTellsAllAtOnce(t *testing.T) { // not parallel: changes Caddy's logger
	folder := t.TempDir()
	file := filepath.Join(folder, "merchants.json")
	if err := os.WriteFile(file, []byte("[\n{\"merid\": \"89900009\",\n\"suite\": \"rsa\"}\n]"), 0o600); err != nil {
		t.Fatal(err)
	}
	adapted := adapt(t, `(keys) {
	private_key `+folder+`/{args[0]}.pem
	gateway_key `+keyPath("gateway_public.pem")+`
}
{
	paybridge {
		public_url https://pay.example.com
		gateway https://gw.example.com/onePay.do
		ledger postgres {env.PAYBRIDGE_TEST_EMPTY}
		merchant 89900001 {
			sign_key {env.PAYBRIDGE_TEST_EMPTY}
			gateway_merchant 473053110001
			import keys absent
			callback_ca /nowhere/ca.pem
			wechat_app wx0123456789abcdef {env.PAYBRIDGE_TEST_EMPTY}
		}
		merchants `+file+`
		merchants /nowhere/merchants.json
	}
}
:8080 {
	paybridge
}
`)
	lines, err := linesTold(t, adapted)
	mustBegin(t, lines,
		"11 errors in the configuration:",
		file+":2:2: merchant 89900009: gateway_merchant: missing",
		file+":2:2: merchant 89900009: sign_key: missing",
		file+":2:2: merchant 89900009: private_key: missing",
		file+":2:2: merchant 89900009: gateway_key: missing",
		file+":3:1: merchant 89900009: suite: unknown suite",
		"Caddyfile:2: merchant 89900001: private_key: reading "+folder+"/absent.pem: no such file or directory (import chain ['Caddyfile:13 (import keys)'])",
		"Caddyfile:9: ledger postgres: no connection string",
		"Caddyfile:11: merchant 89900001: sign_key: is empty",
		"Caddyfile:14: merchant 89900001: callback_ca: reading certificates",
		"Caddyfile:15: merchant 89900001: wechat_app: wx0123456789abcdef: its secret is empty",
		"Caddyfile:18: reading merchants file: open /nowhere/merchants.json",
	)
	if err == nil || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), "11 errors in the configuration") || !strings.Contains(err.Error(), file+":2:2:") {
		t.Errorf("Caddy's error %v, want one line with the number and the first", err)
	}
}

// A configuration in JSON has no lines: the merchant and the member are named.
func TestJSONErrorsNameMerchantAndMember(t *testing.T) { // not parallel: changes Caddy's logger
	other := object{"merid": "", "sign_key": "canary", "private_key": "/nowhere/key.pem", "gateway_key": keyPath("gateway_public.pem"), "gateway_merchant": "473053110002"}
	app, err := json.Marshal(appJSON(inApp("order_expiry", 1), inMerchant("jsapi", "maybe"), func(app, merchant object) {
		app["merchants"] = []object{merchant, other}
	}))
	if err != nil {
		t.Fatal(err)
	}
	lines, err := linesTold(t, []byte(`{"admin": {"disabled": true}, "apps": {"paybridge": `+string(app)+`}}`))
	mustBegin(t, lines,
		"5 errors in the configuration:",
		"order_expiry: must be a minute or longer",
		"merchant number 2: sign_key: a secret must not stand in the configuration",
		"merchant 89900001: jsapi: \"maybe\"",
		"merchant number 2: merid: \"\"",
		"merchant number 2: private_key: reading /nowhere/key.pem",
	)
	if err == nil || strings.Contains(err.Error(), "canary") {
		t.Errorf("error %v", err)
	}
}

// A warning names its line, too.
func TestDoubtsNameTheirLine(t *testing.T) {
	t.Parallel()
	core, logged := observer.New(zapcore.WarnLevel)
	app := adaptedApp(t, global("gateway https://gw.example.com\n\t\ttran_codes {\n\t\t\tpay 1001\n\t\t}", "allow_callbacks 0.0.0.0/0"))
	app.log = zap.New(core)
	app.setDefaults()
	if wrong := app.findDoubts(app.Merchants); len(wrong) > 0 {
		t.Fatal(wrong)
	}
	for _, f := range app.doubts {
		app.warn(f)
	}
	want := map[string]string{"gateway": "Caddyfile:7", "tran_codes": "Caddyfile:9", "merchant 89900001: allow_callbacks": "Caddyfile:16"}
	for _, entry := range logged.All() {
		fields := entry.ContextMap()
		directive, _ := fields["directive"].(string)
		if at := fields["at"]; at != want[directive] {
			t.Errorf("%s: at %v, want %s", directive, at, want[directive])
		}
		delete(want, directive)
	}
	if len(want) > 0 {
		t.Errorf("no warning of %v", want)
	}
}

func adaptedApp(t *testing.T, text string) *App {
	t.Helper()
	var config struct {
		Apps struct{ Paybridge *App }
	}
	if err := json.Unmarshal(adapt(t, text), &config); err != nil {
		t.Fatal(err)
	}
	return config.Apps.Paybridge
}

// Words that cannot be read do not hide each other, and neither what is wrong with
// those that can; what seems to be missing then is not told.
func TestReadersTellAllAtOnce(t *testing.T) {
	t.Parallel()
	core, logged := observer.New(zapcore.ErrorLevel)
	_, _, err := caddyconfig.GetAdapter("caddyfile").Adapt([]byte("{\n}"), nil) // Caddy's reader is there
	if err != nil {
		t.Fatal(err)
	}
	err = configerror.LogIfMany(zap.New(core), new(App).UnmarshalCaddyfile(caddyfile.NewTestDispenser(`paybridge {
	publicurl https://pay.example.com
	order_expiry soon
	gateway https://gw.example.com/ {
		to
		rewrite /x
	}
	timeouts {
		read 5
		write 5s
		reply 20s
	}
	merchant 89900001 {
		suite
		jsapi maybe
		sign_key canary
	}
	merchant 89900002 {
		private_key -----BEGIN PRIVATE KEY-----
		canary
		-----END PRIVATE KEY-----
		suite rsa
	}
}`)))
	var lines []string
	for _, entry := range logged.All() {
		lines = append(lines, entry.Message)
	}
	mustBegin(t, lines,
		"11 errors in the configuration:",
		`Testfile:2: unknown directive "publicurl" in paybridge`,
		`Testfile:3: order_expiry: "soon" is not a duration`,
		`Testfile:6: gateway: rewrite is not allowed here`,
		`Testfile:9: read: "5" is not a duration`,
		`Testfile:10: unknown directive "write" in timeouts`,
		`Testfile:11: timeouts: reply must not be longer`,
		`Testfile:14: merchant 89900001: suite: a value is missing`,
		`Testfile:15: merchant 89900001: jsapi: "maybe"`,
		`Testfile:16: merchant 89900001: sign_key: a secret must not stand`,
		`Testfile:19: merchant 89900002: a key must not stand`,
		`Testfile:22: merchant 89900002: suite: unknown suite "rsa"`,
	)
	if err == nil || strings.Contains(err.Error()+strings.Join(lines, ""), "canary") {
		t.Errorf("error %v; a secret is told, or nothing", err)
	}
}

// The directive without the app is told in few words.
func TestDirectiveWithoutApp(t *testing.T) {
	_, err := linesTold(t, adapt(t, ":8080 {\n\tpaybridge\n}"))
	if err == nil || !strings.Contains(err.Error(), "the directive needs the global option { paybridge { … } }, which is missing") {
		t.Errorf("error %v", err)
	}
}
