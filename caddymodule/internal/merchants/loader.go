package merchants

import (
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"
	"strings"

	"github.com/paybridge/paybridge/caddymodule/internal/configerror"
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

	// RSAPower prepares a gateway's RSA key, see [v2.WithRSAPower]. It may be nil.
	RSAPower func(*rsa.PublicKey) v2.RSAPower
	// FastSM2 has suite gm work by our own arithmetic, see [v2.WithFastSM2].
	FastSM2 bool

	// Elsewhere returns the private key that a name stands for which is that of no
	// file, such as pkcs11:…, with the password after it, and says where it works.
	// ok is false for other names. nil: there are no such keys.
	Elsewhere func(name, password string) (key crypto.Signer, where string, ok bool, err error)

	private  map[string]privateKey
	public   map[string]crypto.PublicKey
	keyrings map[keyringID]*v2.Keyring
	pools    map[string]*x509.CertPool
	errs     configerror.List
	failed   map[material]*configerror.Error
}

// material is what a merchant's member is made of, by the text of the
// configuration. Other merchants may have the same.
type material struct{ member, source string }

// Load resolves all merchants. Its error is a [configerror.List] of everything that
// is wrong with any of them.
func (l *Loader) Load(configs []Config) (*Registry, error) {
	l.private = make(map[string]privateKey)
	l.public = make(map[string]crypto.PublicKey)
	l.keyrings = make(map[keyringID]*v2.Keyring)
	l.pools = make(map[string]*x509.CertPool)
	l.errs, l.failed = Check(configs), make(map[material]*configerror.Error)
	r := &Registry{
		byMerID:   make(map[string]*Merchant, len(configs)),
		byGateway: make(map[string]*Merchant, len(configs)),
		byHost:    make(map[string][]*Merchant),
	}
	for i, c := range configs {
		r.add(l.merchant(i, c))
	}
	if err := l.errs.Err(); err != nil {
		return nil, err
	}
	return r, nil
}

// merchant resolves a merchant that [Check] has checked as far as it can. It adds
// what it cannot resolve to the errors, and goes on.
func (l *Loader) merchant(index int, c Config) *Merchant {
	m := &Merchant{
		MerID: c.MerID, GatewayMerchant: c.GatewayMerchant, Subject: c.Subject,
		JSAPI: c.JSAPI, RedirectToBackURLHosts: c.RedirectToBackURLHosts, Rollback: c.Rollback,
		previousKeyUsed: l.PreviousKeyUsed,
	}
	m.current = resolve(l, index, c, material{"sign_key", c.SignKey}, l.signKey)
	m.previous = resolve(l, index, c, material{"previous_sign_key", c.PreviousSignKey}, l.signKey)
	m.previousUntil, _ = AfterDay("previous_sign_key", c.PreviousSignKeyUntil)
	if m.keyring = l.keyring(index, c); m.keyring != nil {
		m.Codec = m.keyring.Current()
	}
	m.Arithmetic = l.private[privateKeyID(c.PrivateKey, c.PrivateKeyPassword)].arithmetic
	m.Callbacks.PlainHTTP = !c.CallbackHTTPSOnly
	m.Callbacks.Allow, _ = c.allowed()
	m.Callbacks.RootCAs = resolve(l, index, c, material{"callback_ca", c.CallbackCA}, l.pool)
	m.wechatApps = make(map[string]WeChatApp, len(c.WeChatApps))
	for i, a := range c.WeChatApps {
		secret := resolve(l, index, c, material{configerror.Indexed("wechat_apps", i), a.Secret}, l.wechatSecret(a.AppID))
		m.wechatApps[a.PayWay] = WeChatApp{AppID: a.AppID, Secret: Secret{text: &secret}}
	}
	m.RedirectHosts, _ = c.redirectHosts()
	return m
}

// resolve resolves one member, the zero value when there is nothing to resolve or
// it cannot be.
func resolve[T any](l *Loader, index int, c Config, from material, resolver func(member, source string) (T, error)) T {
	var none T
	if from.source == "" || l.knownToFail(from) {
		return none
	}
	value, err := resolver(from.member, from.source)
	if err != nil {
		l.fail(from, c.fault(index, fault{from.member, err}))
		return none
	}
	return value
}

// knownToFail reports whether another merchant has the same and could not be given
// it, and counts this one too: a thousand merchants may share a file, and are told
// of it once.
func (l *Loader) knownToFail(m material) bool {
	e := l.failed[m]
	if e != nil {
		e.Others++
	}
	return e != nil
}

func (l *Loader) fail(from material, e *configerror.Error) {
	l.failed[from] = e
	l.errs = append(l.errs, e)
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

// wechatSecret returns the resolver of an official account's secret.
func (l *Loader) wechatSecret(appID string) func(member, source string) (string, error) {
	return func(_, source string) (string, error) {
		secret, err := l.secret(source)
		if err != nil && appIDForm.MatchString(appID) { // or it may be the secret
			err = fmt.Errorf("%s: its secret %w", appID, err)
		}
		if err != nil {
			err = fmt.Errorf("wechat_app: %w", err)
		}
		return secret, err
	}
}

func (l *Loader) signKey(member, value string) (v1.Key, error) {
	secret, err := l.secret(value)
	if err != nil {
		return v1.Key{}, fmt.Errorf("%s: %w", member, err)
	}
	return v1.NewKey(secret), nil
}
