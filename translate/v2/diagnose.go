package v2

import (
	"bytes"
	"crypto"
	"crypto/cipher"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	_ "crypto/sha256" // for OAEP
	"encoding/asn1"
	"encoding/hex"
	"math/big"

	"github.com/emmansun/gmsm/sm2"
)

// Signer is who signed a message, from the point of view of one pair of keys.
type Signer uint8

// The signers.
const (
	SignerUnknown Signer = iota // neither of the two
	SignerPeer                  // the gateway
	SignerOwn                   // we
)

// Diagnosis is how far one pair of keys gets with an envelope.
type Diagnosis struct {
	// Suite is the name of the pair's suite.
	Suite string
	// KeyEncFits and SignFits say that the two have a length that is possible
	// with this pair.
	KeyEncFits, SignFits bool
	// SessionKey is how many bytes the session key has, 0 when key_enc does not
	// open with our private key.
	SessionKey int
	// OtherOrder says that key_enc opens as C1C2C3 (suite gm).
	OtherOrder bool
	// ASN1Key says that key_enc opens as the ASN.1 form of SM2 (suite gm).
	ASN1Key bool
	// OAEP is the hash with which key_enc opens under OAEP padding (suite intl),
	// "" when it does not.
	OAEP string
	// Padded says that msg_enc decrypts to a text with whole padding.
	Padded bool
	// ZeroIV says that msg_enc is encrypted with an IV of zeros.
	ZeroIV bool
	// Plaintext is the decrypted text, nil unless Padded. Nothing says that it
	// is the sender's unless SignatureGood.
	Plaintext []byte
	// Signer is who signed, as far as it can be told: from an RSA signature
	// also without the plain text.
	Signer Signer
	// Hash is the hash of an RSA signature, "" when it cannot be told.
	Hash string
	// RawSignature says that Signer signed this plain text, and that sign holds
	// the two numbers r and s one behind the other in place of their ASN.1
	// (suite gm).
	RawSignature bool
	// SignatureGood says that Signer signed this plain text.
	SignatureGood bool
}

// Diagnose says how far this pair of keys gets with an envelope, step by step.
// It is for a person who holds the keys and wants to know why a message is
// refused. It must never answer a network: telling a broken padding from a bad
// signature gives the message away to whoever may ask often enough, which is
// why [Codec.Open] does not.
func (c *Codec) Diagnose(e Envelope) Diagnosis {
	d := Diagnosis{Suite: c.suite.name}
	text, wrapped, signature := unhexed(e.MsgEnc), unhexed(e.KeyEnc), unhexed(e.Sign)
	d.KeyEncFits, d.SignFits = c.keys.wrappedFits(len(wrapped)), c.keys.signatureFits(len(signature))
	if d.KeyEncFits || c.mayBeASN1(wrapped) {
		c.diagnoseText(&d, text, c.sessionKey(&d, wrapped))
	}
	if d.SignFits {
		c.diagnoseSigner(&d, signature)
	}
	if !d.SignatureGood && d.Padded {
		c.diagnoseIV(&d, signature, c.sessionKey(&Diagnosis{}, wrapped))
	}
	return d
}

// unhexed decodes a parameter, nil when it is not hex.
func unhexed(value string) []byte {
	decoded, err := hex.DecodeString(value)
	if err != nil {
		return nil
	}
	return decoded
}

// sessionKey opens the session key, whatever its length. Unlike unwrap it tells
// a broken padding.
func (c *Codec) sessionKey(d *Diagnosis, wrapped []byte) []byte {
	own, ok := c.own.(crypto.Decrypter)
	if !ok {
		return nil
	}
	if _, isRSA := c.own.Public().(*rsa.PublicKey); isRSA {
		return rsaSessionKey(own, d, wrapped)
	}
	if c.mayBeASN1(wrapped) {
		if key, err := own.Decrypt(rand.Reader, wrapped, sm2.ASN1DecrypterOpts); err == nil {
			d.SessionKey, d.ASN1Key = len(key), true
			return key
		}
		return nil
	}
	if len(wrapped) == sm2Wrapped-1 {
		wrapped = append([]byte{sm2PointForm}, wrapped...)
	}
	for _, order := range []struct {
		opts  crypto.DecrypterOpts
		other bool
	}{
		{opts: sm2Decrypting},
		{opts: sm2.NewPlainDecrypterOpts(sm2.C1C2C3), other: true},
	} {
		if key, err := own.Decrypt(rand.Reader, wrapped, order.opts); err == nil {
			d.SessionKey, d.OtherOrder = len(key), order.other
			return key
		}
	}
	return nil
}

// mayBeASN1 reports whether a wrapped key could be the ASN.1 form of SM2: longer
// than the plain form by the tags and lengths of its four members.
func (c *Codec) mayBeASN1(wrapped []byte) bool {
	const most = 2*(sm2Wrapped+16) + 1
	_, isSM2 := c.keys.(*sm2Keys)
	return isSM2 && len(wrapped) > 0 && len(wrapped) <= most && wrapped[0] == derSequence && !c.keys.wrappedFits(len(wrapped))
}

// oaepHashes are those that programs take for OAEP.
var oaepHashes = []struct {
	name string
	hash crypto.Hash
}{{"SHA-1", crypto.SHA1}, {"SHA-256", crypto.SHA256}}

// rsaSessionKey opens the session key under the right padding, or under another.
// OAEP is tried first: one block in some hundreds looks like PKCS #1 v1.5 by chance,
// and none looks like OAEP.
func rsaSessionKey(own crypto.Decrypter, d *Diagnosis, wrapped []byte) []byte {
	for _, oaep := range oaepHashes {
		if key, err := own.Decrypt(rand.Reader, wrapped, &rsa.OAEPOptions{Hash: oaep.hash}); err == nil {
			d.SessionKey, d.OAEP = len(key), oaep.name
			return key
		}
	}
	if key, err := own.Decrypt(rand.Reader, wrapped, &rsa.PKCS1v15DecryptOptions{}); err == nil {
		d.SessionKey = len(key)
		return key
	}
	return nil
}

// rawSignature is the ASN.1 of a signature that is r‖s, nil when it is none.
func rawSignature(signature []byte) []byte {
	if len(signature) != sm2Coordinates {
		return nil
	}
	half := sm2Coordinates / 2
	r, s := new(big.Int).SetBytes(signature[:half]), new(big.Int).SetBytes(signature[half:])
	der, err := asn1.Marshal(struct{ R, S *big.Int }{r, s})
	if err != nil {
		return nil
	}
	return der
}

// diagnoseText decrypts msg_enc when the session key is one of this suite.
func (c *Codec) diagnoseText(d *Diagnosis, text, key []byte) {
	if len(key) != c.suite.size || len(text) == 0 || len(text) > maxSealedText || len(text)%c.suite.size != 0 {
		return
	}
	block, err := c.suite.newBlock(key)
	if err != nil {
		return
	}
	plain := bytes.Clone(text)
	cipher.NewCBCDecrypter(block, key).CryptBlocks(plain, plain)
	if length, good := unpad(plain, c.suite.size); good == 1 {
		d.Padded, d.Plaintext = true, plain[:length]
	}
}

// diagnoseSigner finds out whose signature it is.
func (c *Codec) diagnoseSigner(d *Diagnosis, signature []byte) {
	if d.Padded && verify(c.keys, d.Plaintext, signature) {
		d.Signer, d.SignatureGood = SignerPeer, true
		return
	}
	switch keys := c.keys.(type) {
	case *rsaKeys:
		if d.Hash = signedHash(keys.peer, signature); d.Hash != "" {
			d.Signer = SignerPeer
			return
		}
		if own, ok := c.own.Public().(*rsa.PublicKey); ok {
			if d.Hash = signedHash(own, signature); d.Hash != "" {
				d.Signer = SignerOwn
			}
		}
	case *sm2Keys:
		own, ok := c.own.Public().(*ecdsa.PublicKey)
		if digest := sm2Digest(keys.ownZA, d.Plaintext); d.Padded && ok && sm2.VerifyASN1(own, digest[:], signature) {
			d.Signer = SignerOwn
		}
		if raw := rawSignature(signature); d.Padded && raw != nil && verify(keys, d.Plaintext, raw) {
			d.Signer, d.RawSignature = SignerPeer, true
		}
	}
}

// diagnoseIV tries an IV of zeros: only the first block differs.
func (c *Codec) diagnoseIV(d *Diagnosis, signature, key []byte) {
	if len(key) != c.suite.size || len(d.Plaintext) < len(key) {
		return
	}
	plain := bytes.Clone(d.Plaintext)
	for i := range key {
		plain[i] ^= key[i]
	}
	if d.SignFits && verify(c.keys, plain, signature) {
		d.ZeroIV, d.Signer = true, SignerPeer
	}
}

// digestInfos are what stands before the digest in an RSA PKCS#1 v1.5 signature.
var digestInfos = []struct {
	hash   string
	prefix string // hex
	size   int    // of the digest, in bytes
}{
	{"SHA-1", "3021300906052b0e03021a05000414", 20},
	{"SHA-256", "3031300d060960864801650304020105000420", 32},
	{"SHA-512", "3051300d060960864801650304020305000440", 64},
	{"MD5", "3020300c06082a864886f70d020505000410", 16},
}

// signedHash returns the hash of an RSA signature that was made with the private
// half of key, over whatever text, and "" when it was made with another.
func signedHash(key *rsa.PublicKey, signature []byte) string {
	s := new(big.Int).SetBytes(signature)
	if len(signature) != key.Size() || s.Cmp(key.N) >= 0 {
		return ""
	}
	message := s.Exp(s, big.NewInt(int64(key.E)), key.N).FillBytes(make([]byte, key.Size()))
	for _, info := range digestInfos {
		prefix, err := hex.DecodeString(info.prefix)
		if err != nil || len(message) < len(prefix)+info.size+3 {
			continue
		}
		digestAt := len(message) - info.size
		padding := message[2 : digestAt-len(prefix)-1]
		if bytes.Equal(message[:2], []byte{0, 1}) &&
			len(bytes.Trim(padding, "\xff")) == 0 &&
			message[digestAt-len(prefix)-1] == 0 &&
			bytes.Equal(message[digestAt-len(prefix):digestAt], prefix) {
			return info.hash
		}
	}
	return ""
}
