package merchants_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
)

func writeFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "merchants.json")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestReadFile(t *testing.T) {
	t.Parallel()
	configs, err := merchants.ReadFile(writeFile(t, `[
		{"merid": "89900001", "sign_key": "{env.SIGN_KEY}", "gateway_merchant": "473053110001",
		 "private_key": "testdata/merchant_private.pem", "gateway_key": "testdata/gateway_public.pem"},
		{"merid": "89900002", "sign_key": "literal here", "gateway_merchant": "473053110002", "suite": "gm",
		 "private_key": "testdata/merchant_sm2_private.pem", "gateway_key": "testdata/gateway_sm2_public.pem"}
	]`))
	if err != nil {
		t.Fatal(err)
	}
	r, err := load(configs...)
	if err != nil {
		t.Fatal(err)
	}
	if r.Len() != 2 || r.ByMerID("89900002") == nil {
		t.Errorf("%d merchants, want 89900001 and 89900002", r.Len())
	}
}

func TestReadFileRefuses(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		text string
		want string
	}{
		"empty":               {"", "merchants.json"},
		"one merchant, bare":  {`{"merid": "89900001"}`, "merchants.json"},
		"null":                {`null`, "array of merchants"},
		"unknown member":      {`[{"merid": "89900001", "signkey": "x"}]`, `"signkey"`},
		"number for a string": {`[{"merid": 89900001}]`, "merid"},
		"text behind":         {`[] []`, "text after the array"},
		"breaks off":          {`[{"merid": "89900001"`, "near byte"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := merchants.ReadFile(writeFile(t, tc.text))
			mustSay(t, err, tc.want)
		})
	}
	t.Run("no such file", func(t *testing.T) {
		t.Parallel()
		_, err := merchants.ReadFile(filepath.Join(t.TempDir(), "absent.json"))
		mustSay(t, err, "reading merchants file", "absent.json")
	})
}

// FuzzReadFile: whatever stands in a file, reading and loading it ends in
// merchants or in an error.
func FuzzReadFile(f *testing.F) {
	f.Add(`[{"merid": "89900001", "sign_key": "k", "gateway_merchant": "473053110001", "private_key": "p", "gateway_key": "g"}]`)
	f.Add(`[{"merid": "89900001", "wechat_apps": [{"appid": "wx0123456789abcdef", "secret": "s", "payway": "2"}], "redirect_hosts": ["*.example.com"]}]`)
	f.Add(`[{"merid": "89900001", "allow_callbacks": ["10.0.0.0/8", ""], "previous_sign_key_until": "2027-01-31"}]`)
	f.Fuzz(func(t *testing.T, text string) {
		configs, err := merchants.ReadFile(writeFile(t, text))
		if err != nil {
			return
		}
		if r, err := load(configs...); err == nil && r.Len() != len(configs) {
			t.Errorf("%d merchants from %d configurations", r.Len(), len(configs))
		}
	})
}
