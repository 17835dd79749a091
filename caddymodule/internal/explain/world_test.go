package explain_test

import (
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
	"github.com/paybridge/paybridge/caddymodule/internal/explain"
	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
)

// The invented merchants' keys. They are canaries: no report may show one.
const (
	shopKey       = "0123456789abcdef0123456789ABCDEF"
	shopOldKey    = "canary-old-key-of-the-shop-00001"
	shopLapsedKey = "canary-lapsed-key-of-shop-three1"
	otherKey      = "canary-key-of-another-merchant-1"
)

// now lies before the last day of the shop's previous key and behind that of the
// third merchant's.
var now = time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)

// message is the message of most of these requests. Its base64 text has "+", "/"
// and "=" in it, and it holds canaries where a payer's members are.
const message = `{"action":"WxCode","txnamt":"1999","merid":"89900001","orderid":"T20261121000000001",` +
	`"code":"280000000000canary1","openid":"oCanaryOpenID000000000000001","payway":"??>>~~","backurl":"http://shop.example/notify?token=canary-backurl"}`

// canaries may be in no report.
var canaries = []string{
	shopKey, shopOldKey, shopLapsedKey, otherKey,
	"280000000000canary1", "oCanaryOpenID000000000000001", "canary-backurl", "shop.example", "??>>~~",
}

// registry has three merchants of suite intl and one of gm. The first is in the
// middle of changing all its keys.
func registry(t testing.TB) *merchants.Registry {
	t.Helper()
	secrets := map[string]string{"{env.A}": shopKey, "{env.OLD}": shopOldKey, "{env.B}": otherKey, "{env.LAPSED}": shopLapsedKey}
	loader := merchants.Loader{Resolve: func(s string) string {
		if strings.HasPrefix(s, "{") {
			return secrets[s]
		}
		return s
	}}
	r, err := loader.Load([]merchants.Config{
		{
			MerID: "89900001", GatewayMerchant: "473053110001", SignKey: "{env.A}",
			PreviousSignKey: "{env.OLD}", PreviousSignKeyUntil: "2027-01-31",
			PrivateKey: keyPath("merchant_private.pem"), GatewayKey: keyPath("gateway_public.pem"),
		},
		{
			MerID: "89900002", GatewayMerchant: "473053110002", SignKey: "{env.B}",
			PrivateKey: keyPath("merchant_old_private.pem"), GatewayKey: keyPath("gateway_old_public.pem"),
		},
		{
			MerID: "89900003", GatewayMerchant: "473053110003", SignKey: "{env.B}", Suite: "gm",
			PreviousSignKey: "{env.LAPSED}", PreviousSignKeyUntil: "2026-11-20",
			PrivateKey: keyPath("merchant_sm2_private.pem"), GatewayKey: keyPath("gateway_sm2_public.pem"),
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func keyPath(name string) string { return filepath.Join("..", "merchants", "testdata", name) }

func world(t testing.TB) explain.World {
	t.Helper()
	return explain.World{Merchants: registry(t), Now: now}
}

func b64(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }

func sum(text string) string {
	s := md5.Sum([]byte(text))
	return hex.EncodeToString(s[:])
}

// form is what a merchant's program POSTs.
func form(req, sign string) string {
	return "req=" + url.QueryEscape(req) + "&sign=" + url.QueryEscape(sign)
}

// signed is a form that is right.
func signed(message string) string { return form(b64(message), sum(b64(message)+shopKey)) }

// with is the message with one part of it replaced.
func with(old, replacement string) string {
	if !strings.Contains(message, old) {
		panic("the message has no " + old)
	}
	return strings.Replace(message, old, replacement, 1)
}

// printed is everything that a report says, in both forms and both languages.
func printed(t testing.TB, r explain.Report) string {
	t.Helper()
	var text strings.Builder
	for _, lang := range []bilingual.Lang{bilingual.En, bilingual.Zh} {
		if err := r.WriteText(&text, lang); err != nil {
			t.Fatal(err)
		}
	}
	object, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	return text.String() + string(object)
}

// mustKeepSecrets insists that a report shows none of the given texts.
func mustKeepSecrets(t testing.TB, r explain.Report, secrets ...string) {
	t.Helper()
	said := strings.ToLower(printed(t, r))
	for _, secret := range secrets {
		if strings.Contains(said, strings.ToLower(secret)) {
			t.Errorf("the report shows %q:\n%s", secret, said)
		}
	}
}

func names(r explain.Report) []string {
	var all []string
	for _, c := range r.Causes {
		all = append(all, c.Name)
	}
	return all
}
