package merchants_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
	"github.com/paybridge/paybridge/caddymodule/internal/origin"
)

func hosts(all ...string) func(*merchants.Config) {
	return func(c *merchants.Config) { c.RedirectHosts = all }
}

func TestMayRedirect(t *testing.T) {
	t.Parallel()
	r, err := load(shop(hosts("Shop.Example.com", "pay.example.com:8443", "*.tea.example.com", "*.coffee.example.com:444",
		"xn--fiq228c.example", "192.0.2.7:8080", "localhost")))
	if err != nil {
		t.Fatal(err)
	}
	m := r.ByMerID("89900001")
	if want := "shop.example.com"; m.RedirectHosts[0] != want {
		t.Errorf("RedirectHosts[0] = %q; want %q", m.RedirectHosts[0], want)
	}
	for host, want := range map[string]bool{
		"shop.example.com":                            true,
		"SHOP.example.COM":                            true,
		"pay.example.com:8443":                        true,
		"green.tea.example.com":                       true,
		"xn--fiq.tea.example.com":                     true,
		"x.coffee.example.com:444":                    true,
		"xn--fiq228c.example":                         true,
		"192.0.2.7:8080":                              true,
		"localhost":                                   true,
		"":                                            false,
		"example.com":                                 false,
		"shop.example.com:443":                        false, // of http, whose port that is not
		"shop.example.com:":                           false,
		"shop.example.com.":                           false,
		".shop.example.com":                           false,
		"www.shop.example.com":                        false,
		"shop.example.com.evil.com":                   false,
		"evilshop.example.com":                        false,
		"pay.example.com":                             false,
		"pay.example.com:844":                         false,
		"pay.example.com:84430":                       false,
		"tea.example.com":                             false,
		".tea.example.com":                            false,
		"*.tea.example.com":                           false,
		"a.b.tea.example.com":                         false,
		"a-.tea.example.com":                          false,
		"evil.com/.tea.example.com":                   false,
		"evil@x.tea.example.com":                      false,
		`evil.com\.tea.example.com`:                   false,
		"a b.tea.example.com":                         false,
		"a\n.tea.example.com":                         false,
		"x.tea.example.com:444":                       false,
		"x.coffee.example.com":                        false,
		"*.coffee.example.com:444":                    false,
		"192.0.2.7":                                   false,
		"192.0.2.70:8080":                             false,
		"ſhop.example.com":                            false, // a long s becomes s in upper case
		"\u212aoffee.example.com":                     false, // a Kelvin sign becomes k in lower case
		"中文.example":                                  false,
		strings.Repeat("a", 300) + ".tea.example.com": false,
	} {
		if got := m.MayRedirect(host); got != want {
			t.Errorf("MayRedirect(%q) = %v", host, got)
		}
	}
}

func TestNobodyIsRedirectedByDefault(t *testing.T) {
	t.Parallel()
	r, err := load(shop())
	if err != nil {
		t.Fatal(err)
	}
	for _, host := range []string{"", "example.com", "*.", ".", "localhost"} {
		if r.ByMerID("89900001").MayRedirect(host) {
			t.Errorf("redirects to %q", host)
		}
	}
}

func TestRedirectHostsRefused(t *testing.T) {
	t.Parallel()
	for _, host := range []string{
		"", "*", "*.", "*.com", "*.localhost", "**.example.com", "*example.com", "a.*.example.com", "*.*.example.com",
		"https://shop.example.com", "//shop.example.com", "shop.example.com/", "shop.example.com/pay", "shop.example.com?x",
		"user@shop.example.com", "shop.example.com.", ".example.com", "shop..example.com", "-shop.example.com", "shop-.example.com",
		"shop.example.com:", "shop.example.com:0", "shop.example.com:https", "shop.example.com:123456", "shop.example.com:443:443",
		"茶.example.com", "shop。example.com", "ſhop.example.com", "shop example.com", "shop.example.com\n", "{env.HOST}",
		"[2001:db8::7]", "shop_example.com", strings.Repeat("a.", 130) + "example.com",
	} {
		_, err := load(shop(hosts("fine.example.com", host)))
		if err == nil {
			t.Errorf("%q is taken", host)
			continue
		}
		mustSay(t, err, "merchant 89900001: redirect_hosts:", "is not a host", "xn--")
	}
}

// FuzzMayRedirect: whatever the address, only hosts that somebody wrote pass,
// and as a browser reads them.
func FuzzMayRedirect(f *testing.F) {
	for _, address := range []string{
		"https://shop.example.com/x?y#z", "https://a.tea.example.com", "https://shop.example.com@evil.com/", `https://evil.com\@a.tea.example.com`,
		"https://a.tea.example.com.evil.com", "https://SHOP.EXAMPLE.COM", "//shop.example.com", "https://shop.example.com:443/",
	} {
		f.Add(address)
	}
	r, err := load(shop(hosts("shop.example.com", "*.tea.example.com")))
	if err != nil {
		f.Fatal(err)
	}
	m := r.ByMerID("89900001")
	f.Fuzz(func(t *testing.T, address string) {
		u, err := url.Parse(address)
		if err != nil || !m.MayRedirect(u.Host) {
			return
		}
		host := strings.ToLower(u.Hostname())
		under, isUnder := strings.CutSuffix(host, ".tea.example.com")
		if u.Port() != "" || (host != "shop.example.com" && (!isUnder || under == "" || strings.Contains(under, "."))) {
			t.Errorf("%q leads to %q", address, u.Host)
		}
		if slices.ContainsFunc([]rune(host), func(r rune) bool { return r > '~' || strings.ContainsRune(`/\@?#*`, r) }) {
			t.Errorf("%q leads to the strange host %q", address, u.Host)
		}
	})
}

// The port that a scheme means anyway makes no difference, here or there.
func TestRedirectPorts(t *testing.T) {
	t.Parallel()
	r, err := load(shop(hosts("shop.example.com", "tls.example.com:443", "*.tea.example.com"), func(c *merchants.Config) {
		c.WeChatApps = []merchants.WeChatAppConfig{{AppID: "wx0123456789abcdef", Secret: "a secret"}}
	}))
	if err != nil {
		t.Fatal(err)
	}
	for address, want := range map[string]bool{
		"https://shop.example.com":          true,
		"https://shop.example.com:443":      true,
		"http://shop.example.com:80":        true,
		"https://SHOP.example.com:443":      true,
		"https://green.tea.example.com:443": true,
		"http://shop.example.com:443":       false,
		"https://shop.example.com:80":       false,
		"https://shop.example.com:8443":     false,
		"https://tls.example.com:443":       true,
		"https://tls.example.com":           true,
		"http://tls.example.com:443":        true, // named as it is written
		"http://tls.example.com":            false,
	} {
		scheme, host, _ := strings.Cut(address, "://")
		spellings := origin.Spellings(scheme, host)
		if got := r.ByMerID("89900001").MayRedirect(spellings...); got != want {
			t.Errorf("MayRedirect to %s: %v", address, got)
		}
		if got := len(r.OfReturnHost(spellings, "")) == 1; got != want {
			t.Errorf("OfReturnHost finds the merchant of %s: %v", address, got)
		}
	}
}

// A link without merid is of whoever is configured for the host, if that is certain.
func TestOfReturnHost(t *testing.T) {
	t.Parallel()
	account := func(appID, secret, payWay string) func(*merchants.Config) {
		return func(c *merchants.Config) {
			c.WeChatApps = append(c.WeChatApps, merchants.WeChatAppConfig{AppID: appID, Secret: secret, PayWay: payWay})
		}
	}
	number := func(merID string) func(*merchants.Config) { return func(c *merchants.Config) { c.MerID = merID } }
	const one, two = "wx0123456789abcdef", "wx0123456789abcde0"
	r, err := load(
		shop(number("89900003"), hosts("only.example.com", "both.example.com", "differ.example.com", "*.chain.example.com", "twice.example.com", "*.example.com"), account(one, "a secret", "")),
		shop(number("89900001"), hosts("both.example.com", "a.chain.example.com"), account(one, "a secret", ""), account(two, "a secret", "2")),
		shop(number("89900002"), hosts("differ.example.com"), account(two, "a secret", "")),
		shop(number("89900004"), hosts("none.example.org"), func(c *merchants.Config) { c.RedirectToBackURLHosts = true }),
		shop(number("89900005"), hosts("none.example.org")),
	)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ host, payWay, want string }{
		{"only.example.com", "", "89900003"},
		{"ONLY.example.com", "7", "89900003"},
		{"twice.example.com", "", "89900003"},
		{"any.example.com", "", "89900003"},
		{"b.chain.example.com", "", "89900003"},
		{"both.example.com", "", "89900001 89900003"},
		{"both.example.com", "2", ""}, // another account for one of them
		{"a.chain.example.com", "", "89900001 89900003"},
		{"differ.example.com", "", ""},
		{"none.example.org", "", ""}, // no account to share
		{"only.example.com:8443", "", ""},
		{"shop.example", "", ""},
		{"*.chain.example.com", "", ""},
		{"", "", ""},
	} {
		var got []string
		for _, m := range r.OfReturnHost([]string{test.host}, test.payWay) {
			got = append(got, m.MerID)
			if !m.MayRedirect(test.host) {
				t.Errorf("%s may not go to %s", m.MerID, test.host)
			}
		}
		if strings.Join(got, " ") != test.want {
			t.Errorf("%s, payway %q: %v, want %s", test.host, test.payWay, got, test.want)
		}
	}
}
