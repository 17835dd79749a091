package sandbox

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
)

// envelope holds the five parameters of a v2 message, in hex as on the wire.
type envelope struct {
	merchantID, msgEnc, keyEnc, sign, merOrderID string
}

// envelopeNames are the parameters of a request, and nothing else is.
var envelopeNames = []string{"merchant_id", "msg_enc", "key_enc", "sign", "mer_order_id"}

// errUnknownMerchant means the envelope names a merchant the gateway has not.
var errUnknownMerchant = errors.New("merchant_id: unknown merchant")

// readEnvelope takes the parameters of a request by name. Every one must be
// there exactly once and not empty.
func readEnvelope(form url.Values) (envelope, error) {
	for _, name := range envelopeNames {
		if values := form[name]; len(values) != 1 || values[0] == "" {
			return envelope{}, fmt.Errorf("%s: wanted one value, got %q", name, values)
		}
	}
	if len(form) != len(envelopeNames) {
		return envelope{}, fmt.Errorf("%d parameters instead of %d", len(form), len(envelopeNames))
	}
	return envelope{
		merchantID: form.Get("merchant_id"),
		msgEnc:     form.Get("msg_enc"),
		keyEnc:     form.Get("key_enc"),
		sign:       form.Get("sign"),
		merOrderID: form.Get("mer_order_id"),
	}, nil
}

// openEnvelope decrypts an envelope that m sent and verifies its signature
// over the exact plaintext.
func (m *Merchant) openEnvelope(e envelope) ([]byte, error) {
	s := suites[m.Suite]
	sealedKey, err := hex.DecodeString(e.keyEnc)
	if err != nil {
		return nil, fmt.Errorf("key_enc: %w", err)
	}
	ciphertext, err := hex.DecodeString(e.msgEnc)
	if err != nil {
		return nil, fmt.Errorf("msg_enc: %w", err)
	}
	signature, err := hex.DecodeString(e.sign)
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	key, err := s.openKey(m.GatewayKey, sealedKey)
	if err != nil {
		return nil, fmt.Errorf("key_enc: %w", err)
	}
	if len(key) != s.keyLen {
		return nil, fmt.Errorf("key_enc: a session key of %d bytes instead of %d", len(key), s.keyLen)
	}
	plaintext, err := s.decrypt(key, ciphertext)
	if err != nil {
		return nil, fmt.Errorf("msg_enc: %w", err)
	}
	if err := s.verify(m.MerchantKey, plaintext, signature); err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	return plaintext, nil
}

// sealEnvelope encrypts plaintext to m and signs the bytes of signed, which
// are the plaintext unless a forgery is wanted.
func (m *Merchant) sealEnvelope(plaintext, signed []byte, merOrderID string) (envelope, error) {
	s := suites[m.Suite]
	key := make([]byte, s.keyLen)
	rand.Read(key) // never fails since Go 1.24
	sealedKey, err := s.sealKey(m.MerchantKey, key)
	if err != nil {
		return envelope{}, fmt.Errorf("sealing session key: %w", err)
	}
	ciphertext, err := s.encrypt(key, plaintext)
	if err != nil {
		return envelope{}, fmt.Errorf("encrypting: %w", err)
	}
	signature, err := s.sign(m.GatewayKey, signed)
	if err != nil {
		return envelope{}, fmt.Errorf("signing: %w", err)
	}
	return envelope{
		merchantID: m.ID,
		msgEnc:     hex.EncodeToString(ciphertext),
		keyEnc:     hex.EncodeToString(sealedKey),
		sign:       hex.EncodeToString(signature),
		merOrderID: merOrderID,
	}, nil
}

// replyText is the body of a v2 response: raw text that looks like a form but
// is not percent-encoded (v2 in the field, envelope).
func (e envelope) replyText() string {
	return "merchant_id=" + e.merchantID + "&msg_enc=" + e.msgEnc + "&key_enc=" + e.keyEnc + "&sign=" + e.sign
}
