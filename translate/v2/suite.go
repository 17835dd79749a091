package v2

import (
	"crypto"
	"crypto/cipher"
	"crypto/des"
	"fmt"
	"strings"

	"github.com/emmansun/gmsm/sm4"
)

// Suite is one of the gateway's two sets of algorithms. The gateway fixes it
// for each merchant. The zero Suite is none.
type Suite uint8

// The suites.
const (
	// Intl is DES-CBC under RSA PKCS#1 v1.5, signed SHA1withRSA.
	Intl Suite = iota + 1
	// GM is SM4-CBC under SM2, signed SM2 over SM3. That the IV is the key,
	// the user id and the leading 04 of key_enc are assumptions to be
	// confirmed with the gateway.
	GM
)

// maxBlock is the largest cipher block of the suites, in bytes.
const maxBlock = 16

// algorithms is what a suite is made of.
type algorithms struct {
	name string
	// size is the length of the session key, of the block and of the IV, in
	// bytes: the IV is the key, so all three are one.
	size     int
	newBlock func(key []byte) (cipher.Block, error)
	newKeys  func(own crypto.Signer, peer crypto.PublicKey) (keyPair, error)
}

var suites = []algorithms{
	Intl: {name: "intl", size: des.BlockSize, newBlock: des.NewCipher, newKeys: newRSAKeys},
	GM:   {name: "gm", size: sm4.BlockSize, newBlock: sm4.NewCipher, newKeys: newSM2Keys},
}

// LookupSuite returns the suite of that name: "intl" or "gm".
func LookupSuite(name string) (Suite, error) {
	var names []string
	for i := Intl; int(i) < len(suites); i++ {
		if suites[i].name == name {
			return i, nil
		}
		names = append(names, suites[i].name)
	}
	return 0, fmt.Errorf("unknown suite %.20q: use one of %s", name, strings.Join(names, ", "))
}

// Name returns the name that LookupSuite takes, and "" for no suite.
func (s Suite) Name() string {
	if int(s) >= len(suites) {
		return ""
	}
	return suites[s].name
}

// String returns the name.
func (s Suite) String() string { return s.Name() }

// signed is what a signature signs: it returns 1 for that plain text and 0 for
// every other, in constant time where the suite allows it.
type signed func(plaintext []byte) int

// verify reports whether the peer signed this plain text.
func verify(keys keyPair, plaintext, signature []byte) bool {
	text, possible := keys.readSignature(signature)
	return possible && text(plaintext) == 1
}

// keyPair is the public-key half of a suite: our private key and the peer's
// public key, checked and prepared once.
type keyPair interface {
	// sign signs a plain text with our key.
	sign(plaintext []byte) ([]byte, error)
	// readSignature works out, from the signature and the peer's public key
	// alone, what the peer has signed; false when it cannot have made this
	// signature. Everybody can work out the same.
	readSignature(signature []byte) (signed, bool)
	// wrap seals a session key to the peer.
	wrap(sessionKey []byte) ([]byte, error)
	// unwrap opens a session key sealed to us into sessionKey, which comes
	// filled with random bytes and keeps them when nothing fit comes out; it
	// returns 1 when something did, keyUnavailable when our key did not work,
	// whatever is sealed to it, and 0 otherwise.
	unwrap(wrapped, sessionKey []byte) int
	// wrappedFits and signatureFits judge public lengths in bytes.
	wrappedFits(n int) bool
	signatureFits(n int) bool
}

// keyUnavailable is what a keyPair's unwrap returns for a key that does not work.
const keyUnavailable = -1
