package sandbox

import (
	_ "embed" // the page
	"html/template"
	"net/http"
)

// hosted reports whether a request is a JS pay that the gateway shows its own
// page for: the payer's browser posts it, and the gateway knows the openid.
func (r *request) hosted() bool {
	return r.code == CodePay && r.body["payMode"] == modeJS && r.body["wxIsRaw"] != "1"
}

// postedAgain reports whether a browser has posted the very same form before, as
// it does when the payer reloads the gateway's page. What a bridge sends itself
// is never the same twice.
func (g *Gateway) postedAgain(r *request) bool {
	return r.hosted() && !g.forms.add(string(r.plaintext))
}

//go:embed hosted.html
var hostedText string

var hostedTemplate = template.Must(template.New("hosted").Parse(hostedText))

// hostedPage is what the gateway's page shows. Order is nil where there is none.
type hostedPage struct {
	Message, Action, Amount string
	Order                   *Order
	Payable                 bool
}

// hostedMessages is what the page says to an order, by its state.
var hostedMessages = map[string]string{
	StatePending: "等待支付",
	StatePaid:    "支付成功",
	StateFailed:  "订单已关闭",
}

// sendHosted answers a browser with the page of the order that it posted.
func (g *Gateway) sendHosted(key orderKey, rep reply) func(*answer) {
	return func(a *answer) {
		o, known := g.book.find(key)
		// A repeated order that still waits was repeated with other contents.
		ended := rep.respCode == codeRepeated && o.State != StatePending
		if !known || rep.respCode != codeSuccess && !ended {
			writeHosted(a.w, hostedPage{Message: rep.respCode + " " + rep.respDesc})
			return
		}
		g.showHosted(a.w, o)
	}
}

func (g *Gateway) showHosted(w http.ResponseWriter, o Order) {
	page := hostedPage{Message: hostedMessages[o.State], Action: HostedPath, Amount: yuanOf(o.Amount), Order: &o}
	page.Payable = o.State == StatePending && !o.expired(g.config.Now())
	if o.State == StatePending && !page.Payable {
		page.Message = "订单已过期"
	}
	writeHosted(w, page)
}

func writeHosted(w http.ResponseWriter, page hostedPage) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	if err := hostedTemplate.Execute(w, page); err != nil {
		panic(http.ErrAbortHandler) // a browser that has gone away
	}
}

// hostedButtons are the buttons of the page that pay, and what becomes of the
// notice.
var hostedButtons = map[string]Delivery{"pay": DeliverNow, "pay_quietly": DeliverLater}

// serveHosted does what the payer has pressed and sends the browser back to
// where the order came from. Paying twice is paying once.
func (g *Gateway) serveHosted(w http.ResponseWriter, r *http.Request) {
	o, known := g.book.byPlatformID(r.PostFormValue("order"))
	if r.Method != http.MethodPost || !known {
		http.Error(w, "no such order", http.StatusNotFound)
		return
	}
	if delivery, pays := hostedButtons[r.PostFormValue("do")]; pays {
		notice := Notice{MerchantID: o.MerchantID, OrderID: o.OrderID, Delivery: delivery}
		// An error means that the order is paid or gone, as the page shows.
		_ = g.Pay(Payment{Notice: notice})
		o, _ = g.book.byPlatformID(o.PlatformID)
		if o.State != StatePaid {
			g.showHosted(w, o)
			return
		}
	}
	if o.callback == "" {
		g.showHosted(w, o)
		return
	}
	http.Redirect(w, r, o.callback, http.StatusSeeOther)
}
