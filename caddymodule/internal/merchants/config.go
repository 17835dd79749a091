// Package merchants knows who may pay through the bridge: it turns the
// merchants of the configuration into keys and codecs that are ready for use,
// and finds them by their v1 number and by their gateway number.
//
// Secrets are resolved here and live in unexported fields from then on, so
// that nothing that prints a configuration can print them.
package merchants

import (
	"errors"
	"fmt"
	"regexp"
	"time"

	"github.com/paybridge/paybridge/translate"
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

	// The merchant's private key for v2: the path of a PEM, DER, bare base64
	// or .pfx file, or a placeholder that holds the key itself.
	PrivateKey string `json:"private_key"`

	// The password of a .pfx, as {file.PATH} or {env.NAME}.
	PrivateKeyPassword string `json:"private_key_password,omitempty"`

	// The gateway's public key: the path of a PEM, DER, bare base64 or .cer
	// file, or a placeholder that holds the key itself.
	GatewayKey string `json:"gateway_key"`

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
}

// DefaultSuite is used for a merchant that names none.
const DefaultSuite = "intl"

var (
	merIDForm           = regexp.MustCompile(`^[0-9A-Za-z]{1,32}$`)
	gatewayMerchantForm = regexp.MustCompile(`^[0-9]{12}$`)
	placeholderForm     = regexp.MustCompile(`^\{(file|env)\.[^{}]+\}$`)
)

// check validates everything that needs no key, naming the member at fault.
func (c Config) check() error {
	switch {
	case !merIDForm.MatchString(c.MerID):
		return fmt.Errorf("merid: %q is not a merchant number (letters and digits)", c.MerID)
	case !gatewayMerchantForm.MatchString(c.GatewayMerchant):
		return fmt.Errorf("gateway_merchant: %q is not a v2 merchant number of 12 digits", c.GatewayMerchant)
	case c.SignKey == "":
		return errors.New("sign_key: missing; write {file.PATH} or {env.NAME}")
	case c.PrivateKey == "":
		return errors.New("private_key: missing; name the merchant's private key file")
	case c.GatewayKey == "":
		return errors.New("gateway_key: missing; name the gateway's public key file")
	case (c.PreviousSignKey == "") != (c.PreviousSignKeyUntil == ""):
		return errors.New("previous_sign_key: a key and the day until which it is accepted belong together")
	}
	return nil
}

// CheckSecrets refuses secrets that stand literally in a configuration: Caddy
// shows its configuration to everybody who can reach the admin endpoint.
func (c Config) CheckSecrets() error {
	for _, s := range []struct {
		name    string
		literal bool
	}{
		{"sign_key", literal(c.SignKey)},
		{"previous_sign_key", literal(c.PreviousSignKey)},
		{"private_key", looksLikeKey(c.PrivateKey)},
		{"private_key_password", literal(c.PrivateKeyPassword)},
	} {
		if s.literal {
			return fmt.Errorf("merchant %s: %s: a secret must not stand in the configuration, where /config shows it; write {file.PATH} or {env.NAME}", c.MerID, s.name)
		}
	}
	return nil
}

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

// previousUntil is the first instant at which the previous key is refused.
func (c Config) previousUntil() (time.Time, error) {
	if c.PreviousSignKeyUntil == "" {
		return time.Time{}, nil
	}
	day, err := time.ParseInLocation(time.DateOnly, c.PreviousSignKeyUntil, translate.Beijing)
	if err != nil {
		return time.Time{}, fmt.Errorf("previous_sign_key_until: %q is not a day; write yyyy-MM-dd", c.PreviousSignKeyUntil)
	}
	return day.AddDate(0, 0, 1), nil
}
