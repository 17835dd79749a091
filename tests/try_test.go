package tests

import (
	"crypto/md5"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/paybridge/paybridge/tests/httpclient"
	"github.com/paybridge/paybridge/tests/port"
	"github.com/paybridge/paybridge/tests/sandbox"
)

// tryArgs try a payment of a suite's merchant.
func tryArgs(suite string, more ...string) []string {
	return append([]string{"try", "pay", shops[suite].MerID, "--action", "WxSao", "--amount", "0.01"}, more...)
}

// tried waits until the gateway has the order of a try and returns its numbers.
func (w *world) tried(suite string) (orderID, orderNo string) {
	w.t.Helper()
	found := func() bool {
		for _, row := range w.rows() {
			if strings.HasPrefix(row.orderID, "PAYBRIDGETRY") && row.merID == shops[suite].MerID && row.state == "pending" {
				orderID, orderNo = row.orderID, row.orderNo
			}
		}
		return orderID != ""
	}
	if !eventually(found) {
		w.t.Fatal("no tried order is pending")
	}
	return orderID, orderNo
}

// payTried has the payer scan the code of a try that another goroutine follows.
func (w *world) payTried(suite string) (orderID string) {
	w.t.Helper()
	orderID, orderNo := w.tried(suite)
	err := w.gateway.Pay(sandbox.Payment{Notice: sandbox.Notice{MerchantID: shops[suite].Gateway, OrderID: orderNo}})
	if err != nil {
		w.t.Fatal(err)
	}
	return orderID
}

// inBackground carries out a command while the test goes on.
func (p *process) inBackground(args ...string) <-chan said {
	done := make(chan said, 1)
	go func() { done <- p.ask(args...) }()
	return done
}

var shownReq = regexp.MustCompile(`req=(\S+)&sign=`)

// An operator pays as a merchant's customer would, on either suite, sees the request,
// the reply, the code and the payment, and gives the money back.
func TestTryPayIsFollowedUntilPaid(t *testing.T) {
	t.Parallel()
	for suite, shop := range shops {
		t.Run(suite, func(t *testing.T) {
			t.Parallel()
			w := startWorld(t, settings{Extra: hasty})
			w.bridge.wantHealth(200, `"status":"ready"`)
			following := w.bridge.inBackground(tryArgs(suite, "--for", patience.String())...)
			orderID := w.payTried(suite)
			s := <-following
			s.want(t, 0, "POST "+w.bridge.url+"/api/mpgateway", `"txnamt": 1,`, `"orderid": "`+orderID, "&sign=***",
				"Reply: 00", "weixin://", "█▀", "call     OP1001", "→ paid", "Paid. To give the money back:")
			req := shownReq.FindStringSubmatch(s.out)
			if req == nil {
				t.Fatalf("no form:\n%s", s.out)
			}
			sign := fmt.Sprintf("%x", md5.Sum([]byte(req[1]+shop.Key)))
			if strings.Contains(s.out+w.bridge.log(), sign) {
				t.Errorf("the signature is shown:\n%s", s.out)
			}
			if text, err := base64.StdEncoding.DecodeString(req[1]); err != nil || !strings.Contains(string(text), orderID) {
				t.Errorf("what is shown as req: %q, %v", text, err)
			}
			w.bridge.ask("order", shop.MerID, orderID).want(t, 0, "WxSao, 0.01 yuan, paid", "try pay by ", "tried by hand")
			w.bridge.ask("changes").want(t, 0, "try pay", "WxSao over 0.01 yuan")
			w.bridge.ask("notifications").want(t, 0, "No notification")
			w.bridge.ask("try", "query", shop.MerID, orderID).want(t, 0, "/api/query", "resultcode 0000: paid")
			w.bridge.ask("try", "cancel", shop.MerID, orderID).want(t, 0, "/api/cancel", "Reply: 00")
			w.bridge.ask("order", shop.MerID, orderID).want(t, 0, "refunded", "try cancel by ")
			w.bridge.ask("try", "query", shop.MerID, orderID).want(t, 0, "resultcode 1003")
			if log := w.bridge.log(); strings.Count(log, `"try":true`) < 3 {
				t.Error("the log does not say that they are tries")
			}
			w.rest()
		})
	}
}

// With --backurl the merchant's program is told, and what it answers is shown. With
// --cancel the money goes back in the end.
func TestTryPayNotifiesAndCancels(t *testing.T) {
	t.Parallel()
	w := startWorld(t, settings{Extra: hasty})
	w.bridge.wantHealth(200, `"status":"ready"`)
	following := w.bridge.inBackground(tryArgs("intl", "--for", patience.String(), "--backurl", w.backURLs["intl"], "--cancel")...)
	orderID := w.payTried("intl")
	s := <-following
	s.want(t, 0, "call 1: ok", "Cancelled: the order is refunded", "/***")
	if got := w.notified("intl", orderID, 1); got[0].OrderID != orderID {
		t.Errorf("%+v", got)
	}
	w.rest()
}

// The bridge goes away while an order is followed: the operator is told its number and
// how to cancel it, and a program gets what has come until then.
func TestTryPayTellsTheOrderOfABridgeThatGoes(t *testing.T) {
	t.Parallel()
	cancel := "caddy paybridge try cancel " + shops["intl"].MerID + " PAYBRIDGETRY"
	for name, words := range map[string][]string{
		"--lang=en": {"(Ctrl-C ends it, and the order is cancelled then)", "How the order stands is not known", cancel},
		"--lang=zh": {"（Ctrl-C 结束查看，随后撤销订单）", "不知道订单目前的状态", cancel},
		"--json":    {`"orderid": "PAYBRIDGETRY`, `"state": "pending"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := startWorld(t, settings{Extra: hasty})
			w.killed = true
			w.bridge.wantHealth(200, `"status":"ready"`)
			following := w.bridge.inBackground(tryArgs("intl", "--for", patience.String(), "--cancel", name)...)
			if !eventually(func() bool { return strings.Contains(w.bridge.log(), `"interface":"query"`) }) {
				t.Fatal("nobody follows the order")
			}
			w.bridge.kill()
			s := <-following
			s.want(t, 2, words...)
		})
	}
}

// Nobody pays: the order is closed with --cancel, and left to be paid without.
func TestTryPayWithoutAPayer(t *testing.T) {
	t.Parallel()
	w := startWorld(t, settings{TranCodes: "close OP1004"})
	w.bridge.wantHealth(200, `"status":"ready"`)
	w.bridge.ask(tryArgs("intl", "--for", "0s", "--cancel", "--why", "smoke test")...).want(t, 0, "smoke test", "Cancelled: the order is closed")
	s := w.bridge.ask(tryArgs("intl", "--for", "0s")...)
	s.want(t, 3, "Not paid within 0s; it can still be paid", "To close it: caddy paybridge try cancel")
	orderID, _ := w.tried("intl")
	var all struct {
		Pay    struct{ OrderID, RespCode, Sign, Reply string }
		Story  struct{ Order struct{ State string } }
		Cancel struct{ RespCode string }
	}
	s = w.bridge.ask(tryArgs("intl", "--for", "0s", "--cancel", "--json")...)
	if err := json.Unmarshal([]byte(s.out), &all); err != nil || s.status != 0 {
		t.Fatalf("%v, status %d: %s%s", err, s.status, s.out, s.log)
	}
	if all.Pay.RespCode != "00" || all.Pay.Sign != "***" || all.Story.Order.State != "closed" || all.Cancel.RespCode != "00" {
		t.Errorf("%+v", all)
	}
	w.bridge.ask("try", "cancel", shops["intl"].MerID, orderID).want(t, 0, "Reply: 00")
	w.rest()
}

// What would surprise needs a word more, and leaves nothing behind without it.
func TestTryRefusesWhatWouldSurprise(t *testing.T) {
	t.Parallel()
	w := startWorld(t, settings{Extra: hasty})
	w.bridge.wantHealth(200, `"status":"ready"`)
	merID := shops["intl"].MerID
	for name, c := range map[string]struct {
		args  []string
		words string
	}{
		"more than a yuan":      {[]string{"pay", merID, "--action", "WxSao", "--amount", "1.01"}, "--yes: 1.01 yuan is more than 1.00"},
		"money at once":         {[]string{"pay", merID, "--action", "WxCode", "--amount", "0.01", "--code", "canarycode1"}, "--yes: WxCode takes the payer's money at once"},
		"more than there is":    {[]string{"pay", merID, "--action", "WxSao", "--amount", "10000000001", "--yes"}, "--amount: not an amount that can be paid, which is 0.01 to 10000000000.00 yuan"},
		"an action of nobody's": {[]string{"pay", merID, "--action", "WxPay", "--amount", "0.01"}, "--action: not an action"},
		"a merchant of nobody":  {[]string{"pay", "89999999", "--action", "WxSao", "--amount", "0.01"}, "no merchant"},
		"no reason":             {[]string{"pay", merID, "--action", "WxSao", "--amount", "0.01", "--why", " "}, "--why: "},
	} {
		t.Run(name, func(t *testing.T) {
			w.bridge.ask(append([]string{"try"}, c.args...)...).want(t, 1, c.words)
		})
	}
	for _, amount := range []string{"0", "0.00", "1e1", "-1", "0.001"} {
		w.bridge.ask("try", "pay", merID, "--action", "WxSao", "--amount="+amount).want(t, 2, "--amount: write yuan, such as 0.01")
	}
	if rows := w.rows(); len(rows) != 0 {
		t.Errorf("orders are left: %+v", rows)
	}
	w.bridge.ask("try", "pay", merID, "--action", "WxCode", "--amount", "2.00", "--code", "canarycode1", "--yes", "--for", "1m").
		want(t, 0, `"code": "***"`, "<that in base64>", "→ paid")

	customers := w.payment("intl", "WxCode", 1999)
	w.pay("intl", customers)
	w.bridge.ask("try", "cancel", merID, customers.OrderID).want(t, 1, "--yes: ", "may be a customer's payment")
	w.bridge.ask("try", "query", merID, customers.OrderID).want(t, 0, "resultcode 0000")
	w.bridge.ask("try", "query", merID, "T0000000000000000").want(t, 1, "Reply: 93")
	w.bridge.ask("try", "cancel", merID, customers.OrderID, "--yes", "--why", "the customer asked").want(t, 0, "Reply: 00")
	w.bridge.ask("order", merID, customers.OrderID).want(t, 0, "try cancel by ", "the customer asked", "refunded")
	w.rest()
}

// The number of a try is a mark that nobody but an operator can set: neither a program
// of a merchant nor a link of one in a browser.
func TestNumbersOfTriesAreReserved(t *testing.T) {
	t.Parallel()
	w := startWorld(t, settings{})
	p := w.payment("intl", "WxSao", 1)
	p.OrderID = "PAYBRIDGETRY20261122030000ABCDEF"
	if reply := w.pay("intl", p); reply.RespCode != "90" {
		t.Errorf("reply: %s", reply.Inner)
	}
	link := func(orderID string) (status int) {
		shop := shops["intl"]
		message := fmt.Sprintf(`{"action":"WxJsApi","txnamt":"1","merid":%q,"orderid":%q,"backurl":%q}`, shop.MerID, orderID, w.backURLs["intl"])
		page, err := httpclient.Client.Get(w.bridge.url + "/apis/wxjspaygateway?" + handMade(message, shop.Key))
		if err != nil {
			t.Fatal(err)
		}
		page.Body.Close()
		return page.StatusCode
	}
	if status := link(p.OrderID); status != http.StatusBadRequest {
		t.Errorf("the link leads on: %d", status)
	}
	if rows := w.rows(); len(rows) != 0 {
		t.Errorf("orders are left: %+v", rows)
	}
	if status := link("T20261122030000ABCDEF"); status == http.StatusBadRequest {
		t.Error("the same link with a number of the merchant's own is refused, too")
	}
	w.rest()
}

// A sample notification shows what a merchant's program answers and whether it counts,
// by the same checks of the address as for real ones.
func TestTryNotify(t *testing.T) {
	t.Parallel()
	w := startWorld(t, settings{Extra: hasty})
	w.bridge.wantHealth(200, `"status":"ready"`)
	merID, url := shops["intl"].MerID, w.backURLs["intl"]
	w.bridge.ask("try", "notify", merID, url).want(t, 0, "PAYBRIDGETRY", `"resultcode": "0000"`, "sign=***", `HTTP 200`, `"0000"`, "It counts")
	for _, violation := range w.receivers["intl"].Violations() {
		t.Error(violation)
	}
	w.bridge.ask("try", "notify", merID, "http://169.254.169.254/latest/meta-data").want(t, 1, "169.254.169.254", "It does not count (blocked)")
	w.bridge.ask("try", "notify", merID, "ftp://shop.example.com/x").want(t, 1, "It does not count (bad_url)")
	w.bridge.ask("try", "notify", merID, w.bridge.url+"/onepay/notify").want(t, 1, "It does not count (")
	w.bridge.ask("changes").want(t, 0, "try notify", "a sample to 169.254.169.254")
	w.bridge.ask("notifications").want(t, 0, "No notification")
	w.rest()
}

// The console can try nothing, with console_actions or without: a browser that is
// misled by some page must not pay.
func TestConsoleCannotTry(t *testing.T) {
	t.Parallel()
	w := newWorld(t, settings{Extra: "console_actions"})
	site := port.Free(t)
	w.settings.After = "http://" + site + " {\n\tbind 127.0.0.1\n\tpaybridge_console\n}\n"
	w.writeConfig(w.bridge)
	w.bridge.start()
	for _, path := range []string{"pay", "query", "cancel", "notify"} {
		if status := posted(t, "http://"+site+"/paybridge/try/"+path, site, "http://"+site); status != http.StatusForbidden {
			t.Errorf("%s: status %d", path, status)
		}
	}
}
