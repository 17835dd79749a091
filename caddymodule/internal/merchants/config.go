// Package merchants knows who may pay through the bridge: it turns the
// merchants of the configuration into keys and codecs that are ready for use,
// and finds them by their v1 number and by their gateway number.
//
// Secrets are resolved here and live in unexported fields from then on, so
// that nothing that prints a configuration can print them.
package merchants

import (
	"fmt"
	"regexp"

	"github.com/paybridge/paybridge/caddymodule/internal/configerror"
	"github.com/paybridge/paybridge/caddymodule/internal/rollback"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// Config is one merchant as the operator writes it, in a Caddyfile, in JSON
// config or in the merchants file.
type Config struct {
	// The v1 merchant number that the merchant's programs send as merid.
	MerID string `json:"merid"`

	// The merchant's md5 key, as a placeholder that says where it is kept:
	// {file.PATH} or {env.NAME}. In a merchants file it may stand literally.
	SignKey string `json:"sign_key"`

	// The key before the last change, still accepted until the end of a day.
	PreviousSignKey string `json:"previous_sign_key,omitempty"`

	// The last day, yyyy-MM-dd in Beijing time, on which the previous key is
	// accepted. Needed with previous_sign_key.
	PreviousSignKeyUntil string `json:"previous_sign_key_until,omitempty"`

	// The v2 merchantId: 12 digits.
	GatewayMerchant string `json:"gateway_merchant"`

	// The merchant's private key for v2: the path of a PEM, DER, base64, .pfx or
	// .sm2 file, or of the hex number of an SM2 key; or a placeholder that holds
	// the key itself; or the PKCS#11 URI of an RSA key in a token, such as an HSM:
	// pkcs11:token=pay;object=k1.
	PrivateKey string `json:"private_key"`

	// The password of a private key that is encrypted (.pfx, .sm2, PEM), or the PIN
	// of its token, as {file.PATH} or {env.NAME}. One for a key that needs none is an
	// error.
	PrivateKeyPassword string `json:"private_key_password,omitempty"`

	// The other private key while it is being changed, in the same forms: the one
	// before or, while the change is prepared, the one to come. Messages that the
	// gateway seals to it are opened until the end of a day.
	PreviousPrivateKey string `json:"previous_private_key,omitempty"`

	// The password of an encrypted previous key, as {file.PATH} or {env.NAME}.
	PreviousPrivateKeyPassword string `json:"previous_private_key_password,omitempty"`

	// The last day, yyyy-MM-dd in Beijing time, on which messages for the
	// previous private key are accepted. Needed with previous_private_key.
	PreviousPrivateKeyUntil string `json:"previous_private_key_until,omitempty"`

	// The gateway's public key: the path of a PEM, DER, base64 or .cer file, or of
	// the hex point of an SM2 key; or a placeholder that holds the key itself.
	GatewayKey string `json:"gateway_key"`

	// The gateway's other public key while it is being changed, in the same
	// forms: the one before or the one to come. Messages signed with it are taken
	// until the end of a day.
	PreviousGatewayKey string `json:"previous_gateway_key,omitempty"`

	// The last day, yyyy-MM-dd in Beijing time, on which messages signed with
	// the previous gateway key are accepted. Needed with previous_gateway_key.
	PreviousGatewayKeyUntil string `json:"previous_gateway_key_until,omitempty"`

	// The v2 cipher suite: intl (RSA, DES, SHA1) or gm (SM2, SM4, SM3).
	// Default: intl.
	Suite string `json:"suite,omitempty"`

	// What the payer reads as the subject of the payment; {orderid} stands
	// for the merchant's order number. Default: the app's subject.
	Subject string `json:"subject,omitempty"`

	// Networks that are not public and may be notified all the same, as CIDR
	// prefixes: 10.20.0.0/16. Cloud metadata addresses stay closed.
	AllowCallbacks []string `json:"allow_callbacks,omitempty"`

	// The path of a PEM file with the only authorities that the certificate of
	// the merchant's notification address may come from. Default: the
	// system's.
	CallbackCA string `json:"callback_ca,omitempty"`

	// Refuses to notify over plain http. Default: http and https are called,
	// as the old gateway did.
	CallbackHTTPSOnly bool `json:"callback_https_only,omitempty"`

	// How WxJsApi orders are paid: hosted (on the gateway's page) or raw (the
	// bridge's page calls WeChat). Default: raw when the merchant has an
	// official account or the order came with an openid, else hosted.
	JSAPI string `json:"jsapi,omitempty"`

	// The merchant's WeChat official accounts, which tell the payer's openid:
	// one for each payway at most, and one for all other payways.
	WeChatApps []WeChatAppConfig `json:"wechat_apps,omitempty"`

	// The hosts to which openid.html may send a payer back, with the port if
	// there is one: shop.example.com, *.example.com. Default: none.
	RedirectHosts []string `json:"redirect_hosts,omitempty"`

	// Also allows the hosts of addresses at which the merchant was notified of
	// paid orders. Default: only redirect_hosts.
	RedirectToBackURLHosts bool `json:"redirect_to_backurl_hosts,omitempty"`

	// When the merchant is turned back to the old gateway because v2 refuses too
	// much, or that it never is. Default: as the app says; what is left out is the
	// app's.
	Rollback *rollback.Config `json:"rollback,omitempty"`

	// Where the directives above stand in a Caddyfile, for messages. Its reader fills
	// this in; leave it out in JSON.
	Source configerror.Source `json:"source,omitempty"`
}

// DefaultSuite is used for a merchant that names none.
const DefaultSuite = "intl"

var (
	merIDForm           = regexp.MustCompile(`^[0-9A-Za-z]{1,32}$`)
	gatewayMerchantForm = regexp.MustCompile(`^[0-9]{12}$`)
	placeholderForm     = regexp.MustCompile(`^\{(file|env)\.[^{}]+\}$`)
)

func literal(secret string) bool { return secret != "" && !IsPlaceholder(secret) }

// IsPlaceholder reports whether a text is nothing but {file.PATH} or {env.NAME},
// which says where a secret is kept and does not tell it.
func IsPlaceholder(text string) bool { return placeholderForm.MatchString(text) }

func (c Config) suite() (v2.Suite, error) {
	name := c.Suite
	if name == "" {
		name = DefaultSuite
	}
	suite, err := v2.LookupSuite(name)
	if err != nil {
		return suite, fmt.Errorf("suite: %w", err)
	}
	return suite, nil
}
