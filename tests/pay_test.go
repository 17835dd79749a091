package tests

import (
	"strings"
	"testing"
	"time"

	"github.com/paybridge/paybridge/tests/sandbox"
	"github.com/paybridge/paybridge/tests/sandbox/merchant"
)

// actions are all actions of v1 and what their reply must show.
var actions = []struct {
	name     string
	formLike string // beginning of formaction, "" = none, "payid" = a PayId
	code     string // payChannel and payMode on the v2 wire
}{
	{"WxCode", "", "00/01"},
	{"WxSao", "weixin://", "00/00"},
	{"WxJsApi", "payid", "00/02"},
	{"WxH5", "https://", "00/05"},
	{"AliCode", "", "01/01"},
	{"AliSao", "https://", "01/00"},
	{"AliWap", "https://", "01/05"},
	{"QQCode", "", "02/01"},
	{"QQSao", "https://", "02/00"},
	{"USao", "https://", "05/00"},
}

func TestEveryActionInBothSuites(t *testing.T) {
	t.Parallel()
	w := startWorld(t, settings{})
	for suite := range shops {
		for _, action := range actions {
			t.Run(suite+"/"+action.name, func(t *testing.T) {
				p := w.payment(suite, action.name, 1999)
				reply := w.pay(suite, p)
				if reply.RespCode != "00" || reply.Amount != 1999 || reply.OrderID != p.OrderID || len(reply.QueryID) != 26 {
					t.Fatalf("reply: %s", reply.Inner)
				}
				checkFormAction(t, reply.FormAction, action.formLike)
				seen := w.lastPay(t, reply)
				if got := seen["payChannel"] + "/" + seen["payMode"]; got != action.code {
					t.Errorf("payChannel/payMode: got %s, want %s", got, action.code)
				}
				if seen["totalAmt"] != "19.99" || seen["notifyUrl"] != w.bridge.url+"/onepay/notify" {
					t.Errorf("v2 body: %v", seen)
				}
			})
		}
	}
	w.checkGatewayBooks()
	w.checkSecrets()
	w.checkNextSteps()
}

func checkFormAction(t *testing.T, got, like string) {
	t.Helper()
	if strings.ContainsAny(got, "\"' +<>") {
		t.Errorf("formaction breaks merchants' pages: %q", got)
	}
	switch {
	case like == "payid":
		if len(got) != 32 || strings.Trim(got, alphanumeric) != "" {
			t.Errorf("formaction: %q is not a PayId", got)
		}
	case like == "" && got != "", !strings.HasPrefix(got, like):
		t.Errorf("formaction: got %q, want %q…", got, like)
	}
}

const alphanumeric = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

func TestEveryDialect(t *testing.T) {
	t.Parallel()
	w := startWorld(t, settings{})
	for _, dialect := range merchant.Dialects() {
		t.Run(dialect.Name, func(t *testing.T) {
			client := w.client("intl")
			client.Dialect = dialect
			p := w.payment("intl", "WxSao", 1000)
			reply, err := client.Pay(w.ctx(), p)
			if err != nil || reply.RespCode != "00" {
				t.Fatalf("pay: %+v, %v", reply, err)
			}
			found, err := client.Query(w.ctx(), merchant.Lookup{OrderID: p.OrderID})
			if err != nil || found.ResultCode != "1001" || found.Amount != 1000 {
				t.Fatalf("query: %+v, %v", found, err)
			}
			closed, err := client.Cancel(w.ctx(), merchant.Lookup{OrderID: p.OrderID})
			if err != nil || closed.RespCode != "00" {
				t.Fatalf("cancel: %+v, %v", closed, err)
			}
		})
	}
	w.checkOracles()
}

func TestWrongKeyReachesNobody(t *testing.T) {
	t.Parallel()
	w := startWorld(t, settings{})
	client := w.client("intl")
	client.Key = "not the key"
	reply, err := client.Pay(w.ctx(), w.payment("intl", "WxSao", 100))
	if err != nil || reply.RespCode != "91" || reply.Signed {
		t.Errorf("got %+v, %v; want an unsigned 91", reply, err)
	}
	if orders := w.gateway.State().Orders; len(orders) != 0 {
		t.Errorf("the gateway saw %v", orders)
	}
}

// failures are the ways in which a gateway leaves a pay call without a clear
// answer.
func failures() []sandbox.Behaviour {
	var list []sandbox.Behaviour
	for _, b := range sandbox.Behaviours() {
		if _, byAmount := sandbox.AmountFor(b, false); b.IsFailure() && byAmount {
			list = append(list, b)
		}
	}
	return list
}

// TestEveryGatewayFailure pays through every failure, processed by the gateway
// or not, and follows each order until nothing is in doubt.
func TestEveryGatewayFailure(t *testing.T) {
	t.Parallel()
	w := startWorld(t, silence())
	type attempt struct {
		payment merchant.Payment
		name    string
	}
	var made []attempt
	for _, behaviour := range failures() {
		for _, unprocessed := range []bool{false, true} {
			for action, want := range map[string]string{"WxSao": "96", "AliCode": "00"} {
				fen, _ := sandbox.AmountFor(behaviour, unprocessed)
				name := string(behaviour) + "/" + action
				if unprocessed {
					name += "/unprocessed"
				}
				p := w.payment("intl", action, fen)
				t.Run(name, func(t *testing.T) {
					reply := w.pay("intl", p)
					if reply.RespCode != want {
						t.Errorf("respcode: got %s %s, want %s", reply.RespCode, reply.RespMsg, want)
					}
					if got := w.query("intl", p.OrderID); got.ResultCode == "1003" {
						t.Errorf("an order in doubt counts as failed: %s", got.Inner)
					}
				})
				made = append(made, attempt{p, name})
			}
		}
	}
	for _, a := range made {
		if a.payment.Action != "AliCode" {
			continue
		}
		// A charged order is found out by queries alone; one that the gateway
		// never saw stays in doubt until the grace time is over.
		if charged := w.charged(a.payment.OrderID); charged {
			if !eventually(func() bool { return w.query("intl", a.payment.OrderID).ResultCode == "0000" }) {
				t.Errorf("%s: charged and never found out", a.name)
			}
		}
	}
	w.checkGatewayBooks()
	w.checkObservations()
	w.checkNextSteps()
	w.checkSecrets()
}

// charged reports whether the gateway has taken money for a merchant's order.
func (w *world) charged(orderID string) bool {
	w.t.Helper()
	for _, r := range w.rows() {
		if r.orderID != orderID {
			continue
		}
		for _, shop := range shops {
			if o, ok := w.gateway.Order(shop.Gateway, r.orderNo); ok && o.Charges > 0 {
				return true
			}
		}
	}
	return false
}

func TestRepeatedAndConcurrentPaysShareOneCall(t *testing.T) {
	t.Parallel()
	w := startWorld(t, settings{GatewayTimeout: 5 * time.Second, ReplyTimeout: 13 * time.Second})
	for _, action := range []string{"WxSao", "AliCode"} {
		fen, _ := sandbox.AmountFor(sandbox.Delayed, false)
		p := w.payment("gm", action, fen)
		const merchants = 8
		replies := make(chan *merchant.Reply, merchants)
		for range merchants {
			go func() {
				reply, err := w.client("gm").Pay(w.ctx(), p)
				if err != nil {
					t.Error(err)
				}
				replies <- reply
			}()
		}
		first := <-replies
		if first == nil || first.RespCode != "00" {
			t.Fatalf("reply: %+v", first)
		}
		for range merchants - 1 {
			if r := <-replies; r != nil && r.Inner != first.Inner {
				t.Errorf("two answers for one order: %s and %s", r.Inner, first.Inner)
			}
		}
		p.Amount++
		if reply := w.pay("gm", p); reply.RespCode != "92" {
			t.Errorf("other contents: got %s, want 92", reply.RespCode)
		}
		w.onePayCall(t, p.OrderID)
	}
	w.checkGatewayBooks()
}

// onePayCall checks that the gateway saw one OP1001 for an order.
func (w *world) onePayCall(t *testing.T, orderID string) {
	t.Helper()
	for _, r := range w.rows() {
		if r.orderID != orderID {
			continue
		}
		posts := 0
		for _, shop := range shops {
			posts += w.gateway.State().Counters.PostsOf(shop.Gateway, r.orderNo, "OP1001")
		}
		if posts != 1 {
			t.Errorf("order %s: the gateway saw %d pay calls", orderID, posts)
		}
	}
}

// TestNoHiddenRetry: a gateway that reads a whole POST on a connection that it
// kept open, and then closes it, sees exactly one POST. HTTP clients like to
// send again in this case.
func TestNoHiddenRetry(t *testing.T) {
	t.Parallel()
	w := startWorld(t, settings{})
	for _, action := range []string{"WxSao", "AliCode"} {
		w.pay("intl", w.payment("intl", action, 1000)) // leaves a kept connection
		w.script(t, sandbox.Rule{Behaviour: sandbox.CloseReused, TranCode: "OP1001", Times: 1})
		p := w.payment("intl", action, 1000)
		first := w.pay("intl", p)
		if want := map[string]string{"WxSao": "96", "AliCode": "00"}[action]; first.RespCode != want {
			t.Errorf("%s: got %s, want %s", action, first.Inner, want)
		}
		w.onePayCall(t, p.OrderID)
	}
	w.rest()
}

// TestRepeatAfterDoubt: when the answer with the code was lost, the merchant's
// own repeat sends the same order in a new message and gets the code. The payer
// can pay it once.
func TestRepeatAfterDoubt(t *testing.T) {
	t.Parallel()
	w := startWorld(t, silence())
	for _, behaviour := range []sandbox.Behaviour{sandbox.Silent, sandbox.Half, sandbox.WrongSignature} {
		w.script(t, sandbox.Rule{Behaviour: behaviour, TranCode: "OP1001", Times: 1})
		p := w.payment("intl", "AliSao", 5000)
		if reply := w.pay("intl", p); reply.RespCode != "96" {
			t.Fatalf("after %s: %s", behaviour, reply.Inner)
		}
		reply := w.pay("intl", p)
		if reply.RespCode != "00" || reply.FormAction == "" {
			t.Fatalf("repeat after %s: %s", behaviour, reply.Inner)
		}
		w.payerPays("intl", reply, sandbox.Notice{}, false)
		w.notified("intl", p.OrderID, 1)
	}
	w.rest()
}
