package payer

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/inbound"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
	"github.com/paybridge/paybridge/caddymodule/internal/pages"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// visit is one request of a payer's browser.
type visit struct {
	Service
	ctx     context.Context
	request *http.Request
	params  v1.Params
	read    *inbound.Message // nil where nobody has opened the message yet
	client  string           // the address the request came from
	line    *logLine
}

// found finds the merchant with a number and notes whose page it is.
func (v visit) found(merID string) (*merchants.Merchant, bool) {
	m := v.Settings.Merchants.ByMerID(merID)
	if m == nil {
		return nil, false
	}
	v.line.merID = m.MerID
	return m, true
}

// opened is what a merchant has signed into a link.
func (v visit) opened() (opened v1.Opened, m *merchants.Merchant, refusal view, ok bool) {
	s := v.signed()
	if s.Merchant != nil {
		v.line.merID = s.Merchant.MerID
	}
	switch {
	case s.Err == nil:
		return s.Opened, s.Merchant, view{}, true
	case s.Unknown:
		return s.Opened, nil, refuse(pages.UnknownMerchant, s.Err), false
	case v1.CodeOf(s.Err) == v1.CodeSignature:
		return s.Opened, nil, refuse(pages.BadSignature, s.Err), false
	}
	return s.Opened, nil, refuse(pages.BadRequest, s.Err), false
}

func (v visit) signed() merchants.Signed {
	if v.read != nil {
		v.read.Read(v.request, v.Settings.Merchants)
		return v.read.Signed
	}
	return v.Settings.Merchants.Open(v.params.Form(), time.Now())
}

// inWeChat reports whether the browser is WeChat's. It says so itself, and has
// nothing to win by lying: other browsers cannot pay on these pages.
func (v visit) inWeChat() bool {
	return strings.Contains(v.request.UserAgent(), "MicroMessenger")
}

// outside tells a browser that is not WeChat's how to open an address there.
func (v visit) outside(link string) view {
	return show("outside", pages.Outside{Link: v.address(link)})
}

// goPayLink is where an order is paid, below the public URL.
func goPayLink(k ledger.Key, payID string) string {
	return inbound.GoPayPath + "?" + url.Values{"merid": {k.MerID}, "orderid": {k.OrderID}, "code": {payID}}.Encode()
}

// byPayID is where something is known of an order by its PayId.
func byPayID(path, payID string) string {
	return path + "?" + url.Values{"id": {payID}}.Encode()
}
