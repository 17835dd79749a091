package merchants_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/paybridge/paybridge/caddymodule/internal/configerror"
	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
)

// linesOf are the lines of an error that is a list.
func linesOf(t *testing.T, err error) []string {
	t.Helper()
	var list configerror.List
	if !errors.As(err, &list) {
		t.Fatalf("%v is no list", err)
	}
	return list.Lines()
}

// mustTell insists on these lines and no others, each given by its beginning.
func mustTell(t *testing.T, err error, want ...string) {
	t.Helper()
	got := linesOf(t, err)
	same := slices.EqualFunc(got, want, strings.HasPrefix)
	if !same {
		t.Errorf("told\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

// Everything that is wrong with all merchants comes at once: what can be seen
// without files and what cannot.
func TestLoadTellsAllAtOnce(t *testing.T) {
	t.Parallel()
	_, err := load(
		shop(func(c *merchants.Config) {
			c.Suite, c.PreviousSignKey, c.PreviousSignKeyUntil = "rsa", "{env.NOT_SET}", "31.1.2027"
			c.GatewayKey, c.CallbackCA = key("absent.pem"), key("absent-ca.pem")
		}),
		shop(second, gm, func(c *merchants.Config) { c.GatewayMerchant, c.PrivateKey = "473053110002", key("absent.pem") }),
		shop(func(c *merchants.Config) { c.MerID, c.GatewayMerchant, c.SignKey = "", "473053110003", "{env.BLANK}" }),
		shop(second),
	)
	mustTell(t, err,
		"9 errors in the configuration:",
		"merchant 89900001: previous_sign_key_until: \"31.1.2027\"",
		"merchant 89900001: suite: unknown suite",
		"merchant number 3: merid: \"\"",
		"merchant 89900002: merid: given twice",
		"merchant 89900001: previous_sign_key: is empty",
		"merchant 89900001: gateway_key: reading testdata/absent.pem",
		"merchant 89900001: callback_ca: reading certificates",
		"merchant 89900002: private_key: reading testdata/absent.pem",
		"merchant number 3: sign_key: is empty",
	)
}

// A file that a thousand merchants share is one error, and does not hide others.
func TestSharedKeyFileIsToldOnce(t *testing.T) {
	t.Parallel()
	var configs []merchants.Config
	for i := range 1000 {
		configs = append(configs, shop(func(c *merchants.Config) {
			c.MerID, c.GatewayMerchant = fmt.Sprint(89900001+i), fmt.Sprint(473053110001+i)
			c.GatewayKey = key("absent.pem")
			if i == 999 {
				c.SignKey = "{env.NOT_SET}"
			}
		}))
	}
	_, err := load(configs...)
	mustTell(t, err,
		"2 errors in the configuration:",
		"merchant 89900001: gateway_key: reading testdata/absent.pem: no such file or directory (and so for 999 more)",
		"merchant 89901000: sign_key: is empty",
	)
}

// Keys that do not go together are told of at the member to change.
func TestMismatchIsPlaced(t *testing.T) {
	t.Parallel()
	at := func(c *merchants.Config) {
		c.Source = configerror.Source{"merid": {File: "f", Line: 1}, "suite": {File: "f", Line: 2}, "private_key": {File: "f", Line: 3},
			"previous_private_key": {File: "f", Line: 4}, "previous_gateway_key": {File: "f", Line: 5}}
	}
	for name, tc := range map[string]struct {
		edit func(*merchants.Config)
		want string
	}{
		"suite":    {func(c *merchants.Config) { c.Suite = "gm" }, "f:2: merchant 89900001: suite gm"},
		"no suite": {func(c *merchants.Config) { c.PrivateKey = key("merchant_sm2_private.pem") }, "f:3: merchant 89900001: suite intl"},
		"previous own": {func(c *merchants.Config) {
			c.PreviousPrivateKey, c.PreviousPrivateKeyUntil = c.PrivateKey, "2999-01-01"
		}, "f:4: merchant"},
		"previous other": {func(c *merchants.Config) {
			c.PreviousGatewayKey, c.PreviousGatewayKeyUntil = c.GatewayKey, "2999-01-01"
		}, "f:5: merchant"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := load(shop(at, tc.edit))
			mustTell(t, err, tc.want)
		})
	}
}

// A merchants file tells of all its rows at once, by line and column, when it is
// read and when it is loaded.
func TestFileTellsAllAtOnce(t *testing.T) {
	t.Parallel()
	path := writeFile(t, `[
	{"merid": "89900001", "colour": "red",
	 "suite": "intl", "suite": "gm"},
	{"merid": 89900002},
	{"merid": "89900003", "sign_key": "k", "gateway_merchant": "473053110003",
	 "private_key": "`+key("absent.pem")+`",
	 "gateway_key": "`+key("gateway_public.pem")+`",
	 "wechat_apps": [{"appid": "wx0123456789abcdef", "secret": "a b c"},
	                 {"appid": "wx0123456789abcdef", "secret": "{env.NOT_SET}", "payway": "2"}],
	 "previous_sign_key": "old", "previous_sign_key_until": "soon"},
	{"sign_key": "k", "gateway_merchant": "473053110004",
	 "private_key": "`+key("merchant_private.pem")+`", "gateway_key": "`+key("gateway_public.pem")+`",
	 "source": {"merid": "Caddyfile:1"}}
]`)
	configs, err := merchants.ReadFile(path)
	mustTell(t, err,
		"3 errors in the configuration:",
		path+":2:24: unknown member \"colour\"",
		path+":3:20: suite: given twice",
		path+":4:19: merid: write a text",
	)
	_, err = load(configs...)
	mustTell(t, err,
		"4 errors in the configuration:",
		path+":6:3: merchant 89900003: private_key: reading testdata/absent.pem",
		path+":9:19: merchant 89900003: wechat_app: wx0123456789abcdef: its secret is empty",
		path+":10:31: merchant 89900003: previous_sign_key_until: \"soon\"",
		path+":11:2: merchant: merid: \"\"",
	)
}

// Lines are told of a file of one line as fast as of any other.
func TestFileOfOneLine(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	text.WriteString("[")
	const rows = 20_000
	for i := range rows {
		fmt.Fprintf(&text, `{"merid": "%d", "subject": "茶"},`, i)
	}
	text.WriteString(`{"colour": 1}]`)
	path := filepath.Join(t.TempDir(), "m.json")
	if err := os.WriteFile(path, []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	configs, err := merchants.ReadFile(path)
	if len(configs) != rows {
		t.Errorf("read %d rows of %d", len(configs), rows)
	}
	mustSay(t, err, "m.json:1:", "unknown member \"colour\"")
}
