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
		"breaks off":          {`[{"merid": "89900001"`, "merchants.json:1:22: no JSON: the file breaks off here"},
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

// TestReadFileSaysWhere: a fault has its line and column, and a name that is not
// known the names that are.
func TestReadFileSaysWhere(t *testing.T) {
	t.Parallel()
	const known = "known are merid, sign_key, previous_sign_key"
	for name, tc := range map[string]struct {
		text string
		want []string
	}{
		"comma too many":        {"[\n\t{\"merid\": \"1\",}\n]", []string{".json:2:16: no JSON", "'}'"}},
		"comma missing":         {"[{\"merid\": \"1\"}\n {\"merid\": \"2\"}]", []string{".json:2:2: no JSON"}},
		"single quotes":         {"[{'merid': '1'}]", []string{".json:1:3: no JSON", `'\''`}},
		"comment":               {"// merchants\n[]", []string{".json:1:1: no JSON"}},
		"behind Chinese":        {"[{\"subject\": \"订单\", x}]", []string{".json:1:20: no JSON"}},
		"after a BOM":           {"\ufeff[x]", []string{".json:1:2: no JSON"}},
		"unknown":               {"[\n  {\"merid\": \"1\",\n   \"colour\": \"x\"}]", []string{`.json:3:4: unknown member "colour"; ` + known}},
		"misspelt":              {`[{"merid": "1", "gatewaymerchant": "x"}]`, []string{`.json:1:17: unknown member "gatewaymerchant" (did you mean gateway_merchant?); ` + known}},
		"misspelt by a letter":  {`[{"sing_key": "x"}]`, []string{"did you mean sign_key?"}},
		"misspelt inside":       {`[{"wechat_apps": [{"app_id": "x"}]}]`, []string{`.json:1:20: unknown member "app_id" (did you mean appid?); known are appid, secret, payway`}},
		"misspelt in an object": {"[{\"merid\": \"1\",\n \"rollback\": {\"min_payment\": 9}}]", []string{`.json:2:15: unknown member "min_payment" (did you mean min_payments?); known are off, min_payments, window, max_worse`}},
		"twice in an object":    {`[{"rollback": {"off": true, "off": false}}]`, []string{`.json:1:29: off: given twice`}},
		"text for a number":     {`[{"rollback": {"min_payments": "9"}}]`, []string{"rollback.min_payments: write a number, not a string"}},
		"a list for an object":  {`[{"rollback": ["off"]}]`, []string{"rollback: write an object {...}, not an array"}},
		"a word for an object":  {`[{"rollback": "off"}]`, []string{"rollback: write an object {...}, not a string"}},
		"no duration":           {`[{"rollback": {"window": "10x"}}]`, []string{`.json:1:16: rollback.window: "10x" is not a duration; write for example "10m"`}},
		"a switch for a time":   {`[{"rollback": {"window": true}}]`, []string{`rollback.window: true is not a duration`}},
		"given twice":           {"[{\"merid\": \"1\",\n \"merid\": \"2\"}]", []string{".json:2:2: merid: given twice"}},
		"twice, other letters":  {`[{"merid": "1", "MerID": "2"}]`, []string{".json:1:17: merid: given twice"}},
		"number for a text":     {"[{\"merid\": 89900001}]", []string{`merid: write a text "...", not a number`}},
		"text for a list":       {`[{"redirect_hosts": "a"}]`, []string{"redirect_hosts: write an array [...], not a string"}},
		"text for a switch":     {`[{"callback_https_only": "yes"}]`, []string{"callback_https_only: write true or false, not a string"}},
		"an object, bare":       {`{"merid": "1"}`, []string{".json:1:1: write an array [...] here, not an object"}},
		"text behind":           {"[]\n x", []string{".json:2:2: text after the array"}},
		"UTF-16":                {inUTF16(`[]`), []string{"is written in UTF-16: save it as UTF-8"}},
		"GBK":                   {"[{\"merid\": \"1\",\n\"subject\": \"\xb6\xa9\xb5\xa5\"}]", []string{".json:2:13: this is not UTF-8"}},
		"only a BOM":            {"\ufeff", []string{"is empty"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := merchants.ReadFile(writeFile(t, tc.text))
			mustSay(t, err, tc.want...)
		})
	}
	configs, err := merchants.ReadFile("testdata/F20-merchants-bom.json")
	if err != nil || len(configs) != 0 {
		t.Errorf("behind a byte order mark: %v, %v", configs, err)
	}
}

// FuzzReadFile: whatever stands in a file, reading and loading it ends in
// merchants or in an error.
func FuzzReadFile(f *testing.F) {
	f.Add(`[{"merid": "89900001", "sign_key": "k", "gateway_merchant": "473053110001", "private_key": "p", "gateway_key": "g"}]`)
	f.Add(`[{"merid": "89900001", "wechat_apps": [{"appid": "wx0123456789abcdef", "secret": "s", "payway": "2"}], "redirect_hosts": ["*.example.com"]}]`)
	f.Add(`[{"merid": "89900001", "allow_callbacks": ["10.0.0.0/8", ""], "previous_sign_key_until": "2027-01-31"}]`)
	f.Add(`[{"merid": "89900001", "rollback": {"off": true, "window": "10m", "max_worse": 5, "min_payments": 50}}, {"rollback": null}]`)
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
