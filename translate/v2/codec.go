package v2

import (
	"crypto"
	"crypto/cipher"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
)

// Codec seals messages to one peer and opens those that come from it, with the
// keys of one merchant. It is safe for concurrent use as long as the private
// key is, which those of [ParsePrivateKey] are.
type Codec struct {
	suite   algorithms
	own     crypto.Signer
	keys    keyPair
	observe func(Reason)
	random  io.Reader // of session keys
}

// Option changes how a [Codec] works.
type Option func(*Codec)

// WithObserver has each refusal's reason told to f, before Open returns. f must
// be quick and safe for concurrent use.
func WithObserver(f func(Reason)) Option {
	return func(c *Codec) { c.observe = f }
}

// NewCodec binds a suite to our private key and the peer's public key. own must
// also be a [crypto.Decrypter]; anything that keeps those two contracts will
// do, such as a key in an HSM. It is asked to
//
//   - intl: Sign a SHA-1 digest with crypto.SHA1, and Decrypt with
//     *[crypto/rsa.PKCS1v15DecryptOptions] with SessionKeyLen 8;
//   - gm: Sign a 32-byte SM2 digest, SM3 over ZA and the message, with options
//     whose HashFunc is 0, returning ASN.1; and Decrypt C1C3C2 with the leading
//     04, with *sm2.DecrypterOpts.
//
// RSA keys have 1024 to 8192 bits: 1024 is what older merchants have and the
// least that crypto/rsa takes by default (rsa1024min in GODEBUG), so no setting
// is needed. A key that does not fit the suite is an error that says what to do.
func NewCodec(s Suite, own crypto.Signer, peer crypto.PublicKey, opts ...Option) (*Codec, error) {
	if s.Name() == "" {
		return nil, errors.New("no suite: use intl or gm")
	}
	if own == nil {
		return nil, errors.New("no private key")
	}
	if peer == nil {
		return nil, errors.New("no gateway key")
	}
	keys, err := suites[s].newKeys(own, peer)
	if err != nil {
		return nil, fmt.Errorf("suite %s: %w", s, err)
	}
	if samePublic(own.Public(), peer) {
		// With one key on both sides our own requests could be sent back to us
		// as the gateway's notices.
		return nil, errors.New("the gateway key is the public half of the private key: use the gateway's own")
	}
	c := &Codec{suite: suites[s], own: own, keys: keys, observe: func(Reason) {}, random: rand.Reader}
	for _, opt := range opts {
		opt(c)
	}
	return c, nil
}

// Seal encrypts and signs a message, with a session key of its own. The message
// is taken as it is: any bytes, at most [MaxMessage].
func (c *Codec) Seal(merchantID, merOrderID string, plaintext []byte) (Envelope, error) {
	if len(plaintext) > MaxMessage {
		return Envelope{}, fmt.Errorf("sealing: message of %d bytes is longer than %d", len(plaintext), MaxMessage)
	}
	key := make([]byte, c.suite.size)
	if _, err := io.ReadFull(c.random, key); err != nil {
		return Envelope{}, fmt.Errorf("sealing: making a session key: %w", err)
	}
	sealed, err := c.encrypt(key, plaintext)
	if err != nil {
		return Envelope{}, fmt.Errorf("sealing: encrypting: %w", err)
	}
	wrapped, err := c.keys.wrap(key)
	if err != nil {
		return Envelope{}, fmt.Errorf("sealing: wrapping the session key: %w", err)
	}
	signature, err := c.keys.sign(plaintext)
	if err != nil {
		return Envelope{}, fmt.Errorf("sealing: signing: %w", err)
	}

	// One text holds all three hex parameters.
	text := make([]byte, 0, 2*(len(sealed)+len(wrapped)+len(signature)))
	text = hex.AppendEncode(text, sealed)
	text = hex.AppendEncode(text, wrapped)
	text = hex.AppendEncode(text, signature)
	hexed := string(text)
	keyAt, signAt := 2*len(sealed), 2*(len(sealed)+len(wrapped))
	return Envelope{
		MerchantID: merchantID,
		MsgEnc:     hexed[:keyAt],
		KeyEnc:     hexed[keyAt:signAt],
		Sign:       hexed[signAt:],
		MerOrderID: merOrderID,
	}, nil
}

// encrypt pads a plain text and encrypts it in CBC mode, the IV being the key.
func (c *Codec) encrypt(key, plaintext []byte) ([]byte, error) {
	block, err := c.suite.newBlock(key)
	if err != nil {
		return nil, err
	}
	padding := c.suite.size - len(plaintext)%c.suite.size
	text := make([]byte, len(plaintext)+padding)
	for i := copy(text, plaintext); i < len(text); i++ {
		text[i] = byte(padding) //nolint:gosec // at most a block
	}
	cipher.NewCBCEncrypter(block, key).CryptBlocks(text, text)
	return text, nil
}
