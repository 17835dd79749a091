package merchants

import (
	"cmp"
	"crypto"
	"crypto/rsa"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	v2 "github.com/paybridge/paybridge/translate/v2"
)

// keyringID says which merchants may share one keyring: those whose keys,
// current and previous, are written in the same words.
type keyringID struct {
	suite, private, password, public                        string
	previousPrivate, previousPassword, previousPrivateUntil string
	previousPublic, previousPublicUntil                     string
}

func (c Config) keyringID() keyringID {
	return keyringID{
		cmp.Or(c.Suite, DefaultSuite), c.PrivateKey, c.PrivateKeyPassword, c.GatewayKey,
		c.PreviousPrivateKey, c.PreviousPrivateKeyPassword, c.PreviousPrivateKeyUntil,
		c.PreviousGatewayKey, c.PreviousGatewayKeyUntil,
	}
}

// keyring resolves a merchant's v2 keys, nil if that fails.
func (l *Loader) keyring(index int, c Config) *v2.Keyring {
	id := c.keyringID()
	if ring := l.keyrings[id]; ring != nil {
		return ring
	}
	private := l.resolvePrivate(index, c, "private_key", c.PrivateKey, c.PrivateKeyPassword)
	public := resolve(l, index, c, material{"gateway_key", c.GatewayKey}, l.publicKey)
	previous := l.previousKeys(index, c)
	suite, err := c.suite()
	incomplete := private == nil || public == nil ||
		c.PreviousPrivateKey != "" && previous.Own == nil || c.PreviousGatewayKey != "" && previous.Peer == nil
	from := material{"keyring", fmt.Sprint(id)}
	if err != nil || incomplete || l.knownToFail(from) {
		return nil
	}
	var opts []v2.Option
	if l.Refused != nil {
		opts = append(opts, v2.WithObserver(l.Refused))
	}
	if l.RSAPower != nil {
		opts = append(opts, v2.WithRSAPower(l.RSAPower))
	}
	if l.FastSM2 {
		opts = append(opts, v2.WithFastSM2())
	}
	ring, err := v2.NewKeyring(suite, private, public, previous, opts...)
	if err != nil {
		l.fail(from, c.fault(index, fault{c.mismatched(suite, private, public), err}))
		return nil
	}
	l.keyrings[id] = ring
	return ring
}

// mismatched is the member to look at when keys do not go together.
func (c Config) mismatched(suite v2.Suite, private crypto.Signer, public crypto.PublicKey) string {
	if _, err := v2.NewCodec(suite, private, public); err == nil { // so the current keys do
		if c.PreviousPrivateKey != "" {
			return "previous_private_key"
		}
		return "previous_gateway_key"
	}
	if c.Suite == "" {
		return "private_key"
	}
	return "suite"
}

// previousKeys resolves the keys before a change that is under way. They are
// read and checked even when their day is over, so that a configuration that
// loads today loads tomorrow.
func (l *Loader) previousKeys(index int, c Config) (previous v2.Previous) {
	previous.OwnUntil, _ = AfterDay("previous_private_key", c.PreviousPrivateKeyUntil)
	previous.PeerUntil, _ = AfterDay("previous_gateway_key", c.PreviousGatewayKeyUntil)
	previous.Own = l.resolvePrivate(index, c, "previous_private_key", c.PreviousPrivateKey, c.PreviousPrivateKeyPassword)
	previous.Peer = resolve(l, index, c, material{"previous_gateway_key", c.PreviousGatewayKey}, l.publicKey)
	return previous
}

// resolvePrivate resolves a private key, nil if there is none or that fails.
func (l *Loader) resolvePrivate(index int, c Config, member, source, passwordSource string) crypto.Signer {
	if source == "" {
		return nil
	}
	return resolve(l, index, c, material{member, privateKeyID(source, passwordSource)}, func(string, string) (crypto.Signer, error) {
		return l.privateKey(member, source, passwordSource)
	})
}

// privateKey is a private key and what does its arithmetic.
type privateKey struct {
	crypto.Signer
	arithmetic string
}

// privateKeyID tells private keys apart by where they come from.
func privateKeyID(source, passwordSource string) string { return source + "\x00" + passwordSource }

func (l *Loader) privateKey(member, source, passwordSource string) (crypto.Signer, error) {
	id := privateKeyID(source, passwordSource)
	if key, known := l.private[id]; known {
		return key.Signer, nil
	}
	key, ok, err := l.elsewhere(source, passwordSource)
	if !ok {
		key, err = l.parsePrivate(source, passwordSource)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", member, err)
	}
	l.private[id] = key
	return key.Signer, nil
}

// elsewhere is the key of a name that is that of no file. For others ok is false.
func (l *Loader) elsewhere(source, passwordSource string) (key privateKey, ok bool, err error) {
	name := strings.TrimSpace(l.Resolve(source))
	if l.Elsewhere == nil || KeyScheme(name) == "" {
		return key, false, nil
	}
	password, err := l.password(passwordSource)
	if err != nil {
		return key, true, err
	}
	signer, where, ok, err := l.Elsewhere(name, password)
	return privateKey{Signer: signer, arithmetic: where}, ok, err
}

// parsePrivate is the key of a file, or one that a placeholder holds.
func (l *Loader) parsePrivate(source, passwordSource string) (privateKey, error) {
	data, err := l.keyData(source)
	if err != nil {
		return privateKey{}, err
	}
	password, err := l.password(passwordSource)
	if err != nil {
		return privateKey{}, err
	}
	key, err := v2.ParsePrivateKey(data, password)
	if err != nil {
		return privateKey{}, err
	}
	return l.choose(key), nil
}

// choose puts what is to do the arithmetic in an RSA key's place.
func (l *Loader) choose(key crypto.Signer) privateKey {
	if standard, ok := key.(*rsa.PrivateKey); ok && l.RSA != nil {
		chosen, arithmetic := l.RSA(standard)
		return privateKey{chosen, arithmetic}
	}
	return privateKey{Signer: key}
}

func (l *Loader) publicKey(member, source string) (crypto.PublicKey, error) {
	if key := l.public[source]; key != nil {
		return key, nil
	}
	data, err := l.keyData(source)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", member, err)
	}
	key, err := v2.ParsePublicKey(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", member, err)
	}
	l.public[source] = key
	return key, nil
}

// isThere reports whether something has that name. A path may be of the letters of
// base64 alone, and of such a length that it could be a key.
func isThere(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// keyData returns the contents of a key: what a placeholder holds, what stands
// in a merchants file literally, or the file of that name. No error repeats
// what may be a key.
func (l *Loader) keyData(source string) ([]byte, error) {
	text := l.Resolve(source)
	if text == "" {
		return nil, errEmpty
	}
	if IsPlaceholder(source) || looksLikeKey(text) && !isThere(text) {
		return []byte(text), nil
	}
	data, err := readKeyFile(text)
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
