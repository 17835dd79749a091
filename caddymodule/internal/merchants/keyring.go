package merchants

import (
	"crypto"
	"crypto/rsa"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	v2 "github.com/paybridge/paybridge/translate/v2"
)

// keyringID says which merchants may share one keyring: those whose keys,
// current and previous, are written in the same words.
type keyringID struct {
	suite, private, password, public                        string
	previousPrivate, previousPassword, previousPrivateUntil string
	previousPublic, previousPublicUntil                     string
}

// keyring resolves a merchant's v2 keys.
func (l *Loader) keyring(c Config) (*v2.Keyring, error) {
	suite, err := c.suite()
	if err != nil {
		return nil, err
	}
	id := keyringID{
		suite.Name(), c.PrivateKey, c.PrivateKeyPassword, c.GatewayKey,
		c.PreviousPrivateKey, c.PreviousPrivateKeyPassword, c.PreviousPrivateKeyUntil,
		c.PreviousGatewayKey, c.PreviousGatewayKeyUntil,
	}
	if ring := l.keyrings[id]; ring != nil {
		return ring, nil
	}
	private, err := l.privateKey("private_key", c.PrivateKey, c.PrivateKeyPassword)
	if err != nil {
		return nil, err
	}
	public, err := l.publicKey("gateway_key", c.GatewayKey)
	if err != nil {
		return nil, err
	}
	previous, err := l.previousKeys(c)
	if err != nil {
		return nil, err
	}
	var opts []v2.Option
	if l.Refused != nil {
		opts = append(opts, v2.WithObserver(l.Refused))
	}
	ring, err := v2.NewKeyring(suite, private, public, previous, opts...)
	if err != nil {
		return nil, err
	}
	l.keyrings[id] = ring
	return ring, nil
}

// previousKeys resolves the keys before a change that is under way. They are
// read and checked even when their day is over, so that a configuration that
// loads today loads tomorrow.
func (l *Loader) previousKeys(c Config) (previous v2.Previous, err error) {
	if previous.OwnUntil, err = AfterDay("previous_private_key", c.PreviousPrivateKeyUntil); err != nil {
		return previous, err
	}
	if previous.PeerUntil, err = AfterDay("previous_gateway_key", c.PreviousGatewayKeyUntil); err != nil {
		return previous, err
	}
	if c.PreviousPrivateKey != "" {
		previous.Own, err = l.privateKey("previous_private_key", c.PreviousPrivateKey, c.PreviousPrivateKeyPassword)
		if err != nil {
			return previous, err
		}
	}
	if c.PreviousGatewayKey != "" {
		previous.Peer, err = l.publicKey("previous_gateway_key", c.PreviousGatewayKey)
	}
	return previous, err
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
	data, err := l.keyData(source)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", member, err)
	}
	password, err := l.password(passwordSource)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", member, err)
	}
	key, err := v2.ParsePrivateKey(data, password)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", member, err)
	}
	chosen := l.choose(key)
	l.private[id] = chosen
	return chosen.Signer, nil
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
