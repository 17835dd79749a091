package merchants_test

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// secrets are what the placeholders of the tests stand for. An unknown
// placeholder resolves to nothing, as Caddy's do.
var secrets = map[string]string{
	"{env.SIGN_KEY}":     "0123456789abcdef0123456789abcdef",
	"{env.PADDED_KEY}":   " 0123456789abcdef0123456789abcdef\r\n",
	"{env.OLD_KEY}":      "fedcba9876543210fedcba9876543210",
	"{env.BLANK}":        " \n",
	"{env.PFX_PASSWORD}": "secret",
}

// load resolves merchants as Caddy would.
func load(configs ...merchants.Config) (*merchants.Registry, error) {
	loader := merchants.Loader{Resolve: resolve}
	return loader.Load(configs)
}

func resolve(s string) string {
	if strings.HasPrefix(s, "{") {
		return secrets[s]
	}
	return s
}

// key returns the path of a key in testdata.
func key(name string) string { return filepath.Join("testdata", name) }

// shop is a merchant without fault; edit gives it one.
func shop(edit ...func(*merchants.Config)) merchants.Config {
	c := merchants.Config{
		MerID:           "89900001",
		SignKey:         "{env.SIGN_KEY}",
		GatewayMerchant: "473053110001",
		PrivateKey:      key("merchant_private.pem"),
		GatewayKey:      key("gateway_public.pem"),
	}
	for _, f := range edit {
		f(&c)
	}
	return c
}

func gm(c *merchants.Config) {
	c.Suite, c.PrivateKey, c.GatewayKey = "gm", key("merchant_sm2_private.pem"), key("gateway_sm2_public.pem")
}

func TestLoadMakesWorkingCodecs(t *testing.T) {
	t.Parallel()
	// The other side of each suite, opened with the same loader.
	intlPeer := func(c *merchants.Config) {
		c.PrivateKey, c.GatewayKey = key("gateway_private.pem"), key("merchant_public.pem")
	}
	gmPeer := func(c *merchants.Config) {
		c.Suite, c.PrivateKey, c.GatewayKey = "gm", key("gateway_sm2_private.pem"), key("merchant_sm2_public.pem")
	}
	pem, err := os.ReadFile(key("merchant_private.pem"))
	if err != nil {
		t.Fatal(err)
	}
	secretsWithKey := maps.Clone(secrets)
	secretsWithKey["{file.merchant_private.pem}"] = string(pem)
	sm2, err := os.ReadFile(key("merchant_sm2_private.pem"))
	if err != nil {
		t.Fatal(err)
	}
	bareSM2 := bare(sm2)
	secretsWithKey["{env.SM2_KEY}"] = bareSM2

	for name, tc := range map[string]struct{ ours, theirs merchants.Config }{
		"suite by default": {shop(), shop(intlPeer)},
		"suite intl":       {shop(func(c *merchants.Config) { c.Suite = "intl" }), shop(intlPeer)},
		"suite gm":         {shop(gm), shop(gmPeer)},
		"pfx with password": {shop(func(c *merchants.Config) {
			c.PrivateKey, c.PrivateKeyPassword = key("merchant_aes.pfx"), "{env.PFX_PASSWORD}"
		}), shop(intlPeer)},
		"key in a placeholder":               {shop(func(c *merchants.Config) { c.PrivateKey = "{file.merchant_private.pem}" }), shop(intlPeer)},
		"bare SM2 key in a placeholder":      {shop(gm, func(c *merchants.Config) { c.PrivateKey = "{env.SM2_KEY}" }), shop(gmPeer)},
		"bare SM2 key in the merchants file": {shop(gm, func(c *merchants.Config) { c.PrivateKey = bareSM2 }), shop(gmPeer)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			loader := merchants.Loader{Resolve: func(s string) string {
				if strings.HasPrefix(s, "{") {
					return secretsWithKey[s]
				}
				return s
			}}
			codec := func(c merchants.Config) *v2.Codec {
				r, err := loader.Load([]merchants.Config{c})
				if err != nil {
					t.Fatal(err)
				}
				return r.ByMerID("89900001").Codec
			}
			ours, theirs := codec(tc.ours), codec(tc.theirs)
			envelope, err := ours.Seal("473053110001", "", []byte("hello"))
			if err != nil {
				t.Fatal(err)
			}
			if plain, err := theirs.Open(envelope); err != nil || string(plain) != "hello" {
				t.Errorf("the gateway opens %q, %v", plain, err)
			}
		})
	}
}

// bare takes the armour off a PEM file.
func bare(pem []byte) string {
	var text strings.Builder
	for line := range strings.Lines(string(pem)) {
		if !strings.HasPrefix(line, "-----") {
			text.WriteString(strings.TrimSpace(line))
		}
	}
	return text.String()
}

func TestLoadRefuses(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		configs []merchants.Config
		want    []string // parts of the error
	}{
		"no merid":          {one(func(c *merchants.Config) { c.MerID = "" }), []string{`merid: ""`}},
		"merid with a dash": {one(func(c *merchants.Config) { c.MerID = "8990-01" }), []string{`merid: "8990-01"`}},
		"merid too long": {one(func(c *merchants.Config) { c.MerID = strings.Repeat("8", 33) }),
			[]string{"merid:", strings.Repeat("8", 33)}},
		"short gateway merchant": {one(func(c *merchants.Config) { c.GatewayMerchant = "47305311000" }),
			[]string{"merchant 89900001", `gateway_merchant: "47305311000"`, "12 digits"}},
		"no sign key": {one(func(c *merchants.Config) { c.SignKey = "" }), []string{"sign_key: missing", "{file.PATH}"}},
		"sign key resolves to nothing": {one(func(c *merchants.Config) { c.SignKey = "{env.NOT_SET}" }),
			[]string{"sign_key: is empty"}},
		"sign key is blank": {one(func(c *merchants.Config) { c.SignKey = "{env.BLANK}" }), []string{"sign_key: is empty"}},
		"no private key":    {one(func(c *merchants.Config) { c.PrivateKey = "" }), []string{"private_key: missing"}},
		"private key resolves to nothing": {one(func(c *merchants.Config) { c.PrivateKey = "{env.NOT_SET}" }),
			[]string{"private_key: is empty"}},
		"private key file does not exist": {one(func(c *merchants.Config) { c.PrivateKey = key("absent.pem") }),
			[]string{"private_key: reading testdata/absent.pem:", "no such file"}},
		"private key is a public one": {one(func(c *merchants.Config) { c.PrivateKey = key("merchant_public.pem") }),
			[]string{"private_key:", "a private key is needed here"}},
		"pfx without password": {one(func(c *merchants.Config) { c.PrivateKey = key("merchant_aes.pfx") }),
			[]string{"private_key:", "password"}},
		"pfx password resolves to nothing": {one(func(c *merchants.Config) {
			c.PrivateKey, c.PrivateKeyPassword = key("merchant_aes.pfx"), "{env.NOT_SET}"
		}), []string{"private_key: its password is empty"}},
		// What a placeholder holds may be a key: no error repeats it.
		"private key placeholder holds rubbish": {one(func(c *merchants.Config) { c.PrivateKey = "{env.OLD_KEY}" }),
			[]string{"private_key: reading private key"}},
		// It was meant as a path, but who knows what it is.
		"private key names no file": {one(func(c *merchants.Config) { c.PrivateKey = secrets["{env.SIGN_KEY}"] }),
			[]string{"private_key: reading the file it names:"}},
		"gateway key names no file": {one(func(c *merchants.Config) { c.GatewayKey = secrets["{env.SIGN_KEY}"] }),
			[]string{"gateway_key: reading the file it names:"}},
		"private key in hex": {one(func(c *merchants.Config) { c.PrivateKey = "3082" + secrets["{env.SIGN_KEY}"] }),
			[]string{"private_key: reading private key"}},
		"no gateway key": {one(func(c *merchants.Config) { c.GatewayKey = "" }), []string{"gateway_key: missing"}},
		"gateway key is a private one": {one(func(c *merchants.Config) { c.GatewayKey = key("gateway_private.pem") }),
			[]string{"gateway_key:", "the public key or certificate is needed here"}},
		"unknown suite": {one(func(c *merchants.Config) { c.Suite = "rsa" }), []string{`suite: unknown suite "rsa"`, "intl, gm"}},
		"suite gm with RSA keys": {one(func(c *merchants.Config) { c.Suite = "gm" }),
			[]string{"merchant 89900001", "SM2"}},
		"suite intl with an SM2 gateway key": {one(func(c *merchants.Config) { c.GatewayKey = key("gateway_sm2_public.pem") }),
			[]string{"merchant 89900001", "RSA"}},
		"previous key without a day": {one(func(c *merchants.Config) { c.PreviousSignKey = "{env.OLD_KEY}" }),
			[]string{"previous_sign_key:", "belong together"}},
		"day without a previous key": {one(func(c *merchants.Config) { c.PreviousSignKeyUntil = "2027-01-31" }),
			[]string{"previous_sign_key:", "belong together"}},
		"previous key until no day": {one(func(c *merchants.Config) {
			c.PreviousSignKey, c.PreviousSignKeyUntil = "{env.OLD_KEY}", "31.1.2027"
		}), []string{`previous_sign_key_until: "31.1.2027"`, "yyyy-MM-dd"}},
		"previous key resolves to nothing": {one(func(c *merchants.Config) {
			c.PreviousSignKey, c.PreviousSignKeyUntil = "{env.NOT_SET}", "2027-01-31"
		}), []string{"previous_sign_key: is empty"}},
		"callbacks to no network": {one(func(c *merchants.Config) { c.AllowCallbacks = []string{"10.20.0.0"} }),
			[]string{`allow_callbacks: "10.20.0.0"`, "10.20.0.0/16"}},
		"callback CA does not exist": {one(func(c *merchants.Config) { c.CallbackCA = key("absent.pem") }),
			[]string{"callback_ca:", "absent.pem"}},
		"callback CA is no certificate": {one(func(c *merchants.Config) { c.CallbackCA = key("gateway_public.pem") }),
			[]string{"callback_ca:"}},
		"same merid twice": {[]merchants.Config{shop(), shop()}, []string{"merchant 89900001: merid: given twice"}},
		"shared gateway merchant with other keys": {[]merchants.Config{shop(), shop(gm, second)},
			[]string{"merchant 89900002: gateway_merchant: 473053110001", "at merchant 89900001"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := load(tc.configs...)
			mustSay(t, err, tc.want...)
		})
	}
}

func one(edit func(*merchants.Config)) []merchants.Config { return []merchants.Config{shop(edit)} }

func second(c *merchants.Config) { c.MerID = "89900002" }

// mustSay insists on an error with these parts and without any secret.
func mustSay(t *testing.T, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatal("no error")
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error %q does not say %q", err, part)
		}
	}
	for _, secret := range secrets {
		if secret = strings.TrimSpace(secret); secret != "" && secret != "secret" && strings.Contains(err.Error(), secret) {
			t.Errorf("error %q gives a secret away", err)
		}
	}
}

func TestMerchantsMayShareAGatewayMerchant(t *testing.T) {
	t.Parallel()
	r, err := load(shop(), shop(second))
	if err != nil {
		t.Fatal(err)
	}
	if r.Len() != 2 {
		t.Errorf("Len = %d, want 2", r.Len())
	}
	first, twin := r.ByMerID("89900001"), r.ByMerID("89900002")
	if first == nil || twin == nil || first == twin || first.Codec != twin.Codec {
		t.Errorf("merchants %p and %p; want two that share one codec", first, twin)
	}
	if m := r.ByGatewayMerchant("473053110001"); m != first && m != twin {
		t.Errorf("ByGatewayMerchant = %p, want one of the two", m)
	}
	if r.ByMerID("89900003") != nil || r.ByGatewayMerchant("473053110002") != nil {
		t.Error("found a merchant that is not configured")
	}
}

func TestCallbacksAndSubject(t *testing.T) {
	t.Parallel()
	r, err := load(shop(func(c *merchants.Config) {
		c.Subject = "茶 {orderid}"
		c.AllowCallbacks, c.CallbackHTTPSOnly = []string{"10.20.0.0/16", "192.0.2.7/32"}, true
	}))
	if err != nil {
		t.Fatal(err)
	}
	m := r.ByMerID("89900001")
	if m.Subject != "茶 {orderid}" {
		t.Errorf("Subject = %q", m.Subject)
	}
	if len(m.Callbacks.Allow) != 2 || m.Callbacks.Allow[0].String() != "10.20.0.0/16" || m.Callbacks.PlainHTTP {
		t.Errorf("Callbacks = %+v", m.Callbacks)
	}
}
