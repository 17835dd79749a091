package oldgateway

import (
	"crypto/md5"
	_ "embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"strings"
)

// visit is a request of whatever kind. Its members are those of the signed req,
// or, with an error, the plain parameters.
type visit struct {
	call
	path    string
	form    url.Values
	request *http.Request
	err     error // why the members are not signed
}

// pages are the interfaces for browsers.
var pages = map[string]func(*Gateway, visit) answer{
	"/wxjsapi/openid.html": (*Gateway).openIDPage,
	"/wxjsapi/gopay.html":  (*Gateway).payPage,
	"/wxjsapi/dopay.html":  (*Gateway).paidPage,
	"/wxjsapi/logo.png":    (*Gateway).logo,
	"/apis/wxjspaygateway": (*Gateway).oneStep,
	"/api/icashier":        (*Gateway).cashier,
}

// cookieName is that of servers of the time. It tells one payer from another.
const cookieName = "JSESSIONID"

// page is an HTML page with a button that pays, or without one.
var page = template.Must(template.New("").Parse(`<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>{{.Title}}</title></head>
<body><img src="/wxjsapi/logo.png" alt=""><h1>{{.Title}}</h1>
{{- with .Order}}
<form method="post" action="/wxjsapi/dopay.html">
<input type="hidden" name="merid" value="{{.MerID}}"><input type="hidden" name="orderid" value="{{.OrderID}}"><input type="hidden" name="code" value="{{.PayID}}">
<button>支付</button></form>
{{- end}}
</body></html>
`))

func render(status int, title string, o *Order) answer {
	var text strings.Builder
	if err := page.Execute(&text, struct {
		Title string
		Order *Order
	}{title, o}); err != nil {
		panic(err) // the template fits its data
	}
	return newAnswer(status, "text/html;charset=UTF-8", []byte(text.String()))
}

func notFound(path string) answer { return render(http.StatusNotFound, "404 - "+path, nil) }

// plainMembers are parameters that are not signed.
func plainMembers(form url.Values) members {
	read := make(members, len(form))
	for name := range form {
		read[name] = form.Get(name)
	}
	return read
}

// openIDPage tells who the payer is (v1 §3.2): it appends an openid to the
// merchant's address and sends the browser back there. The openid is that of the
// old gateway's account: made of the browser's cookie.
func (g *Gateway) openIDPage(v visit) answer {
	back, err := url.Parse(v.form.Get("backurl"))
	if err != nil || back.Host == "" {
		return render(http.StatusOK, "参数错误", nil)
	}
	session := g.session(v.request)
	if back.RawQuery != "" {
		back.RawQuery += "&"
	}
	back.RawQuery += "openid=" + OpenID(session)
	return withSession(redirect(back.String()), session)
}

// OpenID is the openid that the old gateway's account gives to a browser with this
// cookie.
func OpenID(session string) string {
	sum := md5.Sum([]byte("old account " + session))
	return "oOLD" + hex.EncodeToString(sum[:])[:24]
}

// session is the browser's cookie, or a new one.
func (g *Gateway) session(r *http.Request) string {
	if cookie, err := r.Cookie(cookieName); err == nil && cookie.Value != "" {
		return cookie.Value
	}
	sum := md5.Sum(fmt.Append(nil, r.RemoteAddr, g.config.Now().UnixNano()))
	return strings.ToUpper(hex.EncodeToString(sum[:]))
}

func withSession(a answer, session string) answer {
	a.header.Add("Set-Cookie", cookieName+"="+session+"; Path=/; HttpOnly")
	return a
}

// payPage asks the payer to pay an order that was submitted with WxJsApi (v1 §3.3):
// with plain parameters by the book, signed ones in the field.
func (g *Gateway) payPage(v visit) answer {
	o, err := g.ledger.find(v.members["merid"], "", v.members["orderid"])
	if err != nil || o.PayID == "" || o.PayID != v.members["code"] {
		return render(http.StatusOK, "订单不存在", nil)
	}
	return withSession(render(http.StatusOK, "微信支付", &o), g.session(v.request))
}

// paidPage is what the button of payPage does: the payer pays, and goes back to the
// merchant.
func (g *Gateway) paidPage(v visit) answer {
	o, err := g.ledger.find(v.members["merid"], "", v.members["orderid"])
	if err != nil || o.PayID == "" || o.PayID != v.members["code"] {
		return render(http.StatusOK, "订单不存在", nil)
	}
	if err := g.Pay(o.MerID, o.OrderID); err != nil {
		return render(http.StatusOK, "订单不能支付", nil)
	}
	if front, err := g.Return(o.MerID, o.OrderID); err == nil && front != "" {
		return redirect(front)
	}
	return render(http.StatusOK, "支付成功", nil)
}

// oneStep submits a WxJsApi order and goes on to its page.
func (g *Gateway) oneStep(v visit) answer { return g.submitAndGo(v, "WxJsApi") }

// cashier is the page on which the payer would choose how to pay.
func (g *Gateway) cashier(v visit) answer { return g.submitAndGo(v, "iCashier") }

func (g *Gateway) submitAndGo(v visit, action string) answer {
	if v.err != nil {
		return signed(refusedRequest, "")
	}
	v.members["action"] = action
	o, refused := g.enter(v.call)
	if refused != nil {
		return signed(*refused, v.merchant.Key)
	}
	query := url.Values{"merid": {o.MerID}, "orderid": {o.OrderID}, "code": {o.PayID}}
	return withSession(redirect("/wxjsapi/gopay.html?"+query.Encode()), g.session(v.request))
}

//go:embed logo.png
var logoFile []byte

// logo is a file beside the pages, which browsers keep.
func (g *Gateway) logo(v visit) answer {
	sum := md5.Sum(logoFile)
	tag := `W/"` + hex.EncodeToString(sum[:]) + `"`
	a := newAnswer(http.StatusOK, "image/png", logoFile)
	if v.request.Header.Get("If-None-Match") == tag {
		a = answer{status: http.StatusNotModified, header: http.Header{}}
	}
	a.header.Set("Etag", tag)
	return a
}
