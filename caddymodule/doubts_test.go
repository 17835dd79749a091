package caddymodule

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig"
	_ "github.com/caddyserver/caddy/v2/modules/caddyhttp/standard"

	"github.com/paybridge/paybridge/tests/caddyctx"
)

// doubtsOf validates a Caddyfile, beside other apps, as caddy validate does, and
// returns what it warns of in the log.
func doubtsOf(t *testing.T, text string, otherApps ...string) ([]string, error) {
	t.Helper()
	adapted, _, err := caddyconfig.GetAdapter("caddyfile").Adapt([]byte(text), map[string]any{"filename": "Caddyfile"})
	if err != nil {
		return nil, err
	}
	config := new(caddy.Config)
	if err := json.Unmarshal(adapted, config); err != nil {
		t.Fatal(err)
	}
	for _, name := range otherApps {
		config.AppsRaw[name] = json.RawMessage("{}")
	}
	lines, invalid := validated(t, config)
	var list []string
	for _, line := range lines {
		if line.Level == "warn" && line.Directive != "" {
			list = append(list, line.Directive+": "+line.Msg)
		}
	}
	return list, invalid
}

// toldLine is a line of the log.
type toldLine struct{ Level, Logger, Directive, Msg string }

// validated validates a configuration as caddy validate does, and returns its log and
// Caddy's error.
func validated(t *testing.T, config *caddy.Config) (lines []toldLine, invalid error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "log")
	config.Logging = &caddy.Logging{Logs: map[string]*caddy.CustomLog{"default": {BaseLog: caddy.BaseLog{
		WriterRaw: caddyconfig.JSONModuleObject(object{"filename": path, "roll": false}, "output", "file", nil),
	}}}}
	caddyctx.Provisioning.Lock()
	defer caddyctx.Provisioning.Unlock()
	invalid = caddy.Validate(config)
	log, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for text := range strings.Lines(string(log)) {
		var line toldLine
		if json.Unmarshal([]byte(text), &line) == nil {
			lines = append(lines, line)
		}
	}
	return lines, invalid
}

// global is the global option, with more directives.
func global(app, merchant string) string {
	return `{
	admin off
	auto_https off
	paybridge {
		public_url http://127.0.0.1:8080
		ledger sqlite /nowhere/ledger.db
		` + app + `
		merchant 89900001 {
			sign_key {env.PAYBRIDGE_TEST_SIGN_KEY}
			gateway_merchant ` + gatewayMerchant + `
			private_key ` + keyPath("merchant_private.pem") + `
			gateway_key ` + keyPath("gateway_public.pem") + `
			` + merchant + `
		}
	}
}
`
}

const plainGateway = "gateway http://127.0.0.1:1/onePay.do"

func TestDoubts(t *testing.T) {
	fine := global(plainGateway, "")
	for _, c := range []struct {
		name, caddyfile string
		want            string // part of the only doubt; "" for none
	}{
		{"none", fine + ":8080 {\n\tpaybridge\n}", ""},
		{"the directive in a handle", fine + ":8080 {\n\thandle {\n\t\tpaybridge\n\t\trespond 404\n\t}\n}", ""},
		{"beside handles that take some", fine + ":8080 {\n\thandle /shop/* {\n\t\trespond shop\n\t}\n\tpaybridge\n}", ""},
		{"in one site of two", fine + ":8081 {\n\trespond no\n}\n:8080 {\n\tpaybridge\n}", ""},
		{"no site", fine, "paybridge: no site has the directive"},
		{"no site with the directive", fine + ":8080 {\n\trespond hello\n}", "paybridge: no site has the directive"},
		{"hidden by a handle", fine + ":8080 {\n\thandle {\n\t\trespond hello\n\t}\n\tpaybridge\n}", "paybridge: the directive stands where no request comes"},
		{"hidden in a second handle", fine + ":8080 {\n\thandle {\n\t\trespond hello\n\t}\n\thandle {\n\t\tpaybridge\n\t}\n}", "where no request comes"},
		{"hidden in a route", fine + ":8080 {\n\troute {\n\t\trespond hello\n\t\tpaybridge\n\t}\n}", "where no request comes"},
		{"codes", global(plainGateway+"\n\t\ttran_codes {\n\t\t\tquery OP2002\n\t\t}", "") + ":8080 {\n\tpaybridge\n}", "tran_codes: query and refund_query"},
		{"networks", global(plainGateway, "allow_callbacks 0.0.0.0/0") + ":8080 {\n\tpaybridge\n}", "merchant 89900001: allow_callbacks: 0.0.0.0/0"},
		{"no path", global("gateway https://gw.example.com", "") + ":8080 {\n\tpaybridge\n}", "gateway: the address has no path"},
		{"subject", global(plainGateway+"\n\t\tsubject {order}", "") + ":8080 {\n\tpaybridge\n}", "subject: {order} is not known"},
		{"past", global(plainGateway, "previous_sign_key {env.PAYBRIDGE_TEST_SIGN_KEY} until 2020-01-01") + ":8080 {\n\tpaybridge\n}", "previous_sign_key: until 2020-01-01"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := doubtsOf(t, c.caddyfile)
			if err != nil {
				t.Fatal(err)
			}
			if c.want == "" && len(got) > 0 || c.want != "" && (len(got) != 1 || !strings.Contains(got[0], c.want)) {
				t.Errorf("doubts %q, want %q", got, c.want)
			}
		})
	}
}

// An old gateway by a name of the bridge itself: requests would go round in a circle,
// also where the bridge has no merchants and so no public_url.
func TestOldGatewayIsTheBridge(t *testing.T) {
	front := func(old string) string {
		return "{\n\tadmin off\n\tauto_https off\n\tpaybridge {\n\t\told_gateway " + old + "\n\t}\n}\n"
	}
	beside := func(old string) string {
		return global(plainGateway+"\n\t\tdefault_route old\n\t\told_gateway "+old, "")
	}
	const site = "pay.example.com, http://other.example.com:8080 {\n\tpaybridge\n}\nshop.example.com {\n\trespond shop\n}\n"
	for _, c := range []struct {
		name, caddyfile string
		want            string // the host that is named; "" for no doubt
	}{
		{"elsewhere", front("https://10.20.0.5") + site, ""},
		{"the site's name", front("https://PAY.example.com") + site, "PAY.example.com is the name of a site"},
		{"the site's name, by plain http", front("http://pay.example.com") + site, "pay.example.com is the name of a site"},
		{"the site's name, another port", front("https://pay.example.com:8443") + site, ""},
		{"a second name, its port", front("http://other.example.com:8080") + site, "other.example.com is the name of a site"},
		{"a site without the directive", front("https://shop.example.com") + site, ""},
		{"any name", front("https://pay.example.com") + ":8080 {\n\tpaybridge\n}", ""},
		{"public_url of a front", strings.Replace(front("https://pay.example.com"), "old_gateway", "public_url https://pay.example.com\n\t\told_gateway", 1) + site, "pay.example.com is the name of public_url"},
		{"merchants, a site's name", beside("https://pay.example.com") + site, "pay.example.com is the name of a site"},
		{"merchants, public_url", beside("http://127.0.0.1:8080") + "http://127.0.0.1:8080 {\n\tpaybridge\n}", "127.0.0.1 is the name of public_url"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := doubtsOf(t, c.caddyfile)
			if err != nil {
				t.Fatal(err)
			}
			if c.want == "" && len(got) > 0 || c.want != "" && (len(got) != 1 || !strings.HasPrefix(got[0], "old_gateway: "+c.want)) {
				t.Errorf("doubts %q, want %q", got, c.want)
			}
		})
	}
}

// What nothing good can come of is refused, with the directive.
func TestDoubtsThatAreErrors(t *testing.T) {
	for name, c := range map[string]struct{ caddyfile, want string }{
		"a query that pays": {global(plainGateway+"\n\t\ttran_codes {\n\t\t\tquery OP1001\n\t\t}", ""), `tran_codes: pay and query are both "OP1001"`},
		"GBK":               {global(plainGateway+"\n\t\tsubject \xb6\xa9\xb5\xa5{orderid}", ""), "not UTF-8"},
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := doubtsOf(t, c.caddyfile+":8080 {\n\tpaybridge\n}"); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, doubts %q, want %q", err, got, c.want)
			}
		})
	}
}

// JSON says the same as a Caddyfile.
func TestDoubtsInJSON(t *testing.T) {
	for name, c := range map[string]struct {
		edit func(app, merchant object)
		want string
	}{
		"codes":       {inApp("tran_codes", object{"query": "OP2002"}), "tran_codes: query and refund_query"},
		"public_url":  {inApp("public_url", "http://pay.example.com"), "public_url: plain http"},
		"gateway":     {inApp("gateway", object{"url": "http://gw.example.com/do"}), "gateway: plain http"},
		"path":        {inApp("gateway", object{"url": "https://gw.example.com"}), "gateway: the address has no path"},
		"subject":     {inMerchant("subject", "{orderId}"), "merchant 89900001: subject: {orderId}"},
		"past":        {inMerchant("previous_sign_key_until", "2020-01-01"), "previous_sign_key: until 2020-01-01"},
		"host bits":   {inMerchant("allow_callbacks", []string{"10.1.2.3/8"}), "allow_callbacks: 10.1.2.3/8 has bits set"},
		"metadata":    {inMerchant("allow_callbacks", []string{"169.254.169.254/32"}), "has no effect"},
		"every host":  {inMerchant("allow_callbacks", []string{"::/0"}), "opens every address"},
		"other codes": {inApp("tran_codes", object{"pay": "1001"}), `tran_codes: pay is "1001"`},
	} {
		t.Run(name, func(t *testing.T) {
			app := appJSON(c.edit)
			if name == "past" {
				merchant := app["merchants"].([]object)[0]
				merchant["previous_sign_key"] = merchant["sign_key"]
			}
			loaded, err := provisionApp(t, app)
			if err != nil {
				t.Fatal(err)
			}
			if len(loaded.doubts) != 1 || !strings.Contains(loaded.doubts[0].String(), c.want) {
				t.Errorf("doubts %v, want %q", loaded.doubts, c.want)
			}
		})
	}
}

// failing is an app that cannot be provisioned.
type failing struct{}

func init() { caddy.RegisterModule(failing{}) }

func (failing) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{ID: "paybridge_test_failing", New: func() caddy.Module { return new(failing) }}
}
func (failing) Provision(caddy.Context) error { return errors.New("out of order") }
func (failing) Start() error                  { return nil }
func (failing) Stop() error                   { return nil }

// Of a configuration that failed, nothing is said about its sites: some may not
// have been provisioned, and are not to be because of that.
func TestNoDoubtsAfterAFailure(t *testing.T) {
	const elsewhere = ":8080 {\n\trespond hello\n}"
	for name, c := range map[string]struct {
		caddyfile string
		others    []string
		want      string
	}{
		"of the app":     {global(plainGateway+"\n\t\torder_prefix much-too-long", ""), nil, "order_prefix"},
		"of its codes":   {global(plainGateway+"\n\t\ttran_codes {\n\t\t\tquery OP1001\n\t\t}", ""), nil, "are both"},
		"of another app": {global(plainGateway, ""), []string{"paybridge_test_failing"}, "out of order"},
	} {
		t.Run(name, func(t *testing.T) {
			for range 12 { // Caddy provisions apps in any order
				doubts, err := doubtsOf(t, c.caddyfile+elsewhere, c.others...)
				if err == nil || !strings.Contains(err.Error(), c.want) {
					t.Fatalf("error %v, want %q", err, c.want)
				}
				if len(doubts) > 0 {
					t.Fatalf("doubts %q", doubts)
				}
			}
		})
	}
}
