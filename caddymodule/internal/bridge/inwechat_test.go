package bridge

import (
	"errors"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
	"github.com/paybridge/paybridge/translate"
	v1 "github.com/paybridge/paybridge/translate/v1"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// The payer, and where its browser comes from.
const (
	payerID = "oTestPayerOpenID0000000000001"
	payerIP = "203.0.113.7"
)

// by is the merchant with another way to pay in WeChat.
func by(jsapi string) *merchants.Merchant {
	m := *registry().ByMerID(merID)
	m.JSAPI = jsapi
	return &m
}

// inWeChat submits a WxJsApi order and returns it as its payer's browser finds
// it.
func (w *world) inWeChat(m *merchants.Merchant, n int, edit func(*v1.PayRequest)) (v1.PayRequest, ledger.Order) {
	w.tb.Helper()
	p := order(v1.WxJsApi, n)
	edit(&p)
	reply, _ := w.bridge.Pay(w.tb.Context(), w.settings, m, p, "192.0.2.9")
	if reply.RespCode != v1.CodeOK {
		w.tb.Fatalf("respcode %s", reply.RespCode)
	}
	o, err := w.bridge.PayerOrder(w.tb.Context(), Ticket{PayID: reply.FormAction})
	if err != nil {
		w.tb.Fatal(err)
	}
	return p, o
}

func asIs(*v1.PayRequest) {}

func withOpenID(p *v1.PayRequest) { p.OpenID = payerID }

func (w *world) payRaw(m *merchants.Merchant, o ledger.Order, openID string) ledger.Order {
	w.tb.Helper()
	after, ok := w.bridge.PayRaw(w.tb.Context(), w.settings, m, o, Payer{OpenID: openID, IP: payerIP})
	if !ok {
		w.tb.Fatal("the ledger could not be used")
	}
	return after
}

func TestPayerOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p, o := w.inWeChat(by(merchants.Raw), 1, asIs)
	other, _ := w.inWeChat(by(merchants.Raw), 2, asIs)
	scanned := order(v1.WxSao, 3)
	code := w.pay(scanned).FormAction
	for name, c := range map[string]struct {
		ticket Ticket
		found  bool
	}{
		"by its PayId":            {Ticket{PayID: o.PayID}, true},
		"with its numbers":        {Ticket{o.PayID, p.MerID, p.OrderID}, true},
		"with another order":      {Ticket{o.PayID, p.MerID, other.OrderID}, false},
		"with another merchant":   {Ticket{o.PayID, "89900099", p.OrderID}, false},
		"unknown":                 {Ticket{PayID: "00000000000000000000000000000000"}, false},
		"empty":                   {Ticket{}, false},
		"a code that is scanned":  {Ticket{PayID: code}, false},
		"the order's own numbers": {Ticket{PayID: o.QueryID}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := w.bridge.PayerOrder(t.Context(), c.ticket)
			if found := err == nil; found != c.found || (!found && !errors.Is(err, ledger.ErrNotFound)) {
				t.Fatalf("%v", err)
			}
			if c.found && got.Key != o.Key {
				t.Errorf("found %v", got.Key)
			}
		})
	}
}

func TestNextStep(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	later := w.clock.now().Add(time.Hour)
	for name, c := range map[string]struct {
		jsapi string
		order ledger.Order
		want  PayerStep
	}{
		"raw, payer unknown":          {merchants.Raw, ledger.Order{State: translate.Begun}, StepOpenID},
		"raw, payer known":            {merchants.Raw, ledger.Order{State: translate.Begun, OpenID: payerID}, StepRaw},
		"raw, in doubt":               {merchants.Raw, ledger.Order{State: translate.InDoubt, OpenID: payerID}, StepRaw},
		"raw, call under way":         {merchants.Raw, ledger.Order{State: translate.Sent, OpenID: payerID}, StepWait},
		"raw, answered":               {merchants.Raw, ledger.Order{State: translate.Pending, OpenID: payerID, PayData: "{}"}, StepShowRaw},
		"answered, then made hosted":  {merchants.Hosted, ledger.Order{State: translate.Pending, PayData: "{}"}, StepShowRaw},
		"hosted":                      {merchants.Hosted, ledger.Order{State: translate.Begun}, StepHosted},
		"hosted although payer known": {merchants.Hosted, ledger.Order{State: translate.Begun, OpenID: payerID}, StepHosted},
		"form handed out":             {merchants.Hosted, ledger.Order{State: translate.Pending}, StepHosted},
		"handed out, then made raw":   {merchants.Raw, ledger.Order{State: translate.Pending}, StepHosted},
		"default, payer unknown":      {"", ledger.Order{State: translate.Begun}, StepHosted},
		"default, payer known":        {"", ledger.Order{State: translate.Begun, OpenID: payerID}, StepRaw},
		"paid":                        {merchants.Raw, ledger.Order{State: translate.Paid}, StepResult},
		"closed":                      {merchants.Raw, ledger.Order{State: translate.Closed}, StepResult},
		"refunding":                   {merchants.Raw, ledger.Order{State: translate.Refunding}, StepResult},
		"expired":                     {merchants.Raw, ledger.Order{State: translate.Begun, ExpiresAt: w.clock.now()}, StepExpired},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if c.order.ExpiresAt.IsZero() {
				c.order.ExpiresAt = later
			}
			if got := w.bridge.NextStep(by(c.jsapi), c.order); got != c.want {
				t.Errorf("step %s, want %s", got, c.want)
			}
		})
	}
}

// Whatever two tabs, refreshes and the merchant's own repeats do at once, there
// is one call, and all of them get its answer.
func TestRawIsCalledOnce(t *testing.T) {
	t.Parallel()
	for store, open := range ledgers {
		t.Run(store, func(t *testing.T) {
			t.Parallel()
			mine, theirs := open(t)
			w := worldOn(t, mine, newClock())
			twin, _ := w.anotherBridge(theirs)
			m := by(merchants.Raw)
			p, o := w.inWeChat(m, 1, asIs)
			if n := w.gateway.count(v2.TranPay); n != 0 {
				t.Fatalf("%d calls before the payer came", n)
			}
			var all sync.WaitGroup
			for n := range 12 {
				b := []*Bridge{w.bridge, twin}[n%2]
				all.Go(func() {
					if after, ok := b.PayRaw(t.Context(), w.settings, m, o, Payer{OpenID: payerID, IP: payerIP}); !ok || after.PayData == "" {
						t.Errorf("ok %v, state %s", ok, after.State)
					}
				})
				all.Go(func() { _, _ = b.Pay(t.Context(), w.settings, m, p, "192.0.2.9") })
			}
			all.Wait()
			after := w.wantState(p, translate.Pending)
			if after.OpenID != payerID || w.bridge.NextStep(m, after) != StepShowRaw {
				t.Errorf("openid known: %v, step %s", after.OpenID != "", w.bridge.NextStep(m, after))
			}
			if n := w.gateway.count(v2.TranPay); n != 1 {
				t.Errorf("%d calls", n)
			}
		})
	}
}

func TestRawOutcomes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		script []fault
		tries  int
		state  translate.State
		calls  int
	}{
		"answered":                 {nil, 3, translate.Pending, 1},
		"did not leave, again":     {[]fault{unsent}, 2, translate.Pending, 1},
		"in doubt, again":          {[]fault{silent}, 2, translate.Pending, 2},
		"in doubt, then refused":   {[]fault{silent, refuses}, 2, translate.InDoubt, 2},
		"refused, no second order": {[]fault{refuses}, 3, translate.Failed, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			m := by(merchants.Raw)
			p, o := w.inWeChat(m, 1, asIs)
			w.gateway.setScript(c.script...)
			for range c.tries {
				o = w.payRaw(m, o, payerID)
			}
			w.wantState(p, c.state)
			if n := w.gateway.count(v2.TranPay); n != c.calls {
				t.Errorf("%d calls, want %d", n, c.calls)
			}
		})
	}
}

// The order of a first payer stays that payer's once a call may have left; as
// long as nothing left, the next payer takes its place.
func TestRawWithAnotherPayer(t *testing.T) {
	t.Parallel()
	const second = "oTestPayerOpenID0000000000002"
	for name, c := range map[string]struct {
		first fault
		want  string
	}{
		"nothing left":    {unsent, second},
		"in doubt":        {silent, payerID},
		"answered before": {none, payerID},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			m := by(merchants.Raw)
			p, o := w.inWeChat(m, 1, asIs)
			w.gateway.setScript(c.first)
			w.payRaw(m, o, payerID)
			w.payRaw(m, w.order(p), second)
			if after := w.wantState(p, translate.Pending); after.OpenID != c.want {
				t.Errorf("paid by %s, want %s", after.OpenID, c.want)
			}
		})
	}
}

// Nothing is sent for an order whose time is over or that is closed or paid.
func TestRawTooLate(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*world, v1.PayRequest){
		"expired": func(w *world, _ v1.PayRequest) { w.clock.advance(w.settings.OrderExpiry) },
		"cancelled": func(w *world, p v1.PayRequest) {
			if reply := w.cancel(p); reply.RespCode != v1.CodeOK {
				w.tb.Fatalf("cancel: %s", reply.RespCode)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			m := by(merchants.Raw)
			p, o := w.inWeChat(m, 1, asIs) // read before it is spoilt, as an open page has it
			spoil(w, p)
			after := w.payRaw(m, o, payerID)
			if n := w.gateway.count(v2.TranPay); n != 0 {
				t.Errorf("%d calls", n)
			}
			if step := w.bridge.NextStep(m, after); step != StepExpired && step != StepResult {
				t.Errorf("step %s", step)
			}
		})
	}
}

// An openid that came with the request is used at once, unless the gateway's
// page is wanted.
func TestSubmittedWithOpenID(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		jsapi string
		calls int
		step  PayerStep
	}{
		"by default": {"", 1, StepShowRaw},
		"raw":        {merchants.Raw, 1, StepShowRaw},
		"hosted":     {merchants.Hosted, 0, StepHosted},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			_, o := w.inWeChat(by(c.jsapi), 1, withOpenID)
			if n, step := w.gateway.count(v2.TranPay), w.bridge.NextStep(by(c.jsapi), o); n != c.calls || step != c.step {
				t.Errorf("%d calls, step %s", n, step)
			}
		})
	}
}

func TestFrontReturn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := by(merchants.Raw)
	const front = "https://shop.example/done?session=7&x=%2B#top"
	p, o := w.inWeChat(m, 1, func(p *v1.PayRequest) { p.FrontURL = front })
	if got := w.bridge.FrontReturn(m, o); got != "" {
		t.Fatalf("returns %q before it is paid", got)
	}
	o = w.payRaw(m, o, payerID)
	w.gateway.payer(o.OrderNo)
	o = w.bridge.Watch(t.Context(), w.settings, o)
	u, err := url.Parse(w.bridge.FrontReturn(m, w.wantState(p, translate.Paid)))
	if err != nil {
		t.Fatal(err)
	}
	query := u.Query()
	response, err := v1.OpenResponse(query.Get("resp"), query.Get("sign"), m.SignKey())
	if err != nil {
		t.Fatal(err)
	}
	n, err := v1.ParseNotification(response.JSON)
	if err != nil || n.ResultCode != v1.ResultPaid || n.OrderID != p.OrderID || n.TxnAmt != p.TxnAmt {
		t.Errorf("%+v, %v", n, err)
	}
	if u.Host != "shop.example" || query.Get("session") != "7" || query.Get("x") != "+" || u.Fragment != "top" {
		t.Errorf("front return %s", u)
	}
	o.FrontURL = "https://shop.example/a b?t=a b\\c\u2028d&x=+#e f"
	want := `https://shop.example/a%20b?t=a%20b%5Cc%E2%80%A8d&x=+&resp=`
	if got := w.bridge.FrontReturn(m, o); !strings.HasPrefix(got, want) || strings.ContainsFunc(got, func(c rune) bool { return c <= ' ' || c > '~' || c == '\\' }) {
		t.Errorf("returns %q, where pages lead nobody", got)
	}
	o.FrontURL = ""
	if got := w.bridge.FrontReturn(m, o); got != "" {
		t.Errorf("returns %q without a page", got)
	}
}
