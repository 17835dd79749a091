package merchants

import (
	"crypto/x509"
	"net/netip"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/rollback"
	v1 "github.com/paybridge/paybridge/translate/v1"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// Merchant is one merchant, ready to be served. It is immutable and safe for
// concurrent use.
type Merchant struct {
	MerID           string    // v1 number
	GatewayMerchant string    // v2 number
	Subject         string    // "" = the app's
	Codec           *v2.Codec // current keys, to seal with; see Open
	Callbacks       Callbacks
	Arithmetic      string // what works with an RSA private key, for operators; "" = not told

	JSAPI                  string   // Hosted, Raw or "" = by the order
	RedirectHosts          []string // lower case; see MayRedirect
	RedirectToBackURLHosts bool

	Rollback *rollback.Config // nil = the app's

	wechatApps    map[string]WeChatApp // by payway, "" = all others
	current       v1.Key
	previous      v1.Key
	previousUntil time.Time

	keyring         *v2.Keyring
	previousKeyUsed func(gatewayMerchant string, used v2.Used)
}

// Callbacks says how a merchant may be notified.
type Callbacks struct {
	Allow     []netip.Prefix // networks that are not public and allowed
	RootCAs   *x509.CertPool // nil = the system's
	PlainHTTP bool
}

// SignKeys returns the keys a request may be signed with at the given time,
// current first.
func (m *Merchant) SignKeys(now time.Time) []v1.Key {
	if m.previous.IsZero() || !now.Before(m.previousUntil) {
		return []v1.Key{m.current}
	}
	return []v1.Key{m.current, m.previous}
}

// SignKey returns the key that the bridge signs with of its own accord, in
// notifications and front returns.
func (m *Merchant) SignKey() v1.Key { return m.current }

// PreviousCodec returns what opens with the private key before a change that is under
// way at the given time, nil when there is none.
func (m *Merchant) PreviousCodec(now time.Time) *v2.Codec {
	for _, pair := range m.Pairs() {
		if pair.Used == (v2.Used{PreviousOwn: true}) && pair.AcceptedAt(now) {
			return pair.Codec
		}
	}
	return nil
}

// Open opens a message of the gateway with the keys that are accepted at the
// given time. Every failure is v2.ErrRefused, or wraps it.
func (m *Merchant) Open(e v2.Envelope, now time.Time) ([]byte, error) {
	plaintext, used, err := m.keyring.Open(e, now)
	if used != (v2.Used{}) && m.previousKeyUsed != nil {
		m.previousKeyUsed(m.GatewayMerchant, used)
	}
	return plaintext, err
}
