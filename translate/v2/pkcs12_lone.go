package v2

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"

	"github.com/emmansun/gmsm/smx509"
	"software.sslmate.com/src/go-pkcs12"
)

// The structures of PKCS#12 (RFC 7292), as far as they are read and written here.
type (
	pfxContent struct {
		Type    asn1.ObjectIdentifier
		Content asn1.RawValue `asn1:"tag:0,explicit,optional"`
	}
	pfxBag struct {
		ID         asn1.ObjectIdentifier
		Value      asn1.RawValue `asn1:"tag:0,explicit"`
		Attributes asn1.RawValue `asn1:"set,optional"`
	}
	pfxMAC struct {
		Digest struct {
			Algorithm pkix.AlgorithmIdentifier
			Digest    []byte
		}
		Salt       []byte
		Iterations int
	}
	pfxFile struct {
		Version int
		Safe    pfxContent
		MAC     pfxMAC
	}
)

var (
	oidData        = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}
	oidKeyBag      = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 10, 1, 1}
	oidShroudedBag = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 10, 1, 2}
	oidCertBag     = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 10, 1, 3}
	oidX509Cert    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 22, 1}
	oidPBMAC1      = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 14}
	oidPBKDF2      = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 12}
	oidHMACSHA256  = asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 9}
)

// loneKey takes the one private key out of a PKCS#12 file that go-pkcs12 does
// not take as a whole; why says what it had against it. The file's MAC has been
// verified by then.
func loneKey(der []byte, password string, why error) (any, error) {
	keys, err := keyBags(der)
	if err != nil {
		return nil, errors.New("the PKCS#12 file is damaged")
	}
	switch {
	case len(keys) > 1:
		return nil, fmt.Errorf("the PKCS#12 file holds %d private keys: keep the merchant's alone "+
			"(openssl pkcs12 -nocerts -in FILE writes them all; in Java: keytool -importkeystore -srcalias NAME)", len(keys))
	case len(keys) == 0:
		return nil, fmt.Errorf("the PKCS#12 file holds no private key that can be found, perhaps only certificates: export it again with its key (%w)", why)
	}
	if keys[0].ID.Equal(oidKeyBag) {
		return smx509.ParsePKCS8PrivateKey(keys[0].Value.Bytes)
	}
	if key, err := openShrouded(keys[0], password); err == nil {
		return key, nil
	}
	key, err := parseEncryptedPKCS8(keys[0].Value.Bytes, password) // SM2 keys, and SM4
	if err != nil {
		return nil, errors.New("the private key in the PKCS#12 file cannot be read, perhaps an SM2 key under an older cipher: " +
			"convert it with openssl pkcs12 -nodes -nocerts -in FILE -out merchant.pem")
	}
	return key, nil
}

// keyBags finds the private keys of a PKCS#12 file. Programs keep them outside
// the encrypted part, since each is encrypted by itself.
func keyBags(der []byte) ([]pfxBag, error) {
	var file struct {
		Version int
		Safe    pfxContent
		MAC     asn1.RawValue `asn1:"optional"`
	}
	if _, err := asn1.Unmarshal(der, &file); err != nil {
		return nil, err
	}
	var safe []byte
	var contents []pfxContent
	if _, err := asn1.Unmarshal(file.Safe.Content.Bytes, &safe); err != nil {
		return nil, err
	}
	if _, err := asn1.Unmarshal(safe, &contents); err != nil {
		return nil, err
	}
	var keys []pfxBag
	for _, content := range contents {
		if !content.Type.Equal(oidData) {
			continue
		}
		var inner []byte
		var bags []pfxBag
		if _, err := asn1.Unmarshal(content.Content.Bytes, &inner); err != nil {
			return nil, err
		}
		if _, err := asn1.Unmarshal(inner, &bags); err != nil {
			return nil, err
		}
		for _, bag := range bags {
			if bag.ID.Equal(oidKeyBag) || bag.ID.Equal(oidShroudedBag) {
				keys = append(keys, bag)
			}
		}
	}
	return keys, nil
}

// openShrouded has go-pkcs12 open one encrypted key: in a file that holds the key
// and a certificate made for the purpose, since go-pkcs12 opens nothing less.
func openShrouded(key pfxBag, password string) (any, error) {
	if !cheap(key.Value) {
		return nil, errTooMuch
	}
	der, err := wrapBag(key, password)
	if err != nil {
		return nil, err
	}
	opened, _, _, err := pkcs12.DecodeChain(der, password)
	return opened, err
}

func wrapBag(key pfxBag, password string) ([]byte, error) {
	certificate, err := anyCertificate()
	if err != nil {
		return nil, err
	}
	bags, err := asn1.Marshal([]pfxBag{{ID: key.ID, Value: explicit(key.Value.Bytes)}, certificate})
	if err != nil {
		return nil, err
	}
	content, err := dataContent(bags)
	if err != nil {
		return nil, err
	}
	safe, err := asn1.Marshal([]pfxContent{content})
	if err != nil {
		return nil, err
	}
	outer, err := dataContent(safe)
	if err != nil {
		return nil, err
	}
	mac, err := macOf(safe, password)
	if err != nil {
		return nil, err
	}
	return asn1.Marshal(pfxFile{Version: 3, Safe: outer, MAC: mac})
}

// explicit puts an explicit tag 0 around DER.
func explicit(der []byte) asn1.RawValue {
	return asn1.RawValue{Class: asn1.ClassContextSpecific, IsCompound: true, Bytes: der}
}

func dataContent(contents []byte) (pfxContent, error) {
	octets, err := asn1.Marshal(contents)
	return pfxContent{Type: oidData, Content: explicit(octets)}, err
}

// anyCertificate makes a bag with a certificate that means nothing.
func anyCertificate() (pfxBag, error) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return pfxBag{}, err
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1)}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, public, private)
	if err != nil {
		return pfxBag{}, err
	}
	octets, err := asn1.Marshal(certificate)
	if err != nil {
		return pfxBag{}, err
	}
	value, err := asn1.Marshal(struct {
		ID    asn1.ObjectIdentifier
		Value asn1.RawValue
	}{oidX509Cert, explicit(octets)})
	return pfxBag{ID: oidCertBag, Value: explicit(value)}, err
}

// macOf is the MAC of RFC 9879 (PBMAC1), which the standard library can make.
func macOf(contents []byte, password string) (pfxMAC, error) {
	salt := make([]byte, sha256.Size)
	rand.Read(salt)
	key, err := pbkdf2.Key(sha256.New, password, salt, 1, sha256.Size)
	if err != nil {
		return pfxMAC{}, err
	}
	code := hmac.New(sha256.New, key)
	code.Write(contents)
	prf := pkix.AlgorithmIdentifier{Algorithm: oidHMACSHA256}
	derivation, err := asn1.Marshal(struct {
		Salt             []byte
		Iterations, Size int
		PRF              pkix.AlgorithmIdentifier
	}{salt, 1, sha256.Size, prf})
	if err != nil {
		return pfxMAC{}, err
	}
	parameters, err := asn1.Marshal(struct{ Derivation, MAC pkix.AlgorithmIdentifier }{
		pkix.AlgorithmIdentifier{Algorithm: oidPBKDF2, Parameters: asn1.RawValue{FullBytes: derivation}}, prf,
	})
	if err != nil {
		return pfxMAC{}, err
	}
	mac := pfxMAC{Salt: salt, Iterations: 1}
	mac.Digest.Algorithm = pkix.AlgorithmIdentifier{Algorithm: oidPBMAC1, Parameters: asn1.RawValue{FullBytes: parameters}}
	mac.Digest.Digest = code.Sum(nil)
	return mac, nil
}
