package v2

import (
	"encoding/asn1"
	"errors"
	"fmt"

	"software.sslmate.com/src/go-pkcs12"
)

// maxIterations bounds the password hashing of a PKCS#12 file; programs write
// between 1 and 600,000. A file that asks for more would block the start.
const maxIterations = 10_000_000

// parsePKCS12 takes the private key out of a .pfx. The files of all common
// programs open, from RC2 and triple DES with SHA-1 to AES with SHA-256.
//
// What lies beside the key does not count: go-pkcs12 asks for a certificate that
// the standard library reads, and where there is none, or one of SM2, the key is
// taken out alone.
func parsePKCS12(der []byte, password string) (any, error) {
	if err := checkPKCS12(der); err != nil {
		return nil, err
	}
	key, _, _, err := pkcs12.DecodeChain(der, password)
	switch {
	case err == nil:
		return key, nil
	case errors.Is(err, pkcs12.ErrIncorrectPassword) && password == "":
		return nil, errNoPassword
	case errors.Is(err, pkcs12.ErrIncorrectPassword):
		return nil, errors.New("the PKCS#12 file does not open with this password")
	}
	return loneKey(der, password, err)
}

// checkPKCS12 looks at what a PKCS#12 file says about itself before any work is
// done on its word. Everything behind this is protected by the MAC, for which
// reason there must be one.
func checkPKCS12(der []byte) error {
	var file struct {
		Version  int
		Contents asn1.RawValue
		MAC      asn1.RawValue `asn1:"optional"`
	}
	if _, err := asn1.Unmarshal(der, &file); err != nil {
		return errors.New("the PKCS#12 file is damaged")
	}
	if file.Version != 3 {
		return fmt.Errorf("found PKCS#12 of version %d: only version 3 is known", file.Version)
	}
	if len(file.MAC.FullBytes) == 0 {
		return errors.New("the PKCS#12 file has no password: export it again with one")
	}
	if !cheap(file.MAC) {
		return errors.New("the PKCS#12 file is damaged or asks for too much work to open")
	}
	return nil
}

// cheap reports whether every number in a DER structure, iteration counts among
// them, is within maxIterations.
func cheap(v asn1.RawValue) bool {
	if v.Class == asn1.ClassUniversal && v.Tag == asn1.TagInteger {
		var n int64
		_, err := asn1.Unmarshal(v.FullBytes, &n)
		return err == nil && n <= maxIterations
	}
	for rest := v.Bytes; v.IsCompound && len(rest) > 0; {
		var inner asn1.RawValue
		var err error
		if rest, err = asn1.Unmarshal(rest, &inner); err != nil || !cheap(inner) {
			return false
		}
	}
	return true
}
