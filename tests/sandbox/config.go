package sandbox

import (
	"crypto"
	"errors"
	"fmt"
	"regexp"
	"time"
)

// Suite names the cryptographic suite of a merchant.
type Suite string

// The two suites of v2.
const (
	// SuiteIntl is DES-CBC, RSA PKCS#1 v1.5 and SHA1withRSA.
	SuiteIntl Suite = "intl"
	// SuiteGM is SM4-CBC, SM2 encryption and SM2 signatures over SM3.
	SuiteGM Suite = "gm"
)

// Merchant is a v2 merchant as the gateway knows it.
type Merchant struct {
	// ID is the v2 merchantId, twelve digits.
	ID string
	// Suite is the suite both sides use.
	Suite Suite
	// MerchantKey verifies the merchant's signatures and seals session keys to
	// it: *rsa.PublicKey for intl, *ecdsa.PublicKey on the SM2 curve for gm.
	MerchantKey crypto.PublicKey
	// GatewayKey signs for the gateway and opens session keys sealed to it:
	// *rsa.PrivateKey for intl, *sm2.PrivateKey for gm.
	GatewayKey crypto.PrivateKey

	former *Merchant // whose keys open, too, while they are changed; nil for none
}

// Defaults of a [Config].
const (
	// DefaultCloseCode is the tranCode of a close unless configured otherwise.
	DefaultCloseCode = "OP1004"
	// NoClose as a close code switches the close interface off.
	NoClose = "none"
	// DefaultSkew is how far tranTime may be from the gateway's clock.
	DefaultSkew = 5 * time.Minute
	// DefaultNoticeTimeout bounds one notice.
	DefaultNoticeTimeout = 10 * time.Second
)

// Config is what a [Gateway] is made of. The zero value of every member but
// Merchants means its default.
type Config struct {
	Merchants []Merchant
	// CloseCode is the tranCode of a close, or NoClose.
	CloseCode string
	// Skew is the largest tolerated difference of tranTime and the clock.
	Skew time.Duration
	// NoticeTimeout bounds one notice, connection and answer together.
	NoticeTimeout time.Duration
	// NoticeAtOnce sends a notice for payments that succeed while they are
	// submitted, too. Whether the real gateway does is unknown; off by default.
	NoticeAtOnce bool
	// IgnoreAmounts switches the behaviours chosen by amount off, for tests
	// that pay random amounts.
	IgnoreAmounts bool
	// Now is the gateway's clock, time.Now by default.
	Now func() time.Time
}

var merchantID = regexp.MustCompile(`^[0-9]{12}$`)

func (c Config) withDefaults() Config {
	if c.CloseCode == "" {
		c.CloseCode = DefaultCloseCode
	}
	if c.Skew == 0 {
		c.Skew = DefaultSkew
	}
	if c.NoticeTimeout == 0 {
		c.NoticeTimeout = DefaultNoticeTimeout
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return c
}

// index checks the merchants and returns them by their ID.
func (c Config) index() (map[string]*Merchant, error) {
	if len(c.Merchants) == 0 {
		return nil, errors.New("no merchants")
	}
	if _, taken := interfaces[c.CloseCode]; taken {
		return nil, fmt.Errorf("close code %q is the code of another interface", c.CloseCode)
	}
	merchants := make(map[string]*Merchant, len(c.Merchants))
	for _, m := range c.Merchants {
		if !merchantID.MatchString(m.ID) {
			return nil, fmt.Errorf("merchant %q: the number must have 12 digits", m.ID)
		}
		if _, twice := merchants[m.ID]; twice {
			return nil, fmt.Errorf("merchant %s: named twice", m.ID)
		}
		if err := m.checkKeys(); err != nil {
			return nil, fmt.Errorf("merchant %s: %w", m.ID, err)
		}
		merchants[m.ID] = &m
	}
	return merchants, nil
}
