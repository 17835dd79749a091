package v2

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
	"errors"

	"github.com/emmansun/gmsm/smx509"
)

// keyForm is one of the DER structures in which keys come.
type keyForm struct {
	name string
	// tags are the ASN.1 tags with which the members of the outer SEQUENCE
	// begin. They are enough to tell the forms apart.
	tags    []byte
	private func(der []byte, password string) (any, error) // nil: holds none that can be had
	public  func(der []byte) (any, error)                  // nil: holds none to trust
}

// Tags of ASN.1 as they stand in DER.
const (
	tagInteger  = asn1.TagInteger
	tagBits     = asn1.TagBitString
	tagOctets   = asn1.TagOctetString
	tagSequence = derSequence
)

// keyForms is searched from above; longer patterns stand before those that they
// begin with.
var keyForms = []keyForm{
	{
		name: "a PKCS#8 private key", tags: []byte{tagInteger, tagSequence, tagOctets},
		private: func(der []byte, _ string) (any, error) { return smx509.ParsePKCS8PrivateKey(der) },
	},
	{
		name: "a PKCS#1 private key", tags: []byte{tagInteger, tagInteger, tagInteger},
		private: func(der []byte, _ string) (any, error) { return x509.ParsePKCS1PrivateKey(der) },
	},
	{
		name: "an EC private key", tags: []byte{tagInteger, tagOctets},
		private: func(der []byte, _ string) (any, error) { return smx509.ParseTypedECPrivateKey(der) },
	},
	{
		name: "a PKCS#12 file", tags: []byte{tagInteger, tagSequence},
		private: parsePKCS12,
	},
	{
		name: "an encrypted PKCS#8 private key", tags: []byte{tagSequence, tagOctets},
		private: func([]byte, string) (any, error) {
			return nil, errors.New("found an encrypted PKCS#8 private key: decrypt it with openssl pkcs8, or give a .pfx with a password")
		},
	},
	{
		name: "a certificate", tags: []byte{tagSequence, tagSequence, tagBits},
		public: func(der []byte) (any, error) {
			certificate, err := smx509.ParseCertificate(der)
			if err != nil {
				return nil, err
			}
			return certificate.PublicKey, nil
		},
	},
	{
		name: "a public key", tags: []byte{tagSequence, tagBits},
		public: smx509.ParsePKIXPublicKey,
	},
	{
		name: "a PKCS#1 public key", tags: []byte{tagInteger, tagInteger},
		public: func(der []byte) (any, error) { return x509.ParsePKCS1PublicKey(der) },
	},
}

// errBER is for PKCS#12 files of Java programs that write the lengths of BER.
var errBER = errors.New("the file is BER, not DER: export it again, for example with openssl pkcs12")

// formOf recognises a DER structure.
func formOf(der []byte) (*keyForm, error) {
	if len(der) > 1 && der[0] == derSequence && der[1] == 0x80 {
		return nil, errBER
	}
	var outer asn1.RawValue
	rest, err := asn1.Unmarshal(der, &outer)
	if err != nil || len(rest) != 0 || len(der) == 0 || der[0] != derSequence {
		return nil, errors.New("the contents are no key, certificate or PKCS#12 file: cut short or damaged")
	}
	var tags []byte
	for inner := outer.Bytes; len(inner) > 0 && len(tags) < 3; {
		var member asn1.RawValue
		tag := inner[0]
		if inner, err = asn1.Unmarshal(inner, &member); err != nil {
			break
		}
		tags = append(tags, tag)
	}
	for i := range keyForms {
		if bytes.HasPrefix(tags, keyForms[i].tags) {
			return &keyForms[i], nil
		}
	}
	return nil, errors.New("the contents are no key, certificate or PKCS#12 file")
}
