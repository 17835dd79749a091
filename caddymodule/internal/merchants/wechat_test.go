package merchants_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
)

const (
	appID       = "wx0123456789abcdef"
	otherAppID  = "wx89abcdef01234567"
	theirSecret = "fedcba9876543210fedcba9876543210" // what {env.OLD_KEY} stands for
)

func apps(all ...merchants.WeChatAppConfig) func(*merchants.Config) {
	return func(c *merchants.Config) { c.WeChatApps = all }
}

func TestWeChatAppOfPayWay(t *testing.T) {
	t.Parallel()
	forAll := merchants.WeChatAppConfig{AppID: appID, Secret: "{env.PADDED_KEY}"}
	forTwo := merchants.WeChatAppConfig{AppID: otherAppID, Secret: theirSecret, PayWay: "2"}
	for name, tc := range map[string]struct {
		apps   []merchants.WeChatAppConfig
		payway string
		want   string // AppID, "" for none
		secret string
	}{
		"none":                          {nil, "", "", ""},
		"one for all, no payway":        {[]merchants.WeChatAppConfig{forAll}, "", appID, "0123456789abcdef0123456789abcdef"},
		"one for all, some payway":      {[]merchants.WeChatAppConfig{forAll}, "7", appID, "0123456789abcdef0123456789abcdef"},
		"two, its own payway":           {[]merchants.WeChatAppConfig{forAll, forTwo}, "2", otherAppID, theirSecret},
		"two, in the other order":       {[]merchants.WeChatAppConfig{forTwo, forAll}, "2", otherAppID, theirSecret},
		"two, another payway":           {[]merchants.WeChatAppConfig{forAll, forTwo}, "3", appID, "0123456789abcdef0123456789abcdef"},
		"two, no payway":                {[]merchants.WeChatAppConfig{forAll, forTwo}, "", appID, "0123456789abcdef0123456789abcdef"},
		"only a payway's, that payway":  {[]merchants.WeChatAppConfig{forTwo}, "2", otherAppID, theirSecret},
		"only a payway's, another one":  {[]merchants.WeChatAppConfig{forTwo}, "3", "", ""},
		"only a payway's, none is said": {[]merchants.WeChatAppConfig{forTwo}, "", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := load(shop(apps(tc.apps...)))
			if err != nil {
				t.Fatal(err)
			}
			app, found := r.ByMerID("89900001").WeChatApp(tc.payway)
			if found != (tc.want != "") || app.AppID != tc.want || app.Secret.Reveal() != tc.secret {
				t.Errorf("WeChatApp(%q) = %v with %d bytes of secret, %v; want %q", tc.payway, app, len(app.Secret.Reveal()), found, tc.want)
			}
		})
	}
}

func TestWeChatAppsRefused(t *testing.T) {
	t.Parallel()
	app := func(id, secret, payway string) merchants.WeChatAppConfig {
		return merchants.WeChatAppConfig{AppID: id, Secret: secret, PayWay: payway}
	}
	for name, tc := range map[string]struct {
		edit func(*merchants.Config)
		want []string
	}{
		"no AppID":                  {apps(app("", "{env.SIGN_KEY}", "")), []string{"wechat_app: an AppID is wx and 16"}},
		"an original id":            {apps(app("gh_0123456789ab", "{env.SIGN_KEY}", "")), []string{"an AppID is wx and 16"}},
		"AppID with a blank":        {apps(app(appID+" ", "{env.SIGN_KEY}", "")), []string{"an AppID is wx and 16"}},
		"secret for the AppID":      {apps(app(theirSecret+theirSecret[:8], "{env.SIGN_KEY}", "")), []string{"an AppID is wx and 16"}},
		"no secret":                 {apps(app(appID, "", "")), []string{appID + ": its secret is missing", "{file.PATH}"}},
		"secret resolves to none":   {apps(app(appID, "{env.NOT_SET}", "")), []string{appID + ": its secret is empty"}},
		"secret is blank":           {apps(app(appID, "{env.BLANK}", "")), []string{appID + ": its secret is empty"}},
		"payway is no number":       {apps(app(appID, "{env.SIGN_KEY}", "two")), []string{appID + `: payway "two" is no number`}},
		"payway is negative":        {apps(app(appID, "{env.SIGN_KEY}", "-1")), []string{`payway "-1" is no number`}},
		"two for all payways":       {apps(app(appID, "{env.SIGN_KEY}", ""), app(otherAppID, "{env.OLD_KEY}", "")), []string{otherAppID, "the second account for all payways"}},
		"two for one payway":        {apps(app(appID, "{env.SIGN_KEY}", "2"), app(otherAppID, "{env.OLD_KEY}", "2")), []string{otherAppID, "the second account for payway 2"}},
		"a way that is not raw":     {func(c *merchants.Config) { c.JSAPI = "Raw" }, []string{`jsapi: "Raw"`, "hosted or raw"}},
		"a way that does not exist": {func(c *merchants.Config) { c.JSAPI = "both" }, []string{`jsapi: "both"`, "hosted or raw"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := load(shop(tc.edit))
			mustSay(t, err, append(tc.want, "merchant 89900001")...)
		})
	}
}

func TestJSAPI(t *testing.T) {
	t.Parallel()
	for _, way := range []string{"", merchants.Hosted, merchants.Raw} {
		r, err := load(shop(func(c *merchants.Config) { c.JSAPI, c.RedirectToBackURLHosts = way, way == merchants.Raw }))
		if err != nil {
			t.Fatal(err)
		}
		if m := r.ByMerID("89900001"); m.JSAPI != way || m.RedirectToBackURLHosts != (way == merchants.Raw) {
			t.Errorf("JSAPI = %q, RedirectToBackURLHosts = %v; configured %q", m.JSAPI, m.RedirectToBackURLHosts, way)
		}
	}
}

// A secret shows itself to nothing but Reveal, wherever it is embedded.
func TestSecretIsMasked(t *testing.T) {
	t.Parallel()
	r, err := load(shop(apps(merchants.WeChatAppConfig{AppID: appID, Secret: theirSecret})))
	if err != nil {
		t.Fatal(err)
	}
	m := r.ByMerID("89900001")
	app, _ := m.WeChatApp("")
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		for _, value := range []any{app.Secret, &app.Secret, app, &app, struct{ hidden merchants.Secret }{app.Secret}, *m} {
			if text := fmt.Sprintf(verb, value); strings.Contains(text, theirSecret) || strings.Contains(text, fmt.Sprintf("%x", theirSecret)) {
				t.Errorf("%s of %T shows the secret: %s", verb, value, text)
			}
		}
	}
	if text := app.Secret.String() + app.Secret.GoString(); text != "******" {
		t.Errorf("it prints as %q", text)
	}
	if text, err := json.Marshal(app); err != nil || string(text) != `{"AppID":"`+appID+`","Secret":"***"}` {
		t.Errorf("Marshal = %s, %v", text, err)
	}
	if none := (merchants.Secret{}); none.Reveal() != "" || none.String() != "***" {
		t.Errorf("the empty secret reveals %q and prints %q", none.Reveal(), none)
	}
}

// TestPayWay: what is no number names no channel, unless it may be meant for one.
func TestPayWay(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct {
		payWay string
		odd    bool
	}{
		"": {"", false}, "null": {"", false}, "undefined": {"", false}, "-": {"", false},
		"7": {"7", false}, "000000007": {"000000007", false},
		"7,": {"", true}, "\uff17": {"", true}, "1234567890": {"", true}, "7 ": {"", true},
	} {
		if payWay, odd := merchants.PayWay(text); payWay != want.payWay || odd != want.odd {
			t.Errorf("%q: %q, odd %t", text, payWay, odd)
		}
	}
}
