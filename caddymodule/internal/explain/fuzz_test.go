package explain_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/paybridge/paybridge/caddymodule/internal/explain"
)

// Whatever arrives, a report is made and shows no key.
func FuzzExplain(f *testing.F) {
	for _, tc := range wrongForms {
		f.Add([]byte(tc.input))
	}
	for _, tc := range wrongSignatures {
		f.Add([]byte(tc.input))
	}
	f.Add([]byte(signed(message)))
	f.Add([]byte(multipartForm(text, sum(text+shopKey))))
	f.Add([]byte(intl(notice).seal(f).Encode()))
	w := world(f)
	f.Fuzz(func(t *testing.T, input []byte) {
		if len(input) > 1<<10 {
			return // the search is quadratic
		}
		r := explain.Explain(input, w)
		if !r.Accepted && len(r.Causes) == 0 {
			t.Error("refused without a cause")
		}
		if len(r.Steps) == 0 {
			t.Error("no steps")
		}
		mustKeepSecrets(t, r, shopKey, shopOldKey, shopLapsedKey, otherKey)
	})
}

// damages are ways in which a request gets broken on its way.
var damages = []func(form string, at int) string{
	func(form string, _ int) string { return form },
	func(form string, at int) string { return form[:at] },
	func(form string, at int) string { return form[at:] },
	func(form string, at int) string { return form[:at] + "=" + form[at:] },
	func(form string, at int) string { return form[:at] + "&" + form[at:] },
	func(form string, at int) string { return form[:at] + "\x00" + form[at:] },
	func(form string, _ int) string { return strings.ToUpper(form) },
	func(form string, _ int) string { return url.QueryEscape(form) },
	func(form string, _ int) string { return "https://pay.example.com/x?" + form },
	func(form string, _ int) string { plain, _ := url.QueryUnescape(form); return plain },
	func(form string, _ int) string {
		object, _ := json.Marshal(map[string]string{"req": form})
		return string(object)
	},
}

// Whatever a payer's members hold and however the request is broken, the report
// does not tell them.
func FuzzPayerStaysUnknown(f *testing.F) {
	for i := range damages {
		f.Add("28000000000000", "oExample", "http://shop.example", uint8(i), uint16(40))
		f.Add("28\"000,{", "o\\Ex&=%", "\u4e2d", uint8(i), uint16(300))
	}
	w := world(f)
	f.Fuzz(func(t *testing.T, code, openID, backURL string, damage uint8, at uint16) {
		if len(code)+len(openID)+len(backURL) > 1<<10 {
			return
		}
		const canary = "canaryQ7Zx"
		message, err := json.Marshal(map[string]string{
			"action": "WxCode", "txnamt": "1999", "merid": "89900001", "orderid": "T20261121000000001",
			"code": canary + code, "openid": openID + canary, "ip": canary, "payway": canary, "backurl": backURL + canary, "fronturl": canary,
		})
		if err != nil {
			t.Fatal(err)
		}
		whole := form(b64(string(message)), sum(b64(string(message))+shopKey))
		for _, input := range []string{whole, string(message)} {
			broken := damages[int(damage)%len(damages)](input, int(at)%len(input))
			mustKeepSecrets(t, explain.Explain([]byte(broken), w), canary, shopKey)
		}
	})
}

// The known answers of the v1 envelope verify, whatever they say.
func TestRequestVectors(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("../../../translate/v1/testdata/v1.json")
	if err != nil {
		t.Fatal(err)
	}
	var vectors struct {
		Key   string
		Cases []struct{ Name, JSON, Base64, Sign string }
	}
	if err := json.Unmarshal(data, &vectors); err != nil {
		t.Fatal(err)
	}
	if !strings.EqualFold(vectors.Key, shopKey) || len(vectors.Cases) < 5 {
		t.Fatalf("%d vectors for another key", len(vectors.Cases))
	}
	checked := 0
	for _, v := range vectors.Cases {
		if !strings.Contains(v.JSON, `"merid":"89900001"`) {
			continue
		}
		checked++
		// The vectors' key is the shop's in other letters, which is a cause too.
		r := explain.Explain([]byte(form(v.Base64, v.Sign)), world(t))
		if got := fmt.Sprint(names(r)); got != "[key_case_changed]" {
			t.Errorf("%s: causes %v", v.Name, got)
		}
	}
	if checked < 5 {
		t.Errorf("only %d vectors of this merchant", checked)
	}
}
