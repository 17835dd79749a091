package pages

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// changed returns the sample with one member replaced by raw JSON, or taken out
// if raw is empty.
func changed(t *testing.T, name, raw string) string {
	t.Helper()
	var members map[string]json.RawMessage
	if err := json.Unmarshal([]byte(samplePay), &members); err != nil {
		t.Fatal(err)
	}
	members[name] = json.RawMessage(raw)
	if raw == "" {
		delete(members, name)
	}
	text, err := json.Marshal(members)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestParsePayData(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		text string
		err  string // "" = taken
	}{
		{"as documented", samplePay, ""},
		{"time as a number", changed(t, "timeStamp", `1395712654`), ""},
		{"more members", changed(t, "partnerid", `{"a":["<b>"]}`), ""},
		{"MD5", changed(t, "signType", `"MD5"`), ""},
		{"HMAC", changed(t, "signType", `"HMAC-SHA256"`), ""},
		{"empty", "", "wc_pay_data: not a JSON object"},
		{"null", "null", "wc_pay_data.appId: missing"},
		{"list", "[]", "wc_pay_data: not a JSON object"},
		{"text", `"{}"`, "wc_pay_data: not a JSON object"},
		{"two objects", samplePay + samplePay, "wc_pay_data: not a JSON object"},
		{"too long", samplePay + strings.Repeat(" ", payDataLimit), "wc_pay_data: too long"},
		{"no appId", changed(t, "appId", ""), "wc_pay_data.appId: missing"},
		{"appid", strings.Replace(samplePay, "appId", "appid", 1), "wc_pay_data.appId: missing"},
		{"null paySign", changed(t, "paySign", "null"), "wc_pay_data.paySign: empty"},
		{"empty package", changed(t, "package", `""`), "wc_pay_data.package: empty"},
		{"object as package", changed(t, "package", `{}`), "wc_pay_data.package: not text"},
		{"number with a fraction", changed(t, "timeStamp", `1.5`), "wc_pay_data.timeStamp: not text"},
		{"words as time", changed(t, "timeStamp", `"soon"`), "wc_pay_data.timeStamp: has characters that do not belong there"},
		{"quote", changed(t, "nonceStr", `"a\"b"`), "wc_pay_data.nonceStr: has characters that do not belong there"},
		{"tag", changed(t, "package", `"</script>"`), "wc_pay_data.package: has characters that do not belong there"},
		{"line break", changed(t, "package", `"a\nb"`), "wc_pay_data.package: has characters that do not belong there"},
		{"line break at the end", changed(t, "package", `"a\n"`), "wc_pay_data.package: has characters that do not belong there"},
		{"line separator", changed(t, "paySign", `"a\u2028"`), "wc_pay_data.paySign: has characters that do not belong there"},
		{"long appId", changed(t, "appId", `"`+strings.Repeat("w", 65)+`"`), "wc_pay_data.appId: too long"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			data, err := ParsePayData(test.text)
			got := ""
			if err != nil {
				got = err.Error()
			}
			if got != test.err {
				t.Fatalf("error %q, want %q", got, test.err)
			}
			if err == nil {
				checkMembers(t, data)
			} else if data != (PayData{}) {
				t.Errorf("an error and data: %q", data.JSON())
			}
		})
	}
}

// checkMembers checks that data have WeChat's members, all of them text, and no
// others.
func checkMembers(t *testing.T, data PayData) {
	t.Helper()
	var members map[string]string
	if err := json.Unmarshal([]byte(data.JSON()), &members); err != nil {
		t.Fatal(err)
	}
	want := []string{"appId", "nonceStr", "package", "paySign", "signType", "timeStamp"}
	if got := slices.Sorted(maps.Keys(members)); !slices.Equal(got, want) {
		t.Errorf("members %v, want %v", got, want)
	}
	if strings.ContainsAny(data.JSON(), "<>'\\\u2028\u2029\r\n") {
		t.Errorf("data are %q", data.JSON())
	}
}

func TestPayDataKeepsValues(t *testing.T) {
	t.Parallel()
	var given, kept map[string]string
	if err := json.Unmarshal([]byte(samplePay), &given); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(mustPayData(t).JSON()), &kept); err != nil {
		t.Fatal(err)
	}
	if !maps.Equal(given, kept) {
		t.Errorf("kept %v of %v", kept, given)
	}
}

func TestPayDataAreNotPrinted(t *testing.T) {
	t.Parallel()
	data := mustPayData(t)
	for _, verb := range []string{"%v", "%+v", "%s", "%#v", "%q"} {
		if text := fmt.Sprintf(verb, data); strings.Contains(text, "prepay") {
			t.Errorf("%s prints %s", verb, text)
		}
	}
}

func FuzzParsePayData(f *testing.F) {
	f.Add(samplePay)
	f.Add(`{"appId":"a","timeStamp":1,"nonceStr":"n","package":"p","signType":"MD5","paySign":"s"}`)
	f.Add(`{"appId":null}`)
	f.Fuzz(func(t *testing.T, text string) {
		data, err := ParsePayData(text)
		if err != nil {
			return
		}
		checkMembers(t, data)
		again, err := ParsePayData(data.JSON())
		if err != nil || again != data {
			t.Errorf("%q read again: %q, %v", data.JSON(), again.JSON(), err)
		}
	})
}
