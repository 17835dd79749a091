package v1_test

import (
	"encoding/base64"
	"net/url"
	"strings"
	"testing"

	v1 "github.com/paybridge/paybridge/translate/v1"
)

// wrapped breaks text into lines of 76 characters, as MIME encoders do.
func wrapped(text, lineBreak string) string {
	var lines []string
	for len(text) > 76 {
		lines, text = append(lines, text[:76]), text[76:]
	}
	return strings.Join(append(lines, text), lineBreak)
}

func blanks(text string) string { return strings.ReplaceAll(text, "+", " ") }

func TestOpenReceivedForms(t *testing.T) {
	t.Parallel()
	key := v1.NewKey(testSecret)
	text := base64.StdEncoding.EncodeToString([]byte(payJSON))
	if !strings.Contains(text, "+") || !strings.HasSuffix(text, "=") {
		t.Fatal("the text does not show what forms do to it")
	}
	for _, c := range []struct {
		name, signed, received string
		want                   v1.Variant
		words                  string
	}{
		{"as sent", text, text, v1.AsSent, "as sent"},
		{"blanks for plus", text, blanks(text), v1.BlanksForPlus, "blanks for plus"},
		{"encoded twice", text, url.QueryEscape(text), v1.PercentEncoded, "percent-encoded once more"},
		{"line breaks added", text, wrapped(text, "\r\n"), v1.LineBreaks, "line breaks"},
		{"line break at the end", text, text + "\n", v1.LineBreaks, "line breaks"},
		{"line breaks added, blanks", text, blanks(wrapped(text, "\n")), v1.LineBreaks | v1.BlanksForPlus, "line breaks, blanks for plus"},
		{"line breaks signed", wrapped(text, "\r\n"), wrapped(text, "\r\n"), v1.AsSent, "as sent"},
		{"line breaks signed, blanks", wrapped(text, "\n"), blanks(wrapped(text, "\n")), v1.BlanksForPlus, "blanks for plus"},
		{"line breaks signed, encoded twice", wrapped(text, "\n"), url.QueryEscape(wrapped(text, "\n")), v1.PercentEncoded, "percent-encoded once more"},
		{
			"encoded twice, blanks", text, url.PathEscape(blanks(text)), v1.PercentEncoded | v1.BlanksForPlus,
			"percent-encoded once more, blanks for plus",
		},
		{
			"encoded twice, line breaks added", text, url.QueryEscape(wrapped(text, "\n")), v1.PercentEncoded | v1.LineBreaks,
			"percent-encoded once more, line breaks",
		},
		{
			"everything", text, url.PathEscape(blanks(wrapped(text, "\n"))), v1.PercentEncoded | v1.LineBreaks | v1.BlanksForPlus,
			"percent-encoded once more, line breaks, blanks for plus",
		},
		{"blank at the end", text, text + " ", v1.BlanksAround, "blanks around"},
		{"blanks around", text, "\t " + text + "\t", v1.BlanksAround, "blanks around"},
		{"blank at the end, blanks", text, blanks(text) + "  ", v1.BlanksAround | v1.BlanksForPlus, "blanks around, blanks for plus"},
		{"blank and line break at the end", text, text + " \r\n", v1.BlanksAround, "blanks around"},
		{"line break at the end signed", text + "\n", text + "\n", v1.AsSent, "as sent"},
		{"line breaks signed, but for the last", wrapped(text, "\r\n"), wrapped(text, "\r\n") + "\r\n", v1.BlanksAround, "blanks around"},
		{"blank signed", text + " ", text + " ", v1.AsSent, "as sent"},
		{"no padding", strings.TrimRight(text, "="), strings.TrimRight(text, "="), v1.AsSent, "as sent"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			o, err := v1.Open(v1.Form{Req: c.received, Sign: key.Sign(c.signed)}, ring(key))
			if err != nil {
				t.Fatal(err)
			}
			if string(o.JSON) != payJSON || o.MerID != "89900001" || o.Key != key || o.Previous {
				t.Errorf("Open = %+v", o)
			}
			if o.Variant != c.want || o.Variant.String() != c.words {
				t.Errorf("Variant = %s, want %s", o.Variant, c.words)
			}
		})
	}
}

func TestOpenAsksForTheMerchantOnce(t *testing.T) {
	t.Parallel()
	key := v1.NewKey(testSecret)
	var asked []string
	_, err := v1.Open(v1.SealRequest([]byte(payJSON), key), func(merid string) []v1.Key {
		asked = append(asked, merid)
		return []v1.Key{key}
	})
	if err != nil || len(asked) != 1 || asked[0] != "89900001" {
		t.Errorf("asked for %q, %v", asked, err)
	}
}

func TestOpenToleratesJSON(t *testing.T) {
	t.Parallel()
	key := v1.NewKey(testSecret)
	for _, c := range []struct{ name, json, want string }{
		{"byte order mark", "\uFEFF" + `{"merid":"89900001"}`, `{"merid":"89900001"}`},
		{"number for merid", `{"merid":89900001}`, `{"merid":89900001}`},
		{"blanks around", " {\"merid\" : \"89900001\"}\n", " {\"merid\" : \"89900001\"}\n"},
		{"escaped name", `{"\u006derid":"89900001"}`, `{"\u006derid":"89900001"}`},
		{"nested unknown members", `{"x":[{"merid":"1"}],"merid":"89900001"}`, `{"x":[{"merid":"1"}],"merid":"89900001"}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			o, err := v1.Open(v1.SealRequest([]byte(c.json), key), ring(key))
			if err != nil || o.MerID != "89900001" || string(o.JSON) != c.want {
				t.Errorf("Open = %+v (%s), %v", o, o.JSON, err)
			}
		})
	}
}

func TestOpenKeyChange(t *testing.T) {
	t.Parallel()
	current, previous, other := v1.NewKey("new"), v1.NewKey("old"), v1.NewKey("other")
	for _, c := range []struct {
		name     string
		signedBy v1.Key
		ring     []v1.Key
		want     v1.Key
		previous bool
		refused  bool
	}{
		{"current", current, []v1.Key{current, previous}, current, false, false},
		{"previous", previous, []v1.Key{current, previous}, previous, true, false},
		{"previous only", previous, []v1.Key{{}, previous}, previous, true, false},
		{"neither", other, []v1.Key{current, previous}, v1.Key{}, false, true},
		{"more keys than are tried", other, []v1.Key{current, previous, previous, previous, other}, v1.Key{}, false, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			o, err := v1.Open(v1.SealRequest([]byte(payJSON), c.signedBy), ring(c.ring...))
			if c.refused {
				refused(t, err, v1.CodeSignature, "sign", "matches no received form")
			} else if err != nil {
				t.Fatal(err)
			}
			if o.Key != c.want || o.Previous != c.previous || o.MerID != "89900001" {
				t.Errorf("Open = %+v, want key %p, previous %t", o, &c.want, c.previous)
			}
		})
	}
}

func TestOpenSignCase(t *testing.T) {
	t.Parallel()
	key := v1.NewKey(testSecret)
	f := v1.SealRequest([]byte(payJSON), key)
	f.Sign = strings.ToUpper(f.Sign)
	if _, err := v1.Open(f, ring(key)); err != nil {
		t.Error(err)
	}
}

func TestOpenRefusesBeforeTheMerchantIsKnown(t *testing.T) {
	t.Parallel()
	key := v1.NewKey(testSecret)
	seal := func(json string) v1.Form { return v1.SealRequest([]byte(json), key) }
	for _, c := range []struct {
		name          string
		form          v1.Form
		ring          []v1.Key
		field, reason string
	}{
		{"nothing", v1.Form{}, []v1.Key{key}, "req", "missing"},
		{"too long", v1.Form{Req: strings.Repeat("A", v1.MaxReq+1)}, []v1.Key{key}, "req", "too long"},
		{"not base64", v1.Form{Req: "a-b_"}, []v1.Key{key}, "req", "not base64"},
		{"padding inside", v1.Form{Req: "YQ==YQ=="}, []v1.Key{key}, "req", "not base64"},
		{"not UTF-8", seal("{\"merid\":\"\xb0\xa1\"}"), []v1.Key{key}, "merid", "not UTF-8"},
		{"compressed", seal("\x1f\x8b\x08\x00\xff\xfe\xfd"), []v1.Key{key}, "req", "not JSON"},
		{"not JSON", seal(`{"merid":"89900001"`), []v1.Key{key}, "req", "not JSON"},
		{"no object", seal(`["merid"]`), []v1.Key{key}, "req", "not a JSON object"},
		{"deep", seal(strings.Repeat("[", 40000)), []v1.Key{key}, "req", "nested too deeply"},
		{"no merid", seal(`{"x":1}`), []v1.Key{key}, "merid", "missing"},
		{"null merid", seal(`{"merid":null}`), []v1.Key{key}, "merid", "missing"},
		{"merid twice", seal(`{"merid":"89900001","merid":"89900001"}`), []v1.Key{key}, "merid", "given twice"},
		{"merid twice, null first", seal(`{"merid":null,"merid":"89900001"}`), []v1.Key{key}, "merid", "given twice"},
		{"merid twice, escaped", seal(`{"merid":"89900001","m\u0065rid":"89900002"}`), []v1.Key{key}, "merid", "given twice"},
		{"object for merid", seal(`{"merid":{}}`), []v1.Key{key}, "merid", "neither text"},
		{"long merid", seal(`{"merid":"` + strings.Repeat("8", 33) + `"}`), []v1.Key{key}, "merid", "too long"},
		{"odd merid", seal(`{"merid":"../8"}`), []v1.Key{key}, "merid", `not letters and digits: "../8"`},
		{"unknown merchant", seal(payJSON), nil, "merid", `unknown merchant "89900001"`},
		{"merchant without a key", seal(payJSON), []v1.Key{{}}, "merid", "unknown merchant"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			o, err := v1.Open(c.form, ring(c.ring...))
			refused(t, err, v1.CodeBadRequest, c.field, c.reason)
			if !o.Key.IsZero() || o.MerID != "" || o.JSON != nil {
				t.Errorf("Opened = %+v, want nothing", o)
			}
		})
	}
}

func TestOpenRefusesSignatures(t *testing.T) {
	t.Parallel()
	key := v1.NewKey(testSecret)
	good := v1.SealRequest([]byte(payJSON), key)
	unkeyed := v1.SealRequest([]byte(payJSON), v1.NewKey("another"))
	for _, c := range []struct{ name, sign, reason string }{
		{"empty", "", "not 32 hex digits"},
		{"short", good.Sign[:31], "not 32 hex digits"},
		{"long", good.Sign + "0", "not 32 hex digits"},
		{"not hex", strings.Repeat("g", 32), "not 32 hex digits"},
		{"of another key", unkeyed.Sign, "matches no received form"},
		{"of the JSON, not its base64", key.Sign(payJSON), "matches no received form"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			o, err := v1.Open(v1.Form{Req: good.Req, Sign: c.sign}, ring(key))
			refused(t, err, v1.CodeSignature, "sign", c.reason)
			if o.MerID != "89900001" || !o.Key.IsZero() || o.JSON != nil {
				t.Errorf("Opened = %+v, want the merchant and nothing else", o)
			}
		})
	}
}

// A text that verifies but is no base64 as it stands is not decoded in another
// form: what was signed is what counts.
func TestOpenDecodesOnlyWhatWasSigned(t *testing.T) {
	t.Parallel()
	key := v1.NewKey(testSecret)
	text := blanks(base64.StdEncoding.EncodeToString([]byte(payJSON)))
	o, err := v1.Open(v1.Form{Req: text, Sign: key.Sign(text)}, ring(key))
	refused(t, err, v1.CodeBadRequest, "req", "not base64")
	if o.Key != key || o.MerID != "89900001" || o.JSON != nil {
		t.Errorf("Opened = %+v, want merchant and key and nothing else", o)
	}
}
