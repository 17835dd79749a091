package pages

import (
	"bytes"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/paybridge/paybridge/translate"
)

// hostile are texts that try to leave the place they are put in.
var hostile = map[string]string{
	"double quote":     `"><script>alert(1)</script>`,
	"single quote":     `' onload='alert(1)`,
	"unquoted":         ` onmouseover=alert(1) `,
	"end of script":    `</script><script>alert(1)</script>`,
	"end of style":     `</style><svg onload=alert(1)>`,
	"end of title":     `</title><img src=x onerror=alert(1)>`,
	"comment":          `--><!--<script>`,
	"javascript":       `javascript:alert(1)`,
	"Javascript blank": " \tJaVa\nScript:alert(1)",
	"data":             `data:text/html,<script>alert(1)</script>`,
	"vbscript":         `vbscript:msgbox(1)`,
	"other host":       `//evil.example/x`,
	"other host again": `/\evil.example/x`,
	"user":             `https://pay.example.com@evil.example/`,
	"policy":           `https://evil.example;script-src *;x`,
	"policy comma":     `https://evil.example,script-src/`,
	"header":           "https://evil.example/\r\nSet-Cookie: a=b",
	"line separator":   "a\u2028alert(1)\u2029",
	"template":         `{{.}}${alert(1)}`,
	"not UTF-8":        "\xff\xfe<script>",
	"nul":              "a\x00<b>",
	"entity":           `&quot;&#34;&lt;script&gt;`,
}

// inEveryField puts one text into each text field of each page in turn.
func inEveryField(t *testing.T, text string) map[string]Page {
	t.Helper()
	data := mustPayData(t)
	odd := Order{OrderID: text, Amount: 1, MerID: text}
	return map[string]Page{
		"wechatpay order":  WeChatPay{odd, data, sampleStatus, sampleResult},
		"wechatpay status": WeChatPay{sampleOrder, data, text, sampleResult},
		"wechatpay result": WeChatPay{sampleOrder, data, sampleStatus, text},
		"hosted order":     Hosted{odd, sampleAction, nil},
		"hosted action":    Hosted{sampleOrder, text, []Field{{"a", "b"}}},
		"hosted name":      Hosted{sampleOrder, sampleAction, []Field{{text, "b"}}},
		"hosted value":     Hosted{sampleOrder, sampleAction, []Field{{"a", text}}},
		"outside link":     Outside{text},
		"result order":     Result{odd, translate.PayerPaid, sampleStatus, sampleShop},
		"result state":     Result{sampleOrder, translate.PayerView(text), sampleStatus, ""},
		"result status":    Result{sampleOrder, translate.PayerOpen, text, ""},
		"result next":      Result{sampleOrder, translate.PayerPaid, sampleStatus, text},
		"refusal reason":   Refusal{Reason: Reason(text), Link: sampleResult},
		"refusal link":     Refusal{Reason: AlreadyPaid, Link: text},
	}
}

// TestInjectionHasEveryField: a text field that is added to a page is attacked, too. What
// WeChat is told is JSON of the gateway, which is judged where it is read.
func TestInjectionHasEveryField(t *testing.T) {
	t.Parallel()
	const probe = "a probe"
	fields := make(map[string]bool) // by name: it was attacked
	for _, page := range inEveryField(t, probe) {
		noteTexts(reflect.ValueOf(page), reflect.TypeOf(page).Name(), probe, fields)
	}
	for field, attacked := range fields {
		if !attacked && field != "WeChatPay.PayData.text" {
			t.Errorf("%s is not attacked", field)
		}
	}
	if len(fields) < 10 {
		t.Errorf("only %d fields were found: %v", len(fields), fields)
	}
}

// noteTexts notes the text fields of a value, and which of them hold the probe.
func noteTexts(v reflect.Value, path, probe string, fields map[string]bool) {
	switch v.Kind() {
	case reflect.String:
		fields[path] = fields[path] || v.String() == probe
	case reflect.Struct:
		for i := range v.NumField() {
			noteTexts(v.Field(i), path+"."+v.Type().Field(i).Name, probe, fields)
		}
	case reflect.Slice:
		for i := range v.Len() {
			noteTexts(v.Index(i), path, probe, fields)
		}
	}
}

func TestInjection(t *testing.T) {
	t.Parallel()
	// What a page is made of when the text is harmless, as a link and as none.
	linked, plain := inEveryField(t, sampleLink), inEveryField(t, "plain:text")
	for attack, text := range hostile {
		t.Run(attack, func(t *testing.T) {
			t.Parallel()
			for field, page := range inEveryField(t, text) {
				w := written(page, "en")
				for _, value := range w.Header() {
					if strings.ContainsAny(strings.Join(value, ""), "\r\n") {
						t.Errorf("%s: header %q", field, value)
					}
				}
				checkPolicyHolds(t, field, w.Header())
				got := skeleton(t, w.Body.Bytes())
				if !slices.Equal(got, skeletonOf(t, linked[field])) && !slices.Equal(got, skeletonOf(t, plain[field])) {
					t.Errorf("%s changes the page:\n%s", field, w.Body)
				}
			}
		})
	}
}

// checkPolicyHolds checks that a page's policy has its directives and no more.
func checkPolicyHolds(t *testing.T, field string, h http.Header) {
	t.Helper()
	for name, sources := range policyOf(t, h) {
		if strings.Contains(sources, ",") || strings.Contains(sources, "*") {
			t.Errorf("%s: %s is %q", field, name, sources)
		}
		if name == "script-src" && strings.Contains(sources, " ") {
			t.Errorf("%s: scripts from %q", field, sources)
		}
	}
}

func skeletonOf(t *testing.T, p Page) []string {
	t.Helper()
	return skeleton(t, written(p, "en").Body.Bytes())
}

// skeleton lists the tags and attribute names of a page as a browser reads them,
// and checks where its links go.
func skeleton(t *testing.T, page []byte) []string {
	t.Helper()
	var bones []string
	tokens := html.NewTokenizer(bytes.NewReader(page))
	for {
		kind := tokens.Next()
		if kind == html.ErrorToken {
			return bones
		}
		token := tokens.Token()
		if kind == html.TextToken {
			continue
		}
		bones = append(bones, kind.String()+" "+token.Data[:min(len(token.Data), 20)])
		for _, attribute := range token.Attr {
			bones = append(bones, attribute.Key)
			checkLink(t, attribute)
		}
	}
}

func checkLink(t *testing.T, a html.Attribute) {
	t.Helper()
	if !slices.Contains([]string{"href", "action", "data-status", "data-result", "data-next"}, a.Key) {
		return
	}
	base := &url.URL{Scheme: "https", Host: "pay.example.com"}
	u, err := base.Parse(a.Val)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.User != nil {
		t.Errorf("%s leads to %q", a.Key, a.Val)
	}
}

// TestTextsArriveWhole checks that escaping changes nothing of what is shown.
func TestTextsArriveWhole(t *testing.T) {
	t.Parallel()
	text := `<b>"A&B's"</b> </script> 订单`
	page := written(Result{Order: Order{OrderID: text, Amount: 5, MerID: "m"}, State: translate.PayerClosed}, "zh").Body
	root, err := html.Parse(page)
	if err != nil {
		t.Fatal(err)
	}
	for node := range root.Descendants() {
		if node.Type == html.TextNode && node.Data == text {
			return
		}
	}
	t.Error("the order number is not on the page")
}

func TestPayDataArrivesWhole(t *testing.T) {
	t.Parallel()
	data := mustPayData(t)
	page := written(WeChatPay{sampleOrder, data, sampleStatus, sampleResult}, "zh").Body
	tokens := html.NewTokenizer(page)
	for tokens.Next() != html.ErrorToken {
		for _, attribute := range tokens.Token().Attr {
			if attribute.Key == "data-pay" && attribute.Val == data.JSON() {
				return
			}
		}
	}
	t.Error("the pay data are not on the page")
}
