package bridge

import (
	"net/url"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
	"github.com/paybridge/paybridge/caddymodule/internal/rawquery"
	"github.com/paybridge/paybridge/translate"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// FrontReturn is the merchant's page to which the payer's browser returns after
// the payment, with the signed result in its query (v1 §3.4); "" unless the
// order is paid and the merchant has named one.
func (b *Bridge) FrontReturn(m *merchants.Merchant, o ledger.Order) string {
	if o.State != translate.Paid || o.FrontURL == "" {
		return ""
	}
	front, err := url.Parse(o.FrontURL)
	if err != nil {
		return ""
	}
	result := v1.SealForm(translate.BuildNotification(o.ForMerchant()).JSON(), m.SignKey())
	if front.RawQuery != "" {
		// Pages lead nobody to what browsers read in ways of their own.
		result = rawquery.Escape(front.RawQuery) + "&" + result
	}
	front.RawQuery = result
	return front.String()
}
