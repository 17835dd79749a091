package oldgateway

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/paybridge/paybridge/tests/httpclient"
	"github.com/paybridge/paybridge/tests/sandbox/merchant"
)

// browser is a payer's: it keeps cookies, and does not follow redirects by itself.
func browser(t *testing.T) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{Transport: httpclient.Transport, Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// read closes the body and returns it.
func read(t *testing.T, resp *http.Response, err error) string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// opened is a page that a browser has opened.
type opened struct {
	status int
	header http.Header
	text   string
}

func open(t *testing.T, client *http.Client, address string) opened {
	t.Helper()
	resp, err := client.Get(address)
	text := read(t, resp, err)
	return opened{resp.StatusCode, resp.Header, text}
}

// One browser is one payer, whose openid goes behind what the address has already.
func TestOpenIDPage(t *testing.T) {
	t.Parallel()
	_, address := serve(t, testConfig())
	payer := browser(t)
	ask := func(client *http.Client) string {
		page := open(t, client, address+"/wxjsapi/openid.html?merid="+testMerID+"&backurl="+url.QueryEscape("https://shop.example/a?x=1#part"))
		if page.status != http.StatusFound {
			t.Fatal(page.status)
		}
		return page.header.Get("Location")
	}
	first := ask(payer)
	if !regexp.MustCompile(`^https://shop\.example/a\?x=1&openid=oOLD[0-9a-f]{24}#part$`).MatchString(first) {
		t.Errorf("sent to %s", first)
	}
	if second := ask(payer); second != first {
		t.Errorf("then to %s", second)
	}
	if other := ask(browser(t)); other == first {
		t.Error("another browser has the same openid")
	}
	if page := open(t, payer, address+"/wxjsapi/openid.html"); !strings.Contains(page.text, "参数错误") {
		t.Errorf("without an address: %s", page.text)
	}
}

// A WxJsApi order is paid on the page, and the browser goes back to the merchant
// with a signed result.
func TestPayPage(t *testing.T) {
	t.Parallel()
	g, address := serve(t, testConfig())
	client := program(address)
	p := payment("WxJsApi", "page00001")
	p.FrontURL = "https://shop.example/done?id=7"
	reply, err := client.Pay(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	members := map[string]any{"orderid": "page00001", "code": reply.FormAction}
	signed, err := client.Link(merchant.GoPayPath, members)
	if err != nil {
		t.Fatal(err)
	}
	plain := address + merchant.GoPayPath + "?merid=" + testMerID + "&orderid=page00001&code=" + reply.FormAction
	for _, link := range []string{signed, plain, strings.ReplaceAll(signed, "%2B", "+")} {
		page := open(t, browser(t), link)
		if page.status != http.StatusOK || !strings.Contains(page.text, `<form method="post"`) || page.header.Get("Set-Cookie") == "" {
			t.Errorf("%s: %+v", link, page)
		}
	}
	if page := open(t, browser(t), plain+"1"); strings.Contains(page.text, "<form") {
		t.Error("another PayId opens the page")
	}
	form := url.Values{"merid": {testMerID}, "orderid": {"page00001"}, "code": {reply.FormAction}}
	resp, err := browser(t).PostForm(address+"/wxjsapi/dopay.html", form)
	read(t, resp, err)
	back, err := http.NewRequest(http.MethodGet, resp.Header.Get("Location"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if n := merchant.ReadReturn(back, testMerID, testKey); len(n.Violations) > 0 || n.OrderID != "page00001" || n.Query.Get("id") != "7" {
		t.Errorf("sent to %s: %v", back.URL, n.Violations)
	}
	if n := g.State().Count(Charge, testMerID, "page00001"); n != 1 {
		t.Errorf("charged %d times", n)
	}
	resp, err = browser(t).PostForm(address+"/wxjsapi/dopay.html", form)
	if text := read(t, resp, err); !strings.Contains(text, "订单不能支付") {
		t.Errorf("paid twice: %s", text)
	}
}

// Pages that submit an order themselves send the browser on to its page.
func TestPagesThatSubmit(t *testing.T) {
	t.Parallel()
	g, address := serve(t, testConfig())
	for path, orderID := range map[string]string{merchant.GatewayPath: "onestep01", "/api/icashier": "cashier01"} {
		link, err := program(address).Link(path, map[string]any{"orderid": orderID, "txnamt": "1999", "backurl": "https://shop.example/n"})
		if err != nil {
			t.Fatal(err)
		}
		page := open(t, browser(t), link)
		location := page.header.Get("Location")
		if page.status != http.StatusFound || !strings.HasPrefix(location, "/wxjsapi/gopay.html?") {
			t.Fatalf("%s: %d to %q", path, page.status, location)
		}
		if page := open(t, browser(t), address+location); !strings.Contains(page.text, "<form") {
			t.Errorf("%s: %s", path, page.text)
		}
		if _, found := g.State().Order(testMerID, orderID); !found {
			t.Errorf("%s: no order", path)
		}
		if page := open(t, browser(t), address+path); !strings.Contains(page.text, `"sign":""`) {
			t.Errorf("%s without parameters: %s", path, page.text)
		}
	}
}

// A browser keeps files.
func TestLogo(t *testing.T) {
	t.Parallel()
	_, address := serve(t, testConfig())
	page := open(t, browser(t), address+"/wxjsapi/logo.png")
	if !strings.HasPrefix(page.text, "\x89PNG") {
		t.Fatalf("%d %q", page.status, page.text)
	}
	req, err := http.NewRequest(http.MethodGet, address+"/wxjsapi/logo.png", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("If-None-Match", page.header.Get("Etag"))
	again, err := httpclient.Client.Do(req)
	if text := read(t, again, err); again.StatusCode != http.StatusNotModified || text != "" {
		t.Errorf("%s %q", again.Status, text)
	}
}
