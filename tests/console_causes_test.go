package tests

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/paybridge/paybridge/tests/chromium"
	"github.com/paybridge/paybridge/tests/port"
	"github.com/paybridge/paybridge/tests/sandbox/merchant"
)

// TestConsoleTellsWhyAnAttemptFailed: the story of an order says why its merchant
// was not reached, and what the merchant answered, in letters, on a phone too.
func TestConsoleTellsWhyAnAttemptFailed(t *testing.T) {
	t.Parallel()
	d := openDesk(t, "")
	encrypted := httptest.NewTLSServer(http.NotFoundHandler()) // nobody knows who has signed its certificate
	t.Cleanup(encrypted.Close)
	nobody := strings.Repeat("shop", 16) // too long for a label, so that no name service is asked
	gone := port.Free(t)
	for name, test := range map[string]struct {
		backURL string // the receiver's, if empty
		chinese string
		english string
	}{
		"no-such-host": {"http://" + nobody + ".example.com/notify", "无法连接，域名不存在 – " + nobody, "cannot connect, no such host – " + nobody},
		"refused":      {"http://" + gone + "/notify", "无法连接，连接被拒绝 – " + gone, "cannot connect, connection refused – " + gone},
		"TLS": {
			encrypted.URL + "/notify", "TLS 不被接受，TLS：证书的签发机构不受信任 – ", "TLS not accepted, TLS: certificate of an unknown authority – ",
		},
		"blocked": {
			"http://10.1.2.3/notify", "地址不允许，已拦截：不是公网地址，可用 allow_callbacks 放行 – 10.1.2.3",
			"address not allowed, blocked: not public, allow_callbacks would open it – 10.1.2.3",
		},
		"never-called": {
			"http://169.254.169.254/notify", "地址不允许，已拦截：任何配置都不允许的地址 – 169.254.169.254",
			"address not allowed, blocked: never called, whatever is configured – 169.254.169.254",
		},
		"GBK": {"", "商户应答：处理失败", "The merchant answered: 处理失败"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := d.payment("intl", "WxCode", 4300)
			if p.BackURL = test.backURL; p.BackURL == "" {
				p.BackURL = d.backURLs["intl"]
				d.receivers["intl"].Script(p.OrderID, merchant.AnswerGBK, merchant.AnswerGBK)
			}
			d.pay("intl", p)
			d.awaitState(p.OrderID, "paid", "exhausted")
			for words, o := range map[string]chromium.Options{test.chinese: {Device: chromium.Phone}, test.english: english} {
				tab := d.open(t, o, "#order=89900001/"+p.OrderID)
				tab.Await("the cause: "+words, `document.querySelector("#events").innerText.includes(`+quoteJS(words)+`)`)
				tab.Inspect("story" + o.Language)
			}
		})
	}
}
