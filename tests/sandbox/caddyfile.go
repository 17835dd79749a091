package sandbox

import (
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
	"github.com/caddyserver/caddy/v2/caddyconfig/httpcaddyfile"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
)

func init() {
	httpcaddyfile.RegisterHandlerDirective("paybridge_sandbox", parseCaddyfile)
	httpcaddyfile.RegisterDirectiveOrder("paybridge_sandbox", httpcaddyfile.Before, "respond")
}

func parseCaddyfile(helper httpcaddyfile.Helper) (caddyhttp.MiddlewareHandler, error) {
	h := new(Handler)
	return h, h.UnmarshalCaddyfile(helper.Dispenser)
}

// UnmarshalCaddyfile reads the directive:
//
//	paybridge_sandbox {
//		merchant <id> {
//			suite        intl|gm        # default intl
//			merchant_key <pem file>     # the merchant's public key
//			gateway_key  <pem file>     # the gateway's private key
//		}
//		close_code <tranCode>|none      # default OP1004
//		notice_at_once                  # notices for payments made at once, too
//	}
//
// merchant is needed at least once.
func (h *Handler) UnmarshalCaddyfile(d *caddyfile.Dispenser) error {
	d.Next() // the directive's name
	if d.NextArg() {
		return d.Errf("unexpected argument %q; write { and the merchants on their own lines", d.Val())
	}
	for d.NextBlock(0) {
		switch word := d.Val(); word {
		case "merchant":
			if err := h.unmarshalMerchant(d); err != nil {
				return err
			}
		case "close_code":
			if err := oneValue(d, &h.CloseCode); err != nil {
				return err
			}
		case "notice_at_once":
			if d.NextArg() {
				return d.Errf("notice_at_once takes no value, but got %q", d.Val())
			}
			h.NoticeAtOnce = true
		default:
			return d.Errf("unknown word %q; write merchant, close_code or notice_at_once", word)
		}
	}
	if len(h.Merchants) == 0 {
		return d.Err("no merchant; write merchant <id> { … }")
	}
	return nil
}

func (h *Handler) unmarshalMerchant(d *caddyfile.Dispenser) error {
	var m MerchantConfig
	if err := oneValue(d, &m.ID); err != nil {
		return err
	}
	var suite string
	values := map[string]*string{
		"suite":        &suite,
		"merchant_key": &m.MerchantKey,
		"gateway_key":  &m.GatewayKey,
	}
	for d.NextBlock(1) {
		value, known := values[d.Val()]
		if !known {
			return d.Errf("unknown word %q; write suite, merchant_key or gateway_key", d.Val())
		}
		if err := oneValue(d, value); err != nil {
			return err
		}
	}
	m.Suite = Suite(suite)
	if m.MerchantKey == "" || m.GatewayKey == "" {
		return d.Errf("merchant %s needs merchant_key and gateway_key", m.ID)
	}
	h.Merchants = append(h.Merchants, m)
	return nil
}

// oneValue reads the one value of the word the dispenser is at; a word that
// comes twice is an error.
func oneValue(d *caddyfile.Dispenser, value *string) error {
	word := d.Val()
	if *value != "" {
		return d.Errf("%s comes twice; write it once", word)
	}
	if !d.NextArg() {
		return d.Errf("%s needs a value", word)
	}
	*value = d.Val()
	if d.NextArg() {
		return d.Errf("%s takes one value, but got %q as well", word, d.Val())
	}
	return nil
}

var _ caddyfile.Unmarshaler = (*Handler)(nil)
