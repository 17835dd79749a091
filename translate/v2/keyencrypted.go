package v2

import (
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"

	"github.com/emmansun/gmsm/cfca"
	"github.com/emmansun/gmsm/pkcs8"
	"github.com/emmansun/gmsm/smx509"
)

// Errors of encrypted keys. Formats without a checksum cannot tell a wrong
// password from a damaged file.
var (
	errPassword   = errors.New("the encrypted key does not open with this password: the password is wrong, or the file is damaged")
	errNoPassword = errors.New("found an encrypted private key: give its password, too (private_key_password)")
	errTooMuch    = errors.New("the encrypted key is damaged or asks for too much work to open")
)

// opening runs a decryption. gmsm's panic on lengths that its ciphers do not
// take, which a file that was cut short has.
func opening(decrypt func() (any, error)) (key any, err error) {
	defer func() {
		if recover() != nil {
			key, err = nil, errPassword
		}
	}()
	return decrypt()
}

// parseEncryptedPKCS8 opens an encrypted PKCS#8 key: PBES1 and PBES2 of OpenSSL
// and Java, and the kind with SM3 and SM4 that GmSSL writes.
func parseEncryptedPKCS8(der []byte, password string) (any, error) {
	if password == "" {
		return nil, errNoPassword
	}
	if !affordable(der) {
		return nil, errTooMuch
	}
	key, err := opening(func() (any, error) {
		key, _, err := pkcs8.ParsePrivateKey(der, []byte(password))
		return key, err
	})
	if err == nil {
		return key, nil
	}
	// The ciphers of PKCS#12, which OpenSSL also writes into PKCS#8.
	if key, err := openShrouded(pfxBag{ID: oidShroudedBag, Value: explicit(der)}, password); err == nil {
		return key, nil
	}
	if errors.Is(err, pkcs8.ErrUnsupportedPBES) || strings.Contains(err.Error(), "unsupported") {
		return nil, fmt.Errorf("%w; or it is encrypted in a way that is not known here, and %s", errPassword, reencrypt)
	}
	return nil, errPassword
}

// reencrypt says how to encrypt a private key in a way that is known.
const reencrypt = "is converted by openssl pkcs8 -topk8 -v2 aes-256-cbc -in FILE -out merchant.pem"

// maxScrypt bounds the memory of a password hash: N·r·p of scrypt, of 128 bytes each.
const maxScrypt = 1 << 20

var oidScrypt = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 11591, 4, 11}

// affordable reports whether opening an encrypted PKCS#8 key is no more work than
// programs ask for.
func affordable(der []byte) bool {
	var file struct {
		Algorithm pkix.AlgorithmIdentifier
		Data      []byte
	}
	if _, err := asn1.Unmarshal(der, &file); err != nil {
		return false
	}
	var parameters struct{ Derivation, Encryption pkix.AlgorithmIdentifier }
	if _, err := asn1.Unmarshal(file.Algorithm.Parameters.FullBytes, &parameters); err == nil &&
		parameters.Derivation.Algorithm.Equal(oidScrypt) {
		var cost struct {
			Salt    []byte
			N, R, P int
			Size    int `asn1:"optional"`
		}
		_, err := asn1.Unmarshal(parameters.Derivation.Parameters.FullBytes, &cost)
		return err == nil && cost.N > 0 && cost.R > 0 && cost.P > 0 &&
			cost.N <= maxScrypt && cost.R <= maxScrypt/cost.N && cost.P <= maxScrypt/cost.N/cost.R
	}
	return cheap(file.Algorithm.Parameters)
}

// encryptedPEM is the form of a PEM block that is encrypted in the old manner, by
// its headers.
func encryptedPEM(block *pem.Block) *keyForm {
	return &keyForm{
		name: "an encrypted private key in PEM", encrypted: true,
		private: func(_ []byte, password string) (any, error) {
			contents, err := decryptPEM(block, password)
			if err != nil {
				return nil, err
			}
			inner := blockOf(contents)
			if inner.fault != nil || inner.form.private == nil {
				return nil, errPassword
			}
			return inner.form.private(inner.contents, "")
		},
	}
}

func decryptPEM(block *pem.Block, password string) ([]byte, error) {
	if password == "" {
		return nil, errNoPassword
	}
	var contents []byte
	_, err := opening(func() (any, error) {
		var err error
		contents, err = smx509.DecryptPEMBlock(block, []byte(password)) //nolint:staticcheck // weak, and what OpenSSL wrote for decades
		return contents, err
	})
	switch {
	case err == nil:
		return contents, nil
	case strings.Contains(err.Error(), "unknown encryption mode"):
		return nil, errors.New("the PEM is encrypted with a cipher that is not known here; it " + reencrypt)
	default:
		return nil, errPassword
	}
}

// parseCFCA opens the .sm2 file of CFCA's programs: an SM2 key under SM4, and its
// certificate.
func parseCFCA(der []byte, password string) (any, error) {
	if password == "" {
		return nil, errNoPassword
	}
	return opening(func() (any, error) {
		key, _, err := cfca.ParseSM2([]byte(password), der)
		switch {
		case err == nil:
			return key, nil
		case strings.Contains(err.Error(), "do not match"):
			return nil, errors.New("the .sm2 file of CFCA holds a certificate of another key, or the password is wrong")
		default:
			return nil, errPassword
		}
	})
}
