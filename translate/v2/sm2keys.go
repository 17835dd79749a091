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
	sm2Encrypting = sm2.NewPlainEncrypterOpts(sm2.MarshalUncompressed, sm2.C1C3C2)
	sm2Decrypting = sm2.NewPlainDecrypterOpts(sm2.C1C3C2)
	sm2Signing    = sm2.NewSM2SignerOption(false, nil) // what is signed is a digest
)

// sm2Private signs digests and decrypts session keys.
type sm2Private interface {
	Sign(random io.Reader, digest *[sm3.Size]byte) ([]byte, error)
	Decrypt(sealed []byte) ([]byte, error)
}

// sm2Public verifies signatures and encrypts session keys.
type sm2Public interface {
	Verify(digest *[sm3.Size]byte, signature []byte) bool
	Encrypt(random io.Reader, message []byte) ([]byte, error)
}

// standardPrivate does what any private key does, by gmsm where it is a key of that.
type standardPrivate struct {
	signer    crypto.Signer
	decrypter crypto.Decrypter
}

func (k standardPrivate) Sign(random io.Reader, digest *[sm3.Size]byte) ([]byte, error) {
	return k.signer.Sign(random, digest[:], sm2Signing)
}

func (k standardPrivate) Decrypt(sealed []byte) ([]byte, error) {
	return k.decrypter.Decrypt(rand.Reader, sealed, sm2Decrypting)
}

// standardPublic works by gmsm.
type standardPublic struct{ *ecdsa.PublicKey }

func (k standardPublic) Verify(digest *[sm3.Size]byte, signature []byte) bool {
	return sm2.VerifyASN1(k.PublicKey, digest[:], signature)
}

func (k standardPublic) Encrypt(random io.Reader, message []byte) ([]byte, error) {
	return sm2.Encrypt(random, k.PublicKey, message, sm2Encrypting)
}

// sm2Keys is the public-key half of suite gm.
type sm2Keys struct {
	own    sm2Private
	ownZA  []byte // what our signatures hash first: user id, curve, key
	peer   sm2Public
	peerZA []byte
}

// WithFastSM2 has suite gm work by our own arithmetic, package sm2fixed, as far as that
// serves its keys. Where it may not be right, as [CheckFastSM2] says, or is not wanted, gmsm
// is what a [Codec] has without this option.
func WithFastSM2() Option {
	return func(c *Codec) {
		keys, ok := c.keys.(*sm2Keys)
		if !ok {
			return
		}
		if public, ok := keys.peer.(standardPublic); ok {
			if fast, err := sm2fixed.Of(public.PublicKey); err == nil {
				keys.peer = fast
			}
		}
		if private, ok := c.own.(*sm2.PrivateKey); ok {
			if fast, err := sm2fixed.NewPrivateKey(private); err == nil {
				keys.own = fast
			}
		}
	}
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
	peerZA, err := prepareSM2(peerPublic)
	if err != nil {
		return nil, fmt.Errorf("the gateway key is damaged: %w", err)
	}
	return &sm2Keys{own: standardPrivate{own, decrypter}, ownZA: ownZA, peer: standardPublic{peerPublic}, peerZA: peerZA}, nil
}

// takeOwn has keys work with their private key as those of another peer do.
func (k *sm2Keys) takeOwn(other keyPair) {
	if keys, ok := other.(*sm2Keys); ok {
		k.own = keys.own
	}
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
	return k.own.Sign(rand.Reader, &digest)
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
	key, err := k.own.Decrypt(wrapped)
	if err != nil || len(key) != len(sessionKey) {
		return 0
	}
	subtle.ConstantTimeCopy(1, sessionKey, key)
	return 1
}

func (k *sm2Keys) wrappedFits(n int) bool { return n == sm2Wrapped || n == sm2Wrapped-1 }

func (k *sm2Keys) signatureFits(n int) bool { return n >= sm2MinSign && n <= sm2MaxSign }
