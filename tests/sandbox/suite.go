package sandbox

import (
	"crypto"
	"crypto/cipher"
	"crypto/des"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"errors"
	"fmt"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/sm4"
)

// suite is the cryptography of one merchant. The keys have passed checkKeys,
// so the functions assert their types without asking.
type suite struct {
	keyLen    int
	block     func(key []byte) (cipher.Block, error)
	checkKeys func(crypto.PublicKey, crypto.PrivateKey) error
	sealKey   func(to crypto.PublicKey, key []byte) ([]byte, error)
	openKey   func(by crypto.PrivateKey, sealed []byte) ([]byte, error)
	sign      func(by crypto.PrivateKey, plaintext []byte) ([]byte, error)
	verify    func(by crypto.PublicKey, plaintext, signature []byte) error
}

var suites = map[Suite]suite{
	SuiteIntl: {
		keyLen:    des.BlockSize,
		block:     des.NewCipher,
		checkKeys: checkKeys[*rsa.PublicKey, *rsa.PrivateKey],
		sealKey: func(to crypto.PublicKey, key []byte) ([]byte, error) {
			return rsa.EncryptPKCS1v15(rand.Reader, to.(*rsa.PublicKey), key)
		},
		openKey: func(by crypto.PrivateKey, sealed []byte) ([]byte, error) {
			return rsa.DecryptPKCS1v15(nil, by.(*rsa.PrivateKey), sealed)
		},
		sign: func(by crypto.PrivateKey, plaintext []byte) ([]byte, error) {
			digest := sha1.Sum(plaintext)
			return rsa.SignPKCS1v15(nil, by.(*rsa.PrivateKey), crypto.SHA1, digest[:])
		},
		verify: func(by crypto.PublicKey, plaintext, signature []byte) error {
			digest := sha1.Sum(plaintext)
			return rsa.VerifyPKCS1v15(by.(*rsa.PublicKey), crypto.SHA1, digest[:], signature)
		},
	},
	SuiteGM: {
		keyLen:    sm4.BlockSize,
		block:     sm4.NewCipher,
		checkKeys: checkKeys[*ecdsa.PublicKey, *sm2.PrivateKey],
		sealKey: func(to crypto.PublicKey, key []byte) ([]byte, error) {
			// Without options: C1C3C2 with the leading 04.
			return sm2.Encrypt(rand.Reader, to.(*ecdsa.PublicKey), key, nil)
		},
		openKey: func(by crypto.PrivateKey, sealed []byte) ([]byte, error) {
			return sm2.Decrypt(by.(*sm2.PrivateKey), sealed)
		},
		sign: func(by crypto.PrivateKey, plaintext []byte) ([]byte, error) {
			return by.(*sm2.PrivateKey).Sign(rand.Reader, plaintext, sm2.NewSM2SignerOption(true, userID))
		},
		verify: func(by crypto.PublicKey, plaintext, signature []byte) error {
			if !sm2.VerifyASN1WithSM2(by.(*ecdsa.PublicKey), userID, plaintext, signature) {
				return sm2.ErrInvalidSignature
			}
			return nil
		},
	},
}

// userID is the SM2 user id both sides assume (v2 in the field, envelope).
var userID = []byte("1234567812345678")

// checkKeys reports keys that are not of the suite's types.
func checkKeys[Public, Private any](public crypto.PublicKey, private crypto.PrivateKey) error {
	if _, ok := public.(Public); !ok {
		return fmt.Errorf("merchant key is a %T, not a %T", public, *new(Public))
	}
	if _, ok := private.(Private); !ok {
		return fmt.Errorf("gateway key is a %T, not a %T", private, *new(Private))
	}
	return nil
}

// encrypt pads and encrypts in CBC mode with the key as the IV.
func (s suite) encrypt(key, plaintext []byte) ([]byte, error) {
	block, err := s.block(key)
	if err != nil {
		return nil, err
	}
	size := block.BlockSize()
	pad := size - len(plaintext)%size
	padded := make([]byte, 0, len(plaintext)+pad)
	padded = append(padded, plaintext...)
	for range pad {
		padded = append(padded, byte(pad))
	}
	cipher.NewCBCEncrypter(block, key).CryptBlocks(padded, padded)
	return padded, nil
}

// decrypt is the inverse of encrypt. It tells its errors apart, which a real
// gateway must not do; test equipment is there to explain.
func (s suite) decrypt(key, ciphertext []byte) ([]byte, error) {
	block, err := s.block(key)
	if err != nil {
		return nil, err
	}
	size := block.BlockSize()
	if len(ciphertext) == 0 || len(ciphertext)%size != 0 {
		return nil, fmt.Errorf("%d bytes are not whole blocks of %d", len(ciphertext), size)
	}
	plaintext := make([]byte, len(ciphertext))
	cipher.NewCBCDecrypter(block, key).CryptBlocks(plaintext, ciphertext)
	pad := int(plaintext[len(plaintext)-1])
	if pad == 0 || pad > size {
		return nil, errors.New("bad padding")
	}
	text, padding := plaintext[:len(plaintext)-pad], plaintext[len(plaintext)-pad:]
	for _, b := range padding {
		if int(b) != pad {
			return nil, errors.New("bad padding")
		}
	}
	return text, nil
}
