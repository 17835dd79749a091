//go:build simulation

package v2

import (
	"crypto"
	"crypto/aes"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"

	"github.com/emmansun/gmsm/smx509"
)

// A simulation has a third suite, which hides nothing: millions of messages are sealed
// and opened in it by the same code as those of the others, and only what the keys
// themselves do is left out. No other build knows it.
func init() {
	suites = append(suites, algorithms{name: "simulated", size: aes.BlockSize, newBlock: aes.NewCipher, newKeys: newSimulatedKeys})
}

// simulatedKeys are known by their public halves alone.
type simulatedKeys struct{ own, peer []byte }

func newSimulatedKeys(own crypto.Signer, peer crypto.PublicKey) (keyPair, error) {
	var k simulatedKeys
	var err error
	if k.own, err = marshalPublic(own.Public()); err != nil {
		return nil, err
	}
	k.peer, err = marshalPublic(peer)
	return k, err
}

func marshalPublic(key crypto.PublicKey) ([]byte, error) {
	text, err := smx509.MarshalPKIXPublicKey(key)
	if err != nil {
		return nil, fmt.Errorf("the key cannot be written down: %w", err)
	}
	return text, nil
}

// digest stands for what the owner of a key does with it.
func digest(key, text []byte) []byte {
	h := sha256.New()
	h.Write(key)
	h.Write(text)
	return h.Sum(nil)
}

func (k simulatedKeys) sign(plaintext []byte) ([]byte, error) { return digest(k.own, plaintext), nil }

func (k simulatedKeys) readSignature(signature []byte) (signed, bool) {
	return func(plaintext []byte) int {
		return subtle.ConstantTimeCompare(digest(k.peer, plaintext), signature)
	}, true
}

func (k simulatedKeys) wrap(sessionKey []byte) ([]byte, error) {
	return masked(k.peer, sessionKey), nil
}

func (k simulatedKeys) unwrap(wrapped, sessionKey []byte) int {
	copy(sessionKey, masked(k.own, wrapped))
	return 1
}

func (simulatedKeys) wrappedFits(n int) bool   { return n == aes.BlockSize }
func (simulatedKeys) signatureFits(n int) bool { return n == sha256.Size }

// masked is a text of one block behind a mask.
func masked(key, text []byte) []byte {
	out := make([]byte, len(text))
	subtle.XORBytes(out, text, digest(key, nil))
	return out
}
