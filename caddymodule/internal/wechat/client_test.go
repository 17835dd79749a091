package wechat

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

var testApp = App{ID: "wx0123456789abcdef", Secret: "canary-secret"}

const testCode = "canary-code"

func TestAuthorizeAt(t *testing.T) {
	t.Parallel()
	c := New(DefaultAuthorizeURL, DefaultTokenURL, http.DefaultTransport)
	got := c.AuthorizeAt(testApp.ID, "https://pay.example.com/wxjsapi/openid.html?backurl=https%3A%2F%2Fshop.example%2F%3Fa%3D1%26b", "STATE1")
	want := "https://open.weixin.qq.com/connect/oauth2/authorize?appid=wx0123456789abcdef" +
		"&redirect_uri=https%3A%2F%2Fpay.example.com%2Fwxjsapi%2Fopenid.html%3Fbackurl%3Dhttps%253A%252F%252Fshop.example%252F%253Fa%253D1%2526b" +
		"&response_type=code&scope=snsapi_base&state=STATE1#wechat_redirect"
	if got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}

// carrierFunc answers requests without a network.
type carrierFunc func(*http.Request) (*http.Response, error)

func (f carrierFunc) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// answering answers every request alike.
func answering(status int, body string) carrierFunc {
	return func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: status, Header: http.Header{"Location": {"/elsewhere"}}, Body: io.NopCloser(strings.NewReader(body))}, nil
	}
}

func TestExchange(t *testing.T) {
	t.Parallel()
	longest := strings.Repeat("o", 128)
	for _, test := range []struct {
		name    string
		carrier carrierFunc
		code    string
		openID  string
		err     error
		says    string
	}{
		{"openid", answering(200, `{"access_token":"a","expires_in":7200,"openid":"oUpF8uMuAJO_M2pxb1Q9zNjWeS6-","scope":"snsapi_base"}`), testCode, "oUpF8uMuAJO_M2pxb1Q9zNjWeS6-", nil, ""},
		{"openid beside errcode 0", answering(200, `{"errcode":0,"openid":"o1"}`), testCode, "o1", nil, ""},
		{"the longest openid", answering(200, `{"openid":"`+longest+`"}`), testCode, longest, nil, ""},
		{"no code", answering(200, `{"openid":"o1"}`), "", "", ErrRefused, "no code"},
		{"an endless code", answering(200, `{"openid":"o1"}`), strings.Repeat("c", 513), "", ErrRefused, "no code"},
		{"a used code", answering(200, `{"errcode":40163,"errmsg":"code been used, canary-code"}`), testCode, "", ErrRefused, "errcode 40163"},
		{"a wrong secret", answering(200, `{"errcode":40125,"errmsg":"invalid appsecret"}`), testCode, "", ErrRefused, "errcode 40125"},
		{"busy", answering(200, `{"errcode":-1,"errmsg":"system error"}`), testCode, "", ErrUnavailable, "errcode -1"},
		{"too many calls", answering(200, `{"errcode":45011}`), testCode, "", ErrUnavailable, "errcode 45011"},
		{"a refusal with an openid", answering(200, `{"errcode":40029,"openid":"o1"}`), testCode, "", ErrRefused, "errcode 40029"},
		{"a page", answering(200, `<html>502</html>`), testCode, "", ErrUnavailable, "cannot be read"},
		{"nothing", answering(200, ``), testCode, "", ErrUnavailable, "cannot be read"},
		{"a list", answering(200, `[]`), testCode, "", ErrUnavailable, "cannot be read"},
		{"another status", answering(502, `{"openid":"o1"}`), testCode, "", ErrUnavailable, "status 502"},
		{"a redirect is not followed", answering(302, `{"openid":"o1"}`), testCode, "", ErrUnavailable, "status 302"},
		{"without openid", answering(200, `{"access_token":"a"}`), testCode, "", ErrRefused, "no openid"},
		{"openid of another type", answering(200, `{"openid":1}`), testCode, "", ErrUnavailable, "cannot be read"},
		{"markup for openid", answering(200, `{"openid":"o\"><script>"}`), testCode, "", ErrRefused, "no openid"},
		{"line break at the end of openid", answering(200, `{"openid":"o1\n"}`), testCode, "", ErrRefused, "no openid"},
		{"parameters in openid", answering(200, `{"openid":"o1&openid=o2"}`), testCode, "", ErrRefused, "no openid"},
		{"wide letters in openid", answering(200, `{"openid":"ｏ1"}`), testCode, "", ErrRefused, "no openid"},
		{"a longer openid", answering(200, `{"openid":"`+longest+`o"}`), testCode, "", ErrRefused, "no openid"},
		{"the longest answer", answering(200, `{"openid":"o1"}`+strings.Repeat(" ", maxAnswer-len(`{"openid":"o1"}`))), testCode, "o1", nil, ""},
		{"a longer answer", answering(200, `{"openid":"o1"}`+strings.Repeat(" ", maxAnswer)), testCode, "", ErrUnavailable, "longer than 64 KiB"},
		{"no connection", func(*http.Request) (*http.Response, error) { return nil, errors.New("connection refused") }, testCode, "", ErrUnavailable, "connection refused"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			openID, err := New(DefaultAuthorizeURL, DefaultTokenURL, test.carrier).Exchange(t.Context(), testApp, test.code)
			if openID != test.openID || !errors.Is(err, test.err) {
				t.Fatalf("Exchange = %q, %v; want %q, %v", openID, err, test.openID, test.err)
			}
			if err == nil {
				return
			}
			if text := err.Error(); !strings.Contains(text, test.says) || strings.Contains(text, "canary") {
				t.Errorf("error %q, want %q", text, test.says)
			}
		})
	}
}

// TestExchangeAsks checks what goes to WeChat.
func TestExchangeAsks(t *testing.T) {
	t.Parallel()
	asked := make(chan *http.Request, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- r
		http.SetCookie(w, &http.Cookie{Name: "a", Value: "b"})
		_, _ = io.WriteString(w, `{"openid":"o1"}`)
	}))
	t.Cleanup(server.Close)
	c := New(server.URL+"/authorize", server.URL+"/token", new(http.Transport))
	t.Cleanup(c.Close)
	for range 2 { // the second time without the cookie of the first
		if openID, err := c.Exchange(t.Context(), testApp, "a&b=c"); openID != "o1" || err != nil {
			t.Fatalf("Exchange = %q, %v", openID, err)
		}
		r := <-asked
		want := url.Values{"appid": {testApp.ID}, "secret": {testApp.Secret}, "code": {"a&b=c"}, "grant_type": {"authorization_code"}}
		if got := r.URL.Query(); r.Method != http.MethodGet || r.URL.Path != "/token" || got.Encode() != want.Encode() {
			t.Errorf("%s %s", r.Method, r.URL)
		}
		if r.Header.Get("Cookie") != "" || r.Header.Get("Referer") != "" {
			t.Errorf("headers %v", r.Header)
		}
	}
}

// TestExchangeGivesUp: a payer waits for at most 5 seconds.
func TestExchangeGivesUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		silent := carrierFunc(func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		})
		begin := time.Now()
		_, err := New(DefaultAuthorizeURL, DefaultTokenURL, silent).Exchange(t.Context(), testApp, testCode)
		if took := time.Since(begin); !errors.Is(err, ErrUnavailable) || took != 5*time.Second {
			t.Errorf("%v after %s", err, took)
		}
		if strings.Contains(err.Error(), "canary") {
			t.Errorf("error %q", err)
		}
	})
}

func TestAppHidesItsSecret(t *testing.T) {
	t.Parallel()
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		if text := fmt.Sprintf(verb, Errand{App: testApp}); strings.Contains(text, "canary") {
			t.Errorf("%s: %s", verb, text)
		}
	}
}

// FuzzReadToken asks that whatever WeChat answers, an openid is one.
func FuzzReadToken(f *testing.F) {
	for _, body := range []string{`{"openid":"o1"}`, `{"errcode":40029}`, `{"openid":"o\r\n"}`, `{"openid":"<"}`, `{"openid":["o"]}`} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		openID, err := readToken(body)
		if (err == nil) != (openID != "") {
			t.Fatalf("%q, %v", openID, err)
		}
		if err == nil && url.QueryEscape(openID) != openID {
			t.Errorf("openid %q", openID)
		}
	})
}
