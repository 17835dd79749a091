package v2

import (
	"bytes"
	"crypto"
	"crypto/fips140"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/subtle"
	"errors"
	"fmt"
)

// rsaKeys is the public-key half of suite intl.
type rsaKeys struct {
	signer    crypto.Signer
	decrypter crypto.Decrypter
	ownSize   int // bytes of our modulus

	peer        *rsa.PublicKey
	power       RSAPower // of the peer's key
	peerPadding []byte   // of the peer's signatures, before the digest
}

// newRSAKeys checks both keys of a merchant of suite intl.
func newRSAKeys(own crypto.Signer, peer crypto.PublicKey) (keyPair, error) {
	ownPublic, ok := own.Public().(*rsa.PublicKey)
	if !ok {
		return nil, fmt.Errorf("the private key is %s: use the merchant's RSA key, or suite gm", kindOf(own.Public()))
	}
	peerPublic, ok := peer.(*rsa.PublicKey)
	if !ok {
		return nil, fmt.Errorf("the gateway key is %s: use the gateway's RSA key, or suite gm", kindOf(peer))
	}
	decrypter, ok := own.(crypto.Decrypter)
	if !ok {
		return nil, errors.New("the private key cannot decrypt: use one that is a crypto.Decrypter too")
	}
	if err := checkRSA(ownPublic); err != nil {
		return nil, fmt.Errorf("the private key %w", err)
	}
	if err := checkRSA(peerPublic); err != nil {
		return nil, fmt.Errorf("the gateway key %w", err)
	}
	power, err := standardPower(peerPublic)
	if err != nil {
		return nil, fmt.Errorf("the gateway key is damaged: %w", err)
	}
	return &rsaKeys{
		signer: own, decrypter: decrypter, ownSize: ownPublic.Size(),
		peer: peerPublic, power: power, peerPadding: signaturePadding(peerPublic.Size()),
	}, nil
}

// checkRSA refuses what crypto/rsa would refuse at the first message.
func checkRSA(key *rsa.PublicKey) error {
	switch {
	case key == nil || key.N == nil || key.N.Sign() <= 0:
		return errors.New("is empty: give a whole RSA key")
	case key.N.BitLen() < minRSABits:
		return fmt.Errorf("has %d bits: have one made with 2048, at least %d", key.N.BitLen(), minRSABits)
	case key.N.BitLen() > maxRSABits:
		return fmt.Errorf("has %d bits: have one made with at most %d", key.N.BitLen(), maxRSABits)
	case key.N.Bit(0) == 0:
		return errors.New("is damaged: its modulus is even")
	case key.E < 3 || key.E%2 == 0 || key.E > 1<<31-1:
		return fmt.Errorf("has the exponent %d: have one made with 65537", key.E)
	}
	return nil
}

func (k *rsaKeys) sign(plaintext []byte) ([]byte, error) {
	digest := sha1.Sum(plaintext)
	return k.signer.Sign(rand.Reader, digest[:], crypto.SHA1)
}

// readSignature is [rsa.VerifyPKCS1v15] in another order: the signature is raised
// to the peer's public exponent, and the padding in front of the digest is
// compared, before there is a text to compare the digest with.
func (k *rsaKeys) readSignature(signature []byte) (signed, bool) {
	block, ok := k.power(signature)
	if !ok {
		return nil, false
	}
	padding, digest := block[:len(block)-sha1.Size], block[len(block)-sha1.Size:]
	if !bytes.Equal(padding, k.peerPadding) {
		return nil, false
	}
	return func(plaintext []byte) int {
		sum := sha1.Sum(plaintext)
		return subtle.ConstantTimeCompare(sum[:], digest)
	}, true
}

// wrap is [rsa.EncryptPKCS1v15] with a key that was prepared before. In FIPS mode it is
// that one itself, which refuses where it has to.
func (k *rsaKeys) wrap(sessionKey []byte) ([]byte, error) {
	if fips140.Enabled() {
		return rsa.EncryptPKCS1v15(rand.Reader, k.peer, sessionKey)
	}
	block := sealingBlock(k.peer.Size(), sessionKey)
	defer clear(block)
	wrapped, ok := k.power(block)
	if !ok {
		return nil, errors.New("the gateway key cannot encrypt")
	}
	return wrapped, nil
}

// unwrap has crypto/rsa choose a random key when the padding is broken, in
// constant time. Its error is left for ciphertexts not below the modulus, which
// everybody can see; any other one is that of a device that is out of order.
func (k *rsaKeys) unwrap(wrapped, sessionKey []byte) int {
	key, err := k.decrypter.Decrypt(rand.Reader, wrapped, &rsa.PKCS1v15DecryptOptions{SessionKeyLen: len(sessionKey)})
	if err != nil && !errors.Is(err, rsa.ErrDecryption) {
		return keyUnavailable
	}
	if err != nil || len(key) != len(sessionKey) {
		return 0
	}
	subtle.ConstantTimeCopy(1, sessionKey, key)
	return 1
}

func (k *rsaKeys) wrappedFits(n int) bool { return n == k.ownSize }

func (k *rsaKeys) signatureFits(n int) bool { return n == k.peer.Size() }
