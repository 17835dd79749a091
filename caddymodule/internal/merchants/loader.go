package merchants

import (
	"crypto"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	v1 "github.com/paybridge/paybridge/translate/v1"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// Loader turns configured merchants into a Registry. Thousands of merchants
// often share a few key files, so each file is read and parsed once.
type Loader struct {
	// Resolve replaces {file.*} and {env.*} placeholders.
	Resolve func(string) string

	// Refused is told of every v2 envelope that could not be opened.
	Refused func(v2.Reason)

	private map[string]crypto.Signer
	public  map[string]crypto.PublicKey
	codecs  map[codecID]*v2.Codec
	pools   map[string]*x509.CertPool
}

// codecID says which merchants may share one codec: those with the same keys.
type codecID struct {
	suite, private, password, public string
}

// Load resolves all merchants. Errors name the merchant and the member.
func (l *Loader) Load(configs []Config) (*Registry, error) {
	l.private = make(map[string]crypto.Signer)
	l.public = make(map[string]crypto.PublicKey)
	l.codecs = make(map[codecID]*v2.Codec)
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
	m := &Merchant{MerID: c.MerID, GatewayMerchant: c.GatewayMerchant, Subject: c.Subject}
	var err error
	if m.current, err = l.signKey("sign_key", c.SignKey); err != nil {
		return nil, err
	}
	if m.previousUntil, err = c.previousUntil(); err != nil {
		return nil, err
	}
	if c.PreviousSignKey != "" {
		if m.previous, err = l.signKey("previous_sign_key", c.PreviousSignKey); err != nil {
			return nil, err
		}
	}
	if m.Codec, err = l.codec(c); err != nil {
		return nil, err
	}
	if m.Callbacks, err = l.callbacks(c); err != nil {
		return nil, err
	}
	return m, nil
}

func (l *Loader) signKey(member, value string) (v1.Key, error) {
	secret := strings.TrimSpace(l.Resolve(value))
	if secret == "" || IsPlaceholder(secret) {
		return v1.Key{}, fmt.Errorf("%s: empty; does the file or the environment variable exist, and may Caddy read it?", member)
	}
	return v1.NewKey(secret), nil
}

func (l *Loader) codec(c Config) (*v2.Codec, error) {
	suite, err := c.suite()
	if err != nil {
		return nil, err
	}
	id := codecID{suite.Name(), c.PrivateKey, c.PrivateKeyPassword, c.GatewayKey}
	if codec := l.codecs[id]; codec != nil {
		return codec, nil
	}
	private, err := l.privateKey(c)
	if err != nil {
		return nil, fmt.Errorf("private_key: %w", err)
	}
	public, err := l.publicKey(c.GatewayKey)
	if err != nil {
		return nil, fmt.Errorf("gateway_key: %w", err)
	}
	codec, err := v2.NewCodec(suite, private, public, v2.WithObserver(l.Refused))
	if err != nil {
		return nil, err
	}
	l.codecs[id] = codec
	return codec, nil
}

func (l *Loader) privateKey(c Config) (crypto.Signer, error) {
	id := c.PrivateKey + "\x00" + c.PrivateKeyPassword
	if key := l.private[id]; key != nil {
		return key, nil
	}
	data, err := l.keyData(c.PrivateKey)
	if err != nil {
		return nil, err
	}
	password := l.Resolve(c.PrivateKeyPassword)
	if password == "" && c.PrivateKeyPassword != "" {
		return nil, errors.New("its password is empty; does the file or the environment variable exist, and may Caddy read it?")
	}
	key, err := v2.ParsePrivateKey(data, password)
	if err != nil {
		return nil, err
	}
	l.private[id] = key
	return key, nil
}

func (l *Loader) publicKey(source string) (crypto.PublicKey, error) {
	if key := l.public[source]; key != nil {
		return key, nil
	}
	data, err := l.keyData(source)
	if err != nil {
		return nil, err
	}
	key, err := v2.ParsePublicKey(data)
	if err != nil {
		return nil, err
	}
	l.public[source] = key
	return key, nil
}

// keyData returns the contents of a key: what a placeholder holds, what stands
// in a merchants file literally, or the file of that name. No error repeats
// what may be a key.
func (l *Loader) keyData(source string) ([]byte, error) {
	text := l.Resolve(source)
	if text == "" {
		return nil, errors.New("empty; does the file or the environment variable exist, and may Caddy read it?")
	}
	if IsPlaceholder(source) || looksLikeKey(text) {
		return []byte(text), nil
	}
	data, err := os.ReadFile(text) //nolint:gosec // the operator names the file
	if err == nil {
		return data, nil
	}
	var quoting *fs.PathError // it quotes the path
	if errors.As(err, &quoting) {
		err = quoting.Err
	}
	if ext := filepath.Ext(text); len(ext) > 1 && len(ext) <= maxExt {
		return nil, fmt.Errorf("reading %s: %w", text, err) // no key ends like a file
	}
	return nil, fmt.Errorf("reading the file it names: %w", err)
}
