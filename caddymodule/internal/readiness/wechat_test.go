package readiness

import (
	"slices"
	"strings"
	"testing"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// configured is a merchant with accounts for these payways, and with these hosts.
func configured(t *testing.T, payWays []string, hosts ...string) *merchants.Merchant {
	t.Helper()
	config := merchants.Config{MerID: "89900001", SignKey: "{s}", GatewayMerchant: "473053110001", PrivateKey: "{own}", GatewayKey: "{peer}", RedirectHosts: hosts}
	for _, payWay := range payWays {
		config.WeChatApps = append(config.WeChatApps, merchants.WeChatAppConfig{AppID: "wx0123456789abcdef", Secret: "{s}", PayWay: payWay})
	}
	texts := map[string]string{"{s}": "0123456789", "{own}": keyFile(t, "merchant_private.pem"), "{peer}": keyFile(t, "gateway_public.pem")}
	loader := merchants.Loader{Resolve: func(s string) string { return texts[s] }, Refused: func(v2.Reason) {}}
	registry, err := loader.Load([]merchants.Config{config})
	if err != nil {
		t.Fatal(err)
	}
	return registry.ByMerID("89900001")
}

// TestOpenIDPage: what would end with a dead page at 100 % is told before.
func TestOpenIDPage(t *testing.T) {
	t.Parallel()
	const page = "/wxjsapi/openid.html"
	for name, c := range map[string]struct {
		payWays, hosts []string
		change         func(*Facts)
		want           []string // level and part of each reason, in their order
	}{
		"not seen":           {nil, nil, passed("/wxjsapi/gopay.html"), nil},
		"nothing configured": {nil, nil, passed(page), []string{"fail has no wechat_app", "fail has no redirect_hosts", "warn of no use to another"}},
		"hosted": {nil, nil, also(passed(page), func(f *Facts) { f.Merchant.JSAPI = merchants.Hosted }), []string{
			"fail has no wechat_app", "fail has no redirect_hosts", "warn of no use to another",
		}},
		"no hosts": {[]string{""}, nil, passed(page, page+"?backurl=shop.example"), []string{
			"fail has no redirect_hosts", "warn back to shop.example", "warn of no use to another",
		}},
		"hosts of paid orders": {[]string{""}, nil, also(passed(page, page+"?backurl=shop.example", page+"?backurl=else.example"), func(f *Facts) {
			f.Merchant.RedirectToBackURLHosts, f.PaidHosts = true, map[string]bool{"shop.example": true}
		}), []string{"warn only to hosts to which paid orders", "warn back to else.example", "warn of no use to another"}},
		"another host":                        {[]string{""}, []string{"shop.example"}, passed(page, page+"?backurl=else.example"), []string{"warn back to else.example", "warn of no use to another"}},
		"a host that was added":               {[]string{""}, []string{"shop.example"}, passed(page, page+"?backurl=shop.example"), []string{"warn of no use to another"}},
		"a host that was added with its port": {[]string{""}, []string{"shop.example:443"}, passed(page, page+"?backurl=shop.example"), []string{"warn of no use to another"}},
		"an odd address":                      {[]string{""}, []string{"shop.example"}, passed(page, page+"?backurl="), []string{"warn without a backurl that v2 takes", "warn of no use to another"}},
		"one payway only": {[]string{"2"}, []string{"shop.example"}, passed(page, page+"?payway=7", page+"?payway=2"), []string{
			"warn for some payways only", "warn payway 7, for which", "warn of no use to another",
		}},
		"a payway, and one for all": {[]string{"2", ""}, []string{"shop.example"}, passed(page, page+"?payway=7"), []string{"warn of no use to another"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := Facts{MerID: "89900001", Merchant: configured(t, c.payWays, c.hosts...), Counts: enoughSeen()}
			c.change(&f)
			reasons := Judge(f).Reasons
			if len(reasons) != len(c.want) {
				t.Fatalf("%+v", reasons)
			}
			for i, want := range c.want {
				level, part, _ := strings.Cut(want, " ")
				if r := reasons[i]; string(r.Level) != level || !strings.Contains(r.Text.In(bilingual.En), part) || r.Times != 0 || !r.LastAt.Equal(noon) {
					t.Errorf("%+v, want %s", r, want)
				}
			}
		})
	}
}

// TestRefusable: what v2 would refuse counts, and nothing else.
func TestRefusable(t *testing.T) {
	t.Parallel()
	m := configured(t, []string{"2"}, "shop.example")
	for call, want := range map[[2]string][]string{
		{"https://shop.example/x", "2"}:    nil,
		{"https://shop.example/x", ""}:     nil,
		{"https://shop.example:443/x", ""}: nil,
		{"https://Else.example:443/", ""}:  {"/wxjsapi/openid.html?backurl=else.example"},
		{"https://shop.example/x", "7"}:    {"/wxjsapi/openid.html?payway=7"},
		{"http://Else.example:81/?a", ""}:  {"/wxjsapi/openid.html?backurl=else.example:81"},
		{"/x", "7"}:                        {"/wxjsapi/openid.html?payway=7", "/wxjsapi/openid.html?backurl="},
	} {
		if got := Refusable(m, call[0], call[1]); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", call, got, want)
		}
	}
	all := []ledger.OldTraffic{{Path: noHost + "else.example"}, {Path: noHost + "shop.example"}, {Path: noHost}, {Path: "/api/query"}}
	if got := BackHosts(m, all); !slices.Equal(got, []string{"else.example"}) {
		t.Errorf("%q", got)
	}
}
