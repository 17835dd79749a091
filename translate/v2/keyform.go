package v2

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"

	"github.com/emmansun/gmsm/smx509"
)

// keyForm is one of the structures in which keys come.
type keyForm struct {
	name string
	// tags are the ASN.1 tags with which the members of the outer SEQUENCE
	// begin. They are enough to tell most forms apart.
	tags []byte
	// is tells forms with the same tags apart; nil: the tags do.
	is        func(der []byte) bool
	encrypted bool                                           // a password opens it
	private   func(der []byte, password string) (any, error) // nil: holds none that can be had
	public    func(der []byte) (any, error)                  // nil: holds none to trust
	next      string                                         // what to do with such a file, "" where that is plain
}

// wrongKind says that this is something else than what is needed.
func (f *keyForm) wrongKind(needed string) error {
	if f.next != "" {
		needed += "; " + f.next
	}
	return fmt.Errorf("found %w: %s", kindError(f.name), needed)
}

// kindError names what was found, and is an errWrongKind.
type kindError string

func (e kindError) Error() string      { return string(e) }
func (kindError) Is(target error) bool { return target == errWrongKind }

// Tags of ASN.1 as they stand in DER.
const (
	tagInteger  = asn1.TagInteger
	tagBits     = asn1.TagBitString
	tagOctets   = asn1.TagOctetString
	tagOID      = asn1.TagOID
	tagSequence = derSequence
	tagContext0 = 0xa0
)

// keyForms is searched from above; longer patterns stand before those that they
// begin with.
var keyForms = []keyForm{
	{
		name: "a PKCS#8 private key", tags: []byte{tagInteger, tagSequence, tagOctets},
		private: func(der []byte, _ string) (any, error) { return smx509.ParsePKCS8PrivateKey(der) },
		next:    "were the private and the public key swapped?",
	},
	{
		name: "a PKCS#1 private key", tags: []byte{tagInteger, tagInteger, tagInteger},
		private: func(der []byte, _ string) (any, error) { return x509.ParsePKCS1PrivateKey(der) },
		next:    "were the private and the public key swapped?",
	},
	{
		name: "an EC private key", tags: []byte{tagInteger, tagOctets},
		private: func(der []byte, _ string) (any, error) { return smx509.ParseTypedECPrivateKey(der) },
		next:    "were the private and the public key swapped?",
	},
	{
		name: "a .sm2 file of CFCA", tags: []byte{tagInteger, tagSequence, tagSequence}, is: beginsWith(oidCFCAData),
		encrypted: true, private: parseCFCA,
	},
	{
		name: "a PKCS#12 file", tags: []byte{tagInteger, tagSequence},
		encrypted: true, private: parsePKCS12,
		next: "take the certificate out with openssl pkcs12 -nokeys -in FILE -out gateway.pem",
	},
	{
		name: "an encrypted PKCS#8 private key", tags: []byte{tagSequence, tagOctets},
		encrypted: true, private: parseEncryptedPKCS8,
	},
	{
		name: "an SM2 key in a digital envelope (GM/T 0009)", tags: []byte{tagSequence, tagSequence, tagBits, tagBits},
		next: "only the key pair that it was sealed to opens it; ask its issuer's tool for PKCS#8 or a .sm2 file",
	},
	{
		name: "a certificate request (CSR)", tags: []byte{tagSequence, tagSequence, tagBits}, is: isRequest,
		next: "it goes to the authority, and what comes back of it is a certificate; a public key alone comes with openssl req -pubkey -noout -in FILE",
	},
	{
		name: "a revocation list (CRL)", tags: []byte{tagSequence, tagSequence, tagBits}, is: isRevocationList,
		next: "it holds no key",
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
	{
		name: "a PKCS#7 chain of certificates (.p7b)", tags: []byte{tagOID, tagContext0}, is: beginsWith(oidSignedData),
		next: "take the certificates out with openssl pkcs7 -print_certs -in FILE -out chain.pem (with -inform DER if FILE is binary), " +
			"and keep the one that is needed",
	},
	{
		name: "a PKCS#7 message", tags: []byte{tagOID, tagContext0},
		next: "it holds no key",
	},
}

// The object identifiers, in DER, by which forms with the same tags are told
// apart.
var (
	oidCFCAData   = []byte{tagOID, 0x0a, 0x2a, 0x81, 0x1c, 0xcf, 0x55, 0x06, 0x01, 0x04, 0x02, 0x01} // 1.2.156.10197.6.1.4.2.1
	oidSignedData = []byte{tagOID, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02}       // 1.2.840.113549.1.7.2
)

// beginsWith makes the test of a form whose first identifier tells it.
func beginsWith(oid []byte) func([]byte) bool {
	const within = 16 // bytes of tags, lengths and a version before it
	return func(der []byte) bool { return bytes.Contains(der[:min(len(der), within+len(oid))], oid) }
}

func isRequest(der []byte) bool {
	_, err := smx509.ParseCertificateRequest(der)
	return err == nil
}

func isRevocationList(der []byte) bool {
	_, err := x509.ParseRevocationList(der)
	return err == nil
}

// maxTags is the length of the longest pattern of tags.
const maxTags = 4

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
		return nil, errNoKey
	}
	var tags []byte
	for inner := outer.Bytes; len(inner) > 0 && len(tags) < maxTags; {
		var member asn1.RawValue
		tag := inner[0]
		if inner, err = asn1.Unmarshal(inner, &member); err != nil {
			break
		}
		tags = append(tags, tag)
	}
	for i := range keyForms {
		if bytes.HasPrefix(tags, keyForms[i].tags) && (keyForms[i].is == nil || keyForms[i].is(der)) {
			return &keyForms[i], nil
		}
	}
	return nil, errors.New("the contents are no key, certificate or PKCS#12 file")
}
