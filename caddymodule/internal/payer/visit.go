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
	client  string // the address the request came from
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
	unknown := false
	opened, err := v1.Open(v.params.Form(), func(merID string) []v1.Key {
		found, known := v.found(merID)
		if unknown = !known; unknown {
			return nil
		}
		m = found
		return m.SignKeys(time.Now())
	})
	switch {
	case err == nil:
		return opened, m, view{}, true
	case unknown:
		return opened, nil, refuse(pages.UnknownMerchant, err), false
	case v1.CodeOf(err) == v1.CodeSignature:
		return opened, nil, refuse(pages.BadSignature, err), false
	}
	return opened, nil, refuse(pages.BadRequest, err), false
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
