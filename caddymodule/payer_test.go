package caddymodule

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/inbound"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

func init() {
	// A seam for the tests: a page with a defect, which is that nothing serves it.
	routes["/test/panic.html"] = inbound.Route{Name: "page_panic", Caller: inbound.Payer}
}

const (
	publicURL = "https://pay.example.com" // of every server of these tests
	appID     = "wx0123456789abcdef"
	// shopURL is the merchant's own page, on the one host that is allowed.
	shopURL     = "https://shop.example/login?a=1#top"
	shopHost    = "shop.example"
	payerOpenID = "ocanaryOpenID_1-2"
)

// The cookies of payers' browsers.
const (
	payerCookie       = "paybridge_payer"
	startedOverCookie = "paybridge_started_over"
	startOverEvery    = time.Minute
)

var payerCookieForm = regexp.MustCompile(`^[2-7A-Z]{26}$`)

// payerServer is a bridge for payers' browsers, with a WeChat.
type payerServer struct {
	*server
	wechat *fakeWeChat
}

// startPayerServer starts a bridge whose merchant has an official account.
func startPayerServer(t *testing.T, merchantWords string) *payerServer {
	t.Helper()
	return startPayerServerWith(t, "", merchantWords)
}

// startPayerServerWith does so with more words in the app's block.
func startPayerServerWith(t *testing.T, more, merchantWords string) *payerServer {
	t.Helper()
	w := newFakeWeChat(t)
	words := fmt.Sprintf("wechat_app %s {env.PAYBRIDGE_TEST_APP_SECRET}\n\t\t\tredirect_hosts %s\n\t\t\t%s", appID, shopHost, merchantWords)
	more += fmt.Sprintf("\nwechat {\n\t\t\tauthorize %s/authorize\n\t\t\ttoken %s/token\n\t\t}", w.URL, w.URL)
	s := startServerWith(t, more, words)
	return &payerServer{server: s, wechat: w}
}

// fakeWeChat answers the token address: an openid, unless a test gives it
// something else to say.
type fakeWeChat struct {
	*httptest.Server
	mu     sync.Mutex
	answer string
	of     map[string]string // answers to single codes
	asked  []url.Values
	hold   *hold
}

func newFakeWeChat(t *testing.T) *fakeWeChat {
	t.Helper()
	w := &fakeWeChat{answer: fmt.Sprintf(`{"openid":%q}`, payerOpenID)}
	w.Server = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.asked = append(w.asked, r.URL.Query())
		answer, single := w.of[r.URL.Query().Get("code")]
		if !single {
			answer = w.answer
		}
		if h := w.hold; h != nil {
			w.mu.Unlock()
			h.asked <- struct{}{}
			<-h.released
			w.mu.Lock()
		}
		_, _ = io.WriteString(rw, answer)
	}))
	t.Cleanup(w.Close)
	return w
}

func (w *fakeWeChat) say(answer string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.answer = answer
}

// hold keeps answers back until it is released.
type hold struct {
	asked    chan struct{} // tells of each question
	released chan struct{}
	release  func()
}

// holdAnswers keeps answers back until the hold is released, or the test ends.
func (w *fakeWeChat) holdAnswers(t *testing.T) *hold {
	t.Helper()
	h := &hold{asked: make(chan struct{}, 16), released: make(chan struct{})}
	h.release = sync.OnceFunc(func() { close(h.released) })
	t.Cleanup(h.release)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.hold = h
	return h
}

// sayOf gives the answer to one code.
func (w *fakeWeChat) sayOf(code, answer string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.of = map[string]string{code: answer}
}

// tokens returns what has been asked so far.
func (w *fakeWeChat) tokens() []url.Values {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.asked
}

// payerBrowser is a browser at the public address, behind something that ends TLS. It
// follows nothing by itself, but where that address leads to itself.
type payerBrowser struct {
	s           *server
	agent       string
	cookie      *http.Cookie
	startedOver *http.Cookie
}

const weChatAgent = "Mozilla/5.0 (Linux; Android 14) MicroMessenger/8.0.50 Language/zh_CN"

func (s *payerServer) browser() *payerBrowser { return &payerBrowser{s: s.server, agent: weChatAgent} }

// open opens an address below the server's and keeps the cookies it gets.
func (b *payerBrowser) open(t *testing.T, method, address string, body io.Reader) reply {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, b.s.url+address, body)
	if err != nil {
		t.Fatal(err)
	}
	req.Host = "pay.example.com"
	req.Header.Set("User-Agent", b.agent)
	if body != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for _, c := range []*http.Cookie{b.cookie, b.startedOver} {
		if c != nil {
			req.AddCookie(c)
		}
	}
	r := send(t, req)
	for _, c := range (&http.Response{Header: r.header}).Cookies() {
		if strings.HasSuffix(c.Name, startedOverCookie) {
			b.startedOver = c
		} else {
			b.cookie = c
		}
	}
	mustBePage(t, r)
	if at, own := strings.CutPrefix(r.header.Get("Location"), publicURL); own {
		return b.get(t, at)
	}
	return r
}

func (b *payerBrowser) get(t *testing.T, address string) reply {
	t.Helper()
	return b.open(t, http.MethodGet, address, nil)
}

// wants insists on a status and a text.
func (r reply) wants(t *testing.T, status int, text string) {
	t.Helper()
	if r.status != status || !strings.Contains(string(r.body), text) {
		t.Fatalf("status %d, want %d with %q; Location %q\n%s", r.status, status, text, r.header.Get("Location"), r.body)
	}
}

// goesTo insists on a redirect to an address that begins so, and returns it.
func (r reply) goesTo(t *testing.T, prefix string) *url.URL {
	t.Helper()
	location := r.header.Get("Location")
	if r.status != http.StatusSeeOther || !strings.HasPrefix(location, prefix) {
		t.Fatalf("status %d to %q, want 303 to %q\n%s", r.status, location, prefix, r.body)
	}
	u, err := url.Parse(location)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// mustBePage insists on what every answer to a browser has.
func mustBePage(t *testing.T, r reply) {
	t.Helper()
	for name, want := range map[string]string{
		"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff",
	} {
		if got := r.header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	policy := r.header.Get("Content-Security-Policy")
	if strings.HasPrefix(r.header.Get("Content-Type"), "text/html") && !strings.Contains(policy, "default-src 'none'") {
		t.Errorf("Content-Security-Policy: %q", policy)
	}
}

// query writes parameters.
func query(pairs ...string) string {
	values := make(url.Values)
	for i := 0; i < len(pairs); i += 2 {
		values.Set(pairs[i], pairs[i+1])
	}
	return "?" + values.Encode()
}

// submitWxJsApi submits an order as a merchant and returns its PayId.
func (s *payerServer) submitWxJsApi(t *testing.T, orderID, more string) (payID string) {
	t.Helper()
	message := mustBeV1(t, s.postForm(t, "/api/mpgateway", sealed(wxJsApi(orderID, more), signKey)), v1.CodeOK, signKey)
	payID, _ = message["formaction"].(string)
	if len(payID) != 32 {
		t.Fatalf("PayId %q", payID)
	}
	return payID
}

// wxJsApi is an order to be paid in WeChat; more are members of it.
func wxJsApi(orderID, more string) string {
	return fmt.Sprintf(`{"action":"WxJsApi","txnamt":"1999","merid":"89900001","orderid":%q,`+
		`"backurl":"https://shop.example/notify?token=canary-backurl-query"%s}`, orderID, more)
}

// payLinkOf is the link that the book has.
func payLinkOf(orderID, payID string) string {
	return inbound.GoPayPath + query("merid", "89900001", "orderid", orderID, "code", payID)
}

// signedLinkOf is what merchants send their payers to.
func signedLinkOf(path, message string) string { return path + "?" + sealed(message, signKey).Encode() }

// statusOf asks how an order stands.
func (s *payerServer) statusOf(t *testing.T, payID string) (status struct{ State, Next string }) {
	t.Helper()
	r := s.browser().get(t, inbound.StatusPath+query("id", payID))
	if err := json.Unmarshal(r.body, &status); err != nil || r.status != http.StatusOK {
		t.Fatalf("%d %s: %v", r.status, r.body, err)
	}
	return status
}
