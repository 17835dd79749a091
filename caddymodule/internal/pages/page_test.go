package pages

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// sizeLimit is what a page may have at most, in bytes.
const sizeLimit = 20 << 10

func written(p Page, lang string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Header.Set("Accept-Language", lang)
	w := httptest.NewRecorder()
	Write(w, r, http.StatusOK, p)
	return w
}

// policyOf reads a Content-Security-Policy into sources by directive.
func policyOf(t *testing.T, h http.Header) map[string]string {
	t.Helper()
	if len(h.Values("Content-Security-Policy")) != 1 {
		t.Fatalf("policies: %q", h.Values("Content-Security-Policy"))
	}
	policy := make(map[string]string)
	for rule := range strings.SplitSeq(h.Get("Content-Security-Policy"), ";") {
		name, sources, _ := strings.Cut(strings.TrimSpace(rule), " ")
		if _, twice := policy[name]; twice || sources == "" {
			t.Errorf("rule %q is repeated or empty", rule)
		}
		policy[name] = sources
	}
	return policy
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	want := map[string]string{
		"Content-Type":           "text/html; charset=utf-8",
		"Content-Language":       "zh-CN",
		"X-Content-Type-Options": "nosniff",
		"Referrer-Policy":        "no-referrer",
		"Cache-Control":          "no-store",
	}
	for name, page := range samples(t) {
		w := written(page, "")
		for header, value := range want {
			if got := w.Header().Get(header); got != value {
				t.Errorf("%s: %s is %q, want %q", name, header, got, value)
			}
		}
		if got := w.Header().Get("Content-Length"); got != strconv.Itoa(w.Body.Len()) {
			t.Errorf("%s: Content-Length %s, body has %d", name, got, w.Body.Len())
		}
	}
}

func TestPolicy(t *testing.T) {
	t.Parallel()
	tests := []struct {
		page string
		own  map[string]string // besides what all pages have
	}{
		{"wechatpay", map[string]string{"connect-src": "'self'", "frame-src": "weixin:", "form-action": "'none'"}},
		{"hosted", map[string]string{"form-action": "https:"}},
		{"hosted_nowhere", map[string]string{"form-action": "'none'"}},
		{"outside", map[string]string{"form-action": "'none'"}},
		{"result_open", map[string]string{"connect-src": "'self'", "form-action": "'none'"}},
		{"result_onward", map[string]string{"form-action": "'none'"}},
		{"refusal_internal", map[string]string{"form-action": "'none'"}},
	}
	pages := samples(t)
	for _, test := range tests {
		t.Run(test.page, func(t *testing.T) {
			t.Parallel()
			got := policyOf(t, written(pages[test.page], "").Header())
			nonce := strings.TrimSuffix(strings.TrimPrefix(got["script-src"], "'nonce-"), "'")
			if len(nonce) < 22 { // 128 bits in base64
				t.Errorf("nonce %q is too short", nonce)
			}
			want := map[string]string{
				"default-src": "'none'", "base-uri": "'none'", "frame-ancestors": "'none'",
				"script-src": "'nonce-" + nonce + "'", "style-src": "'nonce-" + nonce + "'",
			}
			for name, sources := range test.own {
				want[name] = sources
			}
			for name, sources := range want {
				if got[name] != sources {
					t.Errorf("%s is %q, want %q", name, got[name], sources)
				}
			}
			if len(got) != len(want) {
				t.Errorf("policy is %v, want %v", got, want)
			}
		})
	}
}

func TestNonceIsFresh(t *testing.T) {
	t.Parallel()
	first := policyOf(t, written(Refusal{Reason: Busy}, "").Header())["script-src"]
	second := policyOf(t, written(Refusal{Reason: Busy}, "").Header())["script-src"]
	if first == second {
		t.Errorf("two answers have the nonce %s", first)
	}
}

var (
	opensCode = regexp.MustCompile(`<(?:script|style)[^>]*>`)
	// fetches finds what would load, or run outside of the scripts.
	fetches = regexp.MustCompile(`(?i)\s(?:src|srcset|style|on[a-z]+|background|poster)=|<(?:link|img|iframe|object|embed|base)|@import|url\(`)
)

func TestPagesAreWhole(t *testing.T) {
	t.Parallel()
	for name, page := range samples(t) {
		for _, lang := range []string{"zh", "en"} {
			w := written(page, lang)
			body := w.Body.String()
			if len(body) >= sizeLimit {
				t.Errorf("%s has %d bytes", name, len(body))
			}
			source := policyOf(t, w.Header())["style-src"]
			nonce := strings.TrimSuffix(strings.TrimPrefix(source, "'nonce-"), "'")
			tags := opensCode.FindAllString(body, -1)
			if len(tags) == 0 {
				t.Errorf("%s has no style", name)
			}
			for _, tag := range tags {
				if !strings.Contains(tag, ` nonce="`+nonce+`"`) {
					t.Errorf("%s: %s is without the nonce", name, tag)
				}
			}
			if found := fetches.FindString(body); found != "" {
				t.Errorf("%s contains %q", name, found)
			}
		}
	}
}

// TestLargestPages holds the size with the longest that comes in: a sealed
// message of 4 KiB, the longest pay data, a link whose code is just drawn.
func TestLargestPages(t *testing.T) {
	t.Parallel()
	long := strings.NewReplacer(
		"oR9d8PuhnIc", strings.Repeat("s", 600),
		"wx21201855730335ac86f8c43d1889123400", strings.Repeat("p", 240),
	).Replace(samplePay)
	data, err := ParsePayData(long)
	if err != nil {
		t.Fatal(err)
	}
	widest := sampleLink + strings.Repeat("c", 500-len(sampleLink))
	if newQRCode(widest) == nil {
		t.Fatal("no code for the longest link")
	}
	pages := map[string]Page{
		"wechatpay": WeChatPay{sampleOrder, data, sampleStatus, sampleResult},
		"hosted":    Hosted{sampleOrder, sampleAction, []Field{{"msg_enc", strings.Repeat("0f", 4096)}, {"key_enc", strings.Repeat("0f", 256)}, {"sign", strings.Repeat("0f", 256)}}},
		"outside":   Outside{widest},
		"no code":   Outside{sampleLink + strings.Repeat("c", linkLimit-len(sampleLink))},
	}
	for name, page := range pages {
		if size := written(page, "en").Body.Len(); size >= sizeLimit {
			t.Errorf("%s has %d bytes", name, size)
		}
	}
}

// brokenPage has no template.
type brokenPage struct{ Refusal }

func (brokenPage) name() string { return "broken" }

func TestPageThatCannotBeMade(t *testing.T) {
	t.Parallel()
	w := written(brokenPage{}, "")
	if w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "broken") {
		t.Errorf("answered %d %q", w.Code, w.Body)
	}
}
