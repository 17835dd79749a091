package sandbox

import (
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"
)

// hostedBody is a JS pay that a browser posts, with changes.
func hostedBody(changes map[string]any) map[string]any {
	body := payBody("ORDER001", map[string]any{"payMode": "02", "totalAmt": "19.99", "wxCallbackUrl": "http://127.0.0.1:1/result?id=1"})
	return changed(body, changes)
}

// page posts the form and returns the page.
func (p *peer) page(form url.Values) string {
	p.t.Helper()
	status, body, err := p.post(form)
	if err != nil || status != http.StatusOK || !strings.Contains(body, "网关收银台") {
		p.t.Fatalf("no page: %d %v %s", status, err, body)
	}
	return body
}

var hiddenOrder = regexp.MustCompile(`name="order" value="([^"]+)"`)

// press presses a button of the page and returns where the browser is sent to,
// or the page it stays on.
func (p *peer) press(page, button string) (location, body string) {
	p.t.Helper()
	found := hiddenOrder.FindStringSubmatch(page)
	if found == nil {
		p.t.Fatalf("no order on %s", page)
	}
	client := *p.http
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	resp, err := client.PostForm(strings.TrimSuffix(p.url, OnePayPath)+HostedPath, url.Values{"order": {found[1]}, "do": {button}})
	if err != nil {
		p.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return resp.Header.Get("Location"), string(text)
}

func TestHosted(t *testing.T) {
	t.Parallel()
	past := time.Now().Add(-time.Minute).In(beijing).Format(wireLayout)
	for _, test := range []struct {
		name    string
		changes map[string]any
		presses []string
		shows   string // on the first page
		goes    string // after the last press
		stays   string // or what that page shows
		charges int
		held    int
	}{
		{name: "pay", presses: []string{"pay"}, shows: "19.99", goes: "http://127.0.0.1:1/result?id=1", charges: 1},
		{name: "pay twice", presses: []string{"pay", "pay"}, shows: "等待支付", goes: "http://127.0.0.1:1/result?id=1", charges: 1},
		{name: "pay quietly", presses: []string{"pay_quietly"}, shows: "等待支付", goes: "http://127.0.0.1:1/result?id=1", charges: 1, held: 1},
		{name: "back", presses: []string{"back"}, shows: "等待支付", goes: "http://127.0.0.1:1/result?id=1"},
		{name: "nowhere to go", changes: map[string]any{"wxCallbackUrl": ""}, presses: []string{"pay"}, shows: "等待支付", stays: "支付成功", charges: 1},
		{name: "expired", changes: map[string]any{"exprieTime": past}, shows: codeRefused},
		{name: "against the rules", changes: map[string]any{"totalAmt": "1"}, shows: codeFormat},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			g, p, _ := start(t, nil)
			page := p.page(p.form(p.head(CodePay), hostedBody(test.changes)))
			if !strings.Contains(page, test.shows) {
				t.Errorf("the page shows %s", page)
			}
			var location, body string
			for _, button := range test.presses {
				location, body = p.press(page, button)
			}
			g.WaitNotices()
			if location != test.goes || !strings.Contains(body, test.stays) {
				t.Errorf("sent to %q, %s", location, body)
			}
			o, _ := g.Order(p.id, "ORDER001")
			if o.Charges != test.charges || g.State().Held != test.held {
				t.Errorf("%d charges, %d notices held", o.Charges, g.State().Held)
			}
		})
	}
}

func TestHostedAgain(t *testing.T) {
	t.Parallel()
	g, p, _ := start(t, nil)
	form := p.form(p.head(CodePay), hostedBody(nil))
	first := p.page(form)
	for name, page := range map[string]string{
		"reloaded":       p.page(form),
		"in another tab": p.page(p.form(p.head(CodePay), hostedBody(nil))),
	} {
		if page != first {
			t.Errorf("%s: %s", name, page)
		}
	}
	if page := p.page(p.form(p.head(CodePay), hostedBody(map[string]any{"totalAmt": "20.00"}))); !strings.Contains(page, codeRepeated) {
		t.Errorf("with another amount: %s", page)
	}
	p.press(first, "pay")
	if page := p.page(form); !strings.Contains(page, "支付成功") || strings.Contains(page, `value="pay"`) {
		t.Errorf("after the payment: %s", page)
	}
	if o, _ := g.Order(p.id, "ORDER001"); o.Charges != 1 {
		t.Errorf("%d charges", o.Charges)
	}
	wantNoViolations(t, g)
	g.WaitNotices()

	head := p.head(CodePay)
	p.page(p.form(head, hostedBody(nil)))
	p.page(p.form(head, hostedBody(map[string]any{"subject": "other"})))
	if v := g.Violations(); len(v) != 1 || v[0].Path != "head.tranFlowid" {
		t.Errorf("a flow number for two messages: violations %v", v)
	}
}

// TestHostedExpires: the page is open when the order's time is over.
func TestHostedExpires(t *testing.T) {
	t.Parallel()
	now := time.Now()
	g, p, _ := start(t, func(c *Config) { c.Now = func() time.Time { return now } })
	expires := now.Add(time.Minute).In(beijing).Format(wireLayout)
	form := p.form(p.head(CodePay), hostedBody(map[string]any{"exprieTime": expires}))
	page := p.page(form)
	now = now.Add(2 * time.Minute)
	if _, body := p.press(page, "pay"); !strings.Contains(body, "订单已过期") {
		t.Errorf("pressing too late: %s", body)
	}
	if again := p.page(form); !strings.Contains(again, "订单已过期") || strings.Contains(again, `value="pay"`) {
		t.Errorf("looking too late: %s", again)
	}
	if o, _ := g.Order(p.id, "ORDER001"); o.Charges != 0 {
		t.Errorf("%d charges", o.Charges)
	}
	wantNoViolations(t, g)
}
