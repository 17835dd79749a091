package merchants_test

import (
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// changing gives a merchant previous keys on both sides.
func changing(c *merchants.Config) {
	c.PreviousPrivateKey, c.PreviousPrivateKeyUntil = key("merchant_old_private.pem"), "2027-01-31"
	c.PreviousGatewayKey, c.PreviousGatewayKeyUntil = key("gateway_old_public.pem"), "2027-02-28"
}

// sentBy returns a message of a gateway with these keys.
func sentBy(t *testing.T, gatewayPrivate, merchantPublic string) v2.Envelope {
	t.Helper()
	r, err := load(shop(func(c *merchants.Config) {
		c.PrivateKey, c.GatewayKey = key(gatewayPrivate), key(merchantPublic)
	}))
	if err != nil {
		t.Fatal(err)
	}
	envelope, err := r.ByMerID("89900001").Codec.Seal("473053110001", "", []byte("hello"))
	if err != nil {
		t.Fatal(err)
	}
	return envelope
}

// lastSecond returns the last second of a day in Beijing.
func lastSecond(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 15, 59, 59, 0, time.UTC)
}

func TestPreviousKeysEndWithTheirDayInBeijing(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		gateway, merchant string
		used              v2.Used
		last              time.Time
	}{
		"both current":         {"gateway_private.pem", "merchant_public.pem", v2.Used{}, time.Time{}},
		"previous private key": {"gateway_private.pem", "merchant_old_public.pem", v2.Used{PreviousOwn: true}, lastSecond(2027, 1, 31)},
		"previous gateway key": {"gateway_old_private.pem", "merchant_public.pem", v2.Used{PreviousPeer: true}, lastSecond(2027, 2, 28)},
		"both previous": {"gateway_old_private.pem", "merchant_old_public.pem",
			v2.Used{PreviousOwn: true, PreviousPeer: true}, lastSecond(2027, 1, 31)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var told []string
			loader := merchants.Loader{
				Resolve: resolve,
				PreviousKeyUsed: func(gatewayMerchant string, used v2.Used) {
					told = append(told, gatewayMerchant+" "+used.String())
				},
			}
			r, err := loader.Load(one(changing))
			if err != nil {
				t.Fatal(err)
			}
			m, envelope := r.ByGatewayMerchant("473053110001"), sentBy(t, tc.gateway, tc.merchant)
			open := func(now time.Time) bool {
				plain, err := m.Open(envelope, now)
				return err == nil && string(plain) == "hello"
			}

			if tc.last.IsZero() {
				if !open(lastSecond(2037, 1, 31)) || len(told) != 0 {
					t.Errorf("current keys do not open, or were reported: %q", told)
				}
				return
			}
			if !open(tc.last.AddDate(0, -6, 0)) || !open(tc.last) {
				t.Error("refused before the day is over")
			}
			want := "473053110001 " + tc.used.String()
			if len(told) != 2 || told[0] != want || told[1] != want {
				t.Errorf("reported %q; want %q twice", told, want)
			}
			if open(tc.last.Add(time.Second)) || open(tc.last.AddDate(1, 0, 0)) {
				t.Error("accepted when the day is over")
			}
			if len(told) != 2 {
				t.Errorf("a refused message was reported: %q", told)
			}
		})
	}
}

// Without hooks, as offline commands load merchants, nothing is told and
// nothing breaks.
func TestLoaderNeedsNoHooks(t *testing.T) {
	t.Parallel()
	loader := merchants.Loader{Resolve: resolve}
	r, err := loader.Load(one(changing))
	if err != nil {
		t.Fatal(err)
	}
	m, envelope := r.ByMerID("89900001"), sentBy(t, "gateway_old_private.pem", "merchant_old_public.pem")
	if _, err := m.Open(envelope, lastSecond(2027, 1, 31)); err != nil {
		t.Error(err)
	}
	if _, err := m.Open(envelope, lastSecond(2027, 1, 31).Add(time.Second)); err == nil {
		t.Error("opens after the day")
	}
}

func TestPreviousKeysRefused(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		edit func(*merchants.Config)
		want []string
	}{
		"private key without a day": {func(c *merchants.Config) { c.PreviousPrivateKey = key("merchant_old_private.pem") },
			[]string{"previous_private_key:", "belong together"}},
		"gateway key without a day": {func(c *merchants.Config) { c.PreviousGatewayKey = key("gateway_old_public.pem") },
			[]string{"previous_gateway_key:", "belong together"}},
		"a day without private key": {func(c *merchants.Config) { c.PreviousPrivateKeyUntil = "2027-01-31" },
			[]string{"previous_private_key:", "belong together"}},
		"a password without private key": {func(c *merchants.Config) { c.PreviousPrivateKeyPassword = "{env.PFX_PASSWORD}" },
			[]string{"previous_private_key_password:", "no previous_private_key"}},
		"private key until no day": {func(c *merchants.Config) {
			changing(c)
			c.PreviousPrivateKeyUntil = "2027-02-30"
		}, []string{`previous_private_key_until: "2027-02-30"`, "yyyy-MM-dd"}},
		"gateway key until no day": {func(c *merchants.Config) {
			changing(c)
			c.PreviousGatewayKeyUntil = "tomorrow"
		}, []string{`previous_gateway_key_until: "tomorrow"`, "yyyy-MM-dd"}},
		"private key file does not exist": {func(c *merchants.Config) {
			changing(c)
			c.PreviousPrivateKey = key("absent.pem")
		}, []string{"previous_private_key: reading testdata/absent.pem", "no such file"}},
		"gateway key file does not exist": {func(c *merchants.Config) {
			changing(c)
			c.PreviousGatewayKey = key("absent.pem")
		}, []string{"previous_gateway_key: reading testdata/absent.pem", "no such file"}},
		"private key is a public one": {func(c *merchants.Config) {
			changing(c)
			c.PreviousPrivateKey = key("merchant_old_public.pem")
		}, []string{"previous_private_key:", "a private key is needed here"}},
		"pfx password resolves to nothing": {func(c *merchants.Config) {
			changing(c)
			c.PreviousPrivateKey, c.PreviousPrivateKeyPassword = key("merchant_aes.pfx"), "{env.NOT_SET}"
		}, []string{"previous_private_key: its password is empty"}},
		"private key is the current one": {func(c *merchants.Config) {
			changing(c)
			c.PreviousPrivateKey = c.PrivateKey
		}, []string{"the previous private key is the current one"}},
		"gateway key is the current one": {func(c *merchants.Config) {
			changing(c)
			c.PreviousGatewayKey = c.GatewayKey
		}, []string{"the previous gateway key is the current one"}},
		"keys of the other suite": {func(c *merchants.Config) {
			changing(c)
			gm(c)
		}, []string{"with the previous private key:", "RSA"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := load(shop(tc.edit))
			mustSay(t, err, append(tc.want, "merchant 89900001")...)
		})
	}
}

// Merchants that share a gateway merchant share its previous keys too: whichever
// of them the registry finds opens all that the gateway sends.
func TestSharedGatewayMerchantSharesPreviousKeys(t *testing.T) {
	t.Parallel()
	r, err := load(shop(changing), shop(changing, second))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.ByGatewayMerchant("473053110001").Open(sentBy(t, "gateway_old_private.pem", "merchant_old_public.pem"), lastSecond(2027, 1, 31)); err != nil {
		t.Error(err)
	}
	for name, edit := range map[string]func(*merchants.Config){
		"none":                            func(c *merchants.Config) { *c = shop(second) },
		"no previous private key":         func(c *merchants.Config) { c.PreviousPrivateKey, c.PreviousPrivateKeyUntil = "", "" },
		"no previous gateway key":         func(c *merchants.Config) { c.PreviousGatewayKey, c.PreviousGatewayKeyUntil = "", "" },
		"private key until another day":   func(c *merchants.Config) { c.PreviousPrivateKeyUntil = "2027-01-30" },
		"gateway's key until another day": func(c *merchants.Config) { c.PreviousGatewayKeyUntil = "2027-02-27" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := load(shop(changing), shop(changing, second, edit))
			mustSay(t, err, "merchant 89900002: gateway_merchant: 473053110001", "other previous keys", "at merchant 89900001")
		})
	}
}
