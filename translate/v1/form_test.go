package v1_test

import (
	"maps"
	"strconv"
	"strings"
	"testing"

	v1 "github.com/paybridge/paybridge/translate/v1"
)

func TestParseForm(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, body string
		want       v1.Params
	}{
		{"empty", "", v1.Params{}},
		{"the two", "req=YQ%3D%3D&sign=00", v1.Params{"req": "YQ==", "sign": "00"}},
		{"other order, others among them", "a=1&sign=00&b&req=YQ", v1.Params{"req": "YQ", "sign": "00", "a": "1", "b": ""}},
		{"raw padding", "req=YQ==", v1.Params{"req": "YQ=="}},
		{"raw plus is a blank", "req=a+b", v1.Params{"req": "a b"}},
		{"escaped plus", "req=a%2Bb%2bc", v1.Params{"req": "a+b+c"}},
		{"decoded once only", "req=a%252Bb", v1.Params{"req": "a%2Bb"}},
		{"malformed escapes stay", "req=%zz%4&sign=%", v1.Params{"req": "%zz%4", "sign": "%"}},
		{"escape cut short by a signed hex digit", "req=%+1%-1", v1.Params{"req": "% 1%-1"}},
		{"escape at the end", "req=a%41", v1.Params{"req": "aA"}},
		{"semicolon is ordinary", "req=a;sign=b", v1.Params{"req": "a;sign=b"}},
		{"first value wins", "req=a&req=b", v1.Params{"req": "a"}},
		{"first value wins, empty too", "req=&req=b", v1.Params{"req": ""}},
		{"escaped name", "%72eq=a", v1.Params{"req": "a"}},
		{"names keep their case", "REQ=a", v1.Params{"REQ": "a"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := v1.ParseForm(c.body)
			if !maps.Equal(got, c.want) {
				t.Errorf("ParseForm(%q) = %q, want %q", c.body, got, c.want)
			}
			if want := (v1.Form{Req: c.want["req"], Sign: c.want["sign"]}); got.Form() != want {
				t.Errorf("Form = %+v, want %+v", got.Form(), want)
			}
		})
	}
}

func TestParseFormTakesAtMost64(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for i := range 100 {
		b.WriteString("p" + strconv.Itoa(i) + "=x&")
	}
	p := v1.ParseForm(b.String())
	if _, ok := p["p63"]; len(p) != 64 || !ok {
		t.Errorf("%d parameters, the 64th among them: %t", len(p), ok)
	}
}
