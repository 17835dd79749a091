package merchants

import (
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"
	"strings"

	v1 "github.com/paybridge/paybridge/translate/v1"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// Loader turns configured merchants into a Registry. Thousands of merchants
// often share a few key files, so each file is read and parsed once.
type Loader struct {
	// Resolve replaces {file.*} and {env.*} placeholders.
	Resolve func(string) string

	// Refused is told of every v2 envelope that could not be opened. It may be
	// nil.
	Refused func(v2.Reason)

	// PreviousKeyUsed is told of every v2 envelope that needed a previous key,
	// with the v2 merchant number and the keys. It may be nil.
	PreviousKeyUsed func(gatewayMerchant string, used v2.Used)

	// RSA returns what to use an RSA private key by, and names what does its
	// arithmetic. nil stands for the key itself.
	RSA func(*rsa.PrivateKey) (key crypto.Signer, arithmetic string)

	private  map[string]privateKey
	public   map[string]crypto.PublicKey
	keyrings map[keyringID]*v2.Keyring
	pools    map[string]*x509.CertPool
}

// Load resolves all merchants. Errors name the merchant and the member.
func (l *Loader) Load(configs []Config) (*Registry, error) {
	l.private = make(map[string]privateKey)
	l.public = make(map[string]crypto.PublicKey)
	l.keyrings = make(map[keyringID]*v2.Keyring)
	l.pools = make(map[string]*x509.CertPool)
	r := &Registry{
		byMerID:   make(map[string]*Merchant, len(configs)),
		byGateway: make(map[string]*Merchant, len(configs)),
	}
	for _, c := range configs {
		m, err := l.merchant(c)
		if err == nil {
			err = r.add(m)
		}
		if err != nil {
			return nil, fmt.Errorf("merchant %s: %w", c.MerID, err)
		}
	}
	return r, nil
}

func (l *Loader) merchant(c Config) (*Merchant, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	m := &Merchant{
		MerID: c.MerID, GatewayMerchant: c.GatewayMerchant, Subject: c.Subject,
		JSAPI: c.JSAPI, RedirectToBackURLHosts: c.RedirectToBackURLHosts,
		previousKeyUsed: l.PreviousKeyUsed,
	}
	var err error
	if m.current, err = l.signKey("sign_key", c.SignKey); err != nil {
		return nil, err
	}
	if m.previousUntil, err = AfterDay("previous_sign_key", c.PreviousSignKeyUntil); err != nil {
		return nil, err
	}
	if c.PreviousSignKey != "" {
		if m.previous, err = l.signKey("previous_sign_key", c.PreviousSignKey); err != nil {
			return nil, err
		}
	}
	if m.keyring, err = l.keyring(c); err != nil {
		return nil, err
	}
	m.Codec = m.keyring.Current()
	m.Arithmetic = l.private[privateKeyID(c.PrivateKey, c.PrivateKeyPassword)].arithmetic
	if m.Callbacks, err = l.callbacks(c); err != nil {
		return nil, err
	}
	if m.wechatApps, err = l.wechatApps(c); err != nil {
		return nil, err
	}
	if m.RedirectHosts, err = c.redirectHosts(); err != nil {
		return nil, err
	}
	return m, nil
}

// errEmpty is a placeholder behind which nothing stands.
var errEmpty = errors.New("is empty; does the file or the environment variable exist, and may Caddy read it?")

// secret resolves a key of the old gateway or a secret of WeChat.
func (l *Loader) secret(value string) (string, error) {
	secret := strings.TrimSpace(l.Resolve(value))
	if secret == "" || IsPlaceholder(secret) {
		return "", errEmpty
	}
	secret, err := cleanKey(secret)
	if err == nil && secret == "" {
		err = errEmpty
	}
	return secret, err
}

// password resolves the password of a key file, "" for none. Unlike keys, it may
// have any characters that can be seen.
func (l *Loader) password(source string) (string, error) {
	if source == "" {
		return "", nil
	}
	password, err := cleanSecret(l.Resolve(source))
	if err == nil && (password == "" || IsPlaceholder(password)) {
		err = errEmpty
	}
	if err != nil {
		return "", fmt.Errorf("its password %w", err)
	}
	return password, nil
}

func (l *Loader) signKey(member, value string) (v1.Key, error) {
	secret, err := l.secret(value)
	if err != nil {
		return v1.Key{}, fmt.Errorf("%s: %w", member, err)
	}
	return v1.NewKey(secret), nil
}
