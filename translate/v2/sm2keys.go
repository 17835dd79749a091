package v2

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/sm3"

	"github.com/paybridge/paybridge/translate/internal/sm2fixed"
)

// sm2UserID goes into every SM2 signature. It is the default of GM/T 0009; that
// the gateway keeps to it is an assumption.
const sm2UserID = "1234567812345678"

// Lengths in bytes. A wrapped key is C1 (04, x, y), C3 (a digest) and C2 (as
// long as the session key); a signature is the ASN.1 of two numbers.
const (
	sm2PointForm   = 0x04
	sm2Coordinates = 64
	sm2Wrapped     = 1 + sm2Coordinates + sm3.Size + maxBlock
	sm2MinSign     = 8
	sm2MaxSign     = 72
)

var (
	sm2Decrypting = sm2.NewPlainDecrypterOpts(sm2.C1C3C2)
	sm2Signing    = sm2.NewSM2SignerOption(false, nil) // what is signed is a digest
)

// sm2Signer signs a digest.
type sm2Signer interface {
	Sign(random io.Reader, digest *[sm3.Size]byte) ([]byte, error)
}

// signsElsewhere is a key that is not ours to calculate with, but for its digests.
type signsElsewhere struct{ crypto.Signer }

func (k signsElsewhere) Sign(random io.Reader, digest *[sm3.Size]byte) ([]byte, error) {
	return k.Signer.Sign(random, digest[:], sm2Signing)
}

// signerOf returns what signs with a key: our own arithmetic where the key is at hand.
func signerOf(own crypto.Signer) (sm2Signer, error) {
	if key, ok := own.(*sm2.PrivateKey); ok {
		return sm2fixed.NewSigner(key)
	}
	return signsElsewhere{own}, nil
}

// sm2Keys is the public-key half of suite gm.
type sm2Keys struct {
	signer    sm2Signer
	decrypter crypto.Decrypter
	ownZA     []byte // what our signatures hash first: user id, curve, key
	peer      *sm2fixed.Key
	peerZA    []byte
}

// newSM2Keys checks both keys of a merchant of suite gm.
func newSM2Keys(own crypto.Signer, peer crypto.PublicKey) (keyPair, error) {
	ownPublic, ok := own.Public().(*ecdsa.PublicKey)
	if !ok || !sm2.IsSM2PublicKey(ownPublic) {
		return nil, fmt.Errorf("the private key is %s: use the merchant's SM2 key, or suite intl", kindOf(own.Public()))
	}
	peerPublic, ok := peer.(*ecdsa.PublicKey)
	if !ok || !sm2.IsSM2PublicKey(peerPublic) {
		return nil, fmt.Errorf("the gateway key is %s: use the gateway's SM2 key, or suite intl", kindOf(peer))
	}
	decrypter, ok := own.(crypto.Decrypter)
	if !ok {
		return nil, errors.New("the private key cannot decrypt: use one that is a crypto.Decrypter too")
	}
	ownZA, err := prepareSM2(ownPublic)
	if err != nil {
		return nil, fmt.Errorf("the private key is damaged: %w", err)
	}
	signer, err := signerOf(own)
	if err != nil {
		return nil, fmt.Errorf("the private key is damaged: %w", err)
	}
	peerZA, err := prepareSM2(peerPublic)
	if err != nil {
		return nil, fmt.Errorf("the gateway key is damaged: %w", err)
	}
	fixed, err := sm2fixed.Of(peerPublic)
	if err != nil {
		return nil, fmt.Errorf("the gateway key is damaged: %w", err)
	}
	return &sm2Keys{signer: signer, decrypter: decrypter, ownZA: ownZA, peer: fixed, peerZA: peerZA}, nil
}

// prepareSM2 checks that a public key is a point of the curve and returns its ZA.
func prepareSM2(key *ecdsa.PublicKey) ([]byte, error) {
	if _, err := sm2.PublicKeyToECDH(key); err != nil {
		return nil, err
	}
	return sm2.CalculateZA(key, []byte(sm2UserID))
}

// sm2Digest is what an SM2 signature signs.
func sm2Digest(za, plaintext []byte) (digest [sm3.Size]byte) {
	h := sm3.New()
	h.Write(za)
	h.Write(plaintext)
	h.Sum(digest[:0])
	return digest
}

func (k *sm2Keys) sign(plaintext []byte) ([]byte, error) {
	digest := sm2Digest(k.ownZA, plaintext)
	return k.signer.Sign(rand.Reader, &digest)
}

// readSignature can tell nothing without the message: an SM2 signature does not
// give it back. A message that nobody sealed to us is cheap all the same, its
// session key carries a digest (C3).
func (k *sm2Keys) readSignature(signature []byte) (signed, bool) {
	return func(plaintext []byte) int {
		if digest := sm2Digest(k.peerZA, plaintext); k.peer.Verify(&digest, signature) {
			return 1
		}
		return 0
	}, true
}

func (k *sm2Keys) wrap(sessionKey []byte) ([]byte, error) {
	return k.peer.Encrypt(rand.Reader, sessionKey)
}

// unwrap takes key_enc with the leading 04 or without it. The length tells which
// it is: the first byte of a bare coordinate may be 04 by chance.
func (k *sm2Keys) unwrap(wrapped, sessionKey []byte) int {
	if len(wrapped) == sm2Wrapped-1 {
		wrapped = append([]byte{sm2PointForm}, wrapped...)
	}
	if wrapped[0] != sm2PointForm {
		return 0
	}
	key, err := k.decrypter.Decrypt(rand.Reader, wrapped, sm2Decrypting)
	if err != nil || len(key) != len(sessionKey) {
		return 0
	}
	subtle.ConstantTimeCopy(1, sessionKey, key)
	return 1
}

func (k *sm2Keys) wrappedFits(n int) bool { return n == sm2Wrapped || n == sm2Wrapped-1 }

func (k *sm2Keys) signatureFits(n int) bool { return n >= sm2MinSign && n <= sm2MaxSign }
