package v2

import (
	"bytes"
	"crypto/cipher"
	"crypto/des"
	"crypto/rsa"
	"crypto/sha1"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/sm3"
	"github.com/emmansun/gmsm/sm4"
)

// primitives are what the suites are made of, each with a check against an
// answer that is known from elsewhere: from the standards, from OpenSSL, or
// from the standard library on another machine.
var primitives = []struct {
	name  string
	check func() error
}{
	{"SHA-1", func() error {
		sum := sha1.Sum([]byte("abc"))
		return equal(sum[:], known("a9993e364706816aba3e25717850c26c9cd0d89d"))
	}},
	{"DES-CBC", func() error {
		return checkCBC(des.NewCipher, "133457799bbcdff1", "0123456789abcdef", "85e813540f0ab405")
	}},
	{"RSA PKCS#1 v1.5 signature over SHA-1", checkRSASign},
	{"RSA PKCS#1 v1.5 encryption", checkRSAEncryption},
	{"SM3", func() error {
		sum := sm3.Sum([]byte("abc"))
		return equal(sum[:], known("66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"))
	}},
	{"SM4-CBC", func() error {
		const text = "0123456789abcdeffedcba9876543210" // GB/T 32907: key and text are the same
		return checkCBC(sm4.NewCipher, text, text, "681edf34d206965e86b3e94f536e4246")
	}},
	{"SM2 signature over SM3", checkSM2Sign},
	{"SM2 encryption", checkSM2Encryption},
}

// SelfTest computes known answers with every primitive of both suites. Where a
// process may not use one, as under GODEBUG=fips140=only, or computes it wrongly,
// the error names all of them; nothing panics.
func SelfTest() error {
	var failures []error
	for _, p := range primitives {
		if err := withoutPanic(p.check); err != nil {
			failures = append(failures, fmt.Errorf("%s: %w", p.name, err))
		}
	}
	return errors.Join(failures...)
}

// withoutPanic makes an error of a panic: in FIPS 140-only mode the hashes of the
// standard library have no other way to refuse.
func withoutPanic(check func() error) (err error) {
	defer func() {
		if refusal := recover(); refusal != nil {
			err = fmt.Errorf("%v", refusal)
		}
	}()
	return check()
}

var errWrongAnswer = errors.New("computes a wrong answer on this machine")

func equal(got, want []byte) error {
	if !bytes.Equal(got, want) {
		return errWrongAnswer
	}
	return nil
}

// checkCBC enciphers and deciphers one block, with an IV of zeros.
func checkCBC(newBlock func([]byte) (cipher.Block, error), key, plain, sealed string) error {
	block, err := newBlock(known(key))
	if err != nil {
		return err
	}
	iv, text := make([]byte, block.BlockSize()), known(plain)
	cipher.NewCBCEncrypter(block, iv).CryptBlocks(text, text) //nolint:gosec // the IV of a known answer
	if err := equal(text, known(sealed)); err != nil {
		return err
	}
	cipher.NewCBCDecrypter(block, iv).CryptBlocks(text, text)
	return equal(text, known(plain))
}

// A key of 1024 bits, the smallest size that merchants have, made for this test alone:
// its two primes and its private exponent, its signature over "abc", and a session
// key sealed to it.
const (
	testRSAPrimeP = "d390d2233a45f5a30c86c3cd7e0f866bf679627aa2873bf118df9e1a6951c0daf3339bf5a31a558a65107c576be4bf69" +
		"e8a4c5b81144e048212ef5029431b373"
	testRSAPrimeQ = "fcfa66c4ae4683a410a8f6140527a901488298e762b357800e1b4ac682b682cbc2763d831646d72da489f83002ea8a2c" +
		"1aa0c68e4c9807d659e380e29cc3146f"
	testRSAExponent = "42a74f6554e5fb719e6c8c085044653e9fc2076b4f3f35904b945aaa1537c89772a1fd56eb837f063db4371f3e8f0bbd" +
		"89d21027730f97a9ca9e1abc0e790a5d25d307de012eb734f6ad51c946ffbc05f1333b1a673da76dcdd4c348a48d7385" +
		"712de20b9b0ba299a97a8a86da469ba8d4e65bbc578a81ed1adedf9a96be9389"
	testRSASignature = "4fc7f1b454dcc287c43ebabc966dd2740803b84ebdd7ae0ee054e38cc4ac00f0a6af9d8755e2c4567641490cded7d595" +
		"8b91b05353127f7b0337cc176b4b002e7b2b3c0a20c51d46ca1f07daa18ad9bf553d4c5d138a9becedc22ec630652cd0" +
		"8e869c080a1148a3b3525f21aac4a587bb7289ffb41dd267a283a35f2898b22a"
	testRSASealed = "37fc708fbd04e14fb3b4ea3c343c413710d248d68baf1290faa6984b2fd5b9c1f51e1e107fe7b491680191d10b8f2d0e" +
		"eb00b8bd20c88380fc99e6f82f3dbe893c27f49e36ba24c10e0fb85aff83d466131338bea6432dea71376bbf14e8b04f" +
		"0d54780f3734d52b699db4bddaad1817b1fd4670bf53cf1dc9da13b5dfeb122c"
)

const (
	testText       = "abc"
	testSessionKey = "0123456789abcdef" // the suite's size of it is used
)

// testRSA returns both halves of suite intl with the test's key at both ends.
func testRSA() (keyPair, error) {
	number := func(hexes string) *big.Int { return new(big.Int).SetBytes(known(hexes)) }
	p, q := number(testRSAPrimeP), number(testRSAPrimeQ)
	key := &rsa.PrivateKey{
		PublicKey: rsa.PublicKey{N: new(big.Int).Mul(p, q), E: 65537},
		D:         number(testRSAExponent), Primes: []*big.Int{p, q},
	}
	key.Precompute()
	return newRSAKeys(key, key.Public())
}

func checkRSASign() error {
	keys, err := testRSA()
	if err != nil {
		return err
	}
	signature, err := keys.sign([]byte(testText))
	if err != nil {
		return err
	}
	return equal(signature, known(testRSASignature)) // PKCS#1 v1.5 leaves nothing to chance
}

func checkRSAEncryption() error {
	keys, err := testRSA()
	if err != nil {
		return err
	}
	return checkWrapping(keys, known(testRSASealed), []byte(testSessionKey)[:des.BlockSize])
}

// A key, from GB/T 32918's example, with a signature over "abc" and a session key
// sealed to it.
const (
	testSM2Key       = "3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8"
	testSM2Signature = "3045022100ac382bb715a8ea13435af5c9db27a3daa5b2b6bbb9a5f51337ad3e4439b977e402204f358fd3e2e56989f9" +
		"042c744f68e3fdc2c4311d5bb1216eee2b30a69e30d0ab"
	testSM2Sealed = "049a61f0ecb24408fe8c951b2097726dde3927ff4103afc6e471c08806e02ccce67bd61a8a29f77d98a8100c6d1ed294" +
		"88dce7189faf8543bab7ad20a2c44d49e994b50900bf17203edb28af247128db4c22089b8c32c271ce234a8451d11fc5" +
		"d23cfcb15257a9da0067b5ab0bee3276cd"
)

// testSM2 returns both halves of suite gm with the test's key at both ends, which is not
// the key of anybody.
func testSM2(opts ...Option) (keyPair, error) {
	key, err := sm2.NewPrivateKey(known(testSM2Key))
	if err != nil {
		return nil, err
	}
	keys, err := newSM2Keys(key, key.Public())
	c := &Codec{own: key, keys: keys}
	for _, opt := range opts {
		opt(c)
	}
	return keys, err
}

func checkSM2Sign() error {
	keys, err := testSM2()
	if err != nil {
		return err
	}
	return checkSigning(keys)
}

// checkSigning verifies a known signature and one of our own, which no two times
// is the same.
func checkSigning(keys keyPair) error {
	signature, err := keys.sign([]byte(testText))
	if err != nil {
		return err
	}
	if !verify(keys, []byte(testText), known(testSM2Signature)) || !verify(keys, []byte(testText), signature) {
		return errWrongAnswer
	}
	return nil
}

func checkSM2Encryption() error {
	keys, err := testSM2()
	if err != nil {
		return err
	}
	return checkWrapping(keys, known(testSM2Sealed), []byte(testSessionKey))
}

// CheckFastSM2 computes the known answers of SM2 with what [WithFastSM2] puts in the place
// of gmsm.
func CheckFastSM2() error {
	keys, err := testSM2(WithFastSM2())
	if err != nil {
		return err
	}
	return errors.Join(checkSigning(keys), checkWrapping(keys, known(testSM2Sealed), []byte(testSessionKey)))
}

// checkWrapping opens a session key that was sealed elsewhere, and one that is
// sealed here.
func checkWrapping(keys keyPair, sealed, sessionKey []byte) error {
	here, err := keys.wrap(sessionKey)
	if err != nil {
		return err
	}
	for _, wrapped := range [][]byte{sealed, here} {
		opened := make([]byte, len(sessionKey))
		if keys.unwrap(wrapped, opened) != 1 {
			return errors.New("does not open what is sealed to the key")
		}
		if err := equal(opened, sessionKey); err != nil {
			return err
		}
	}
	return nil
}

func known(digits string) []byte {
	b, err := hex.DecodeString(digits)
	if err != nil {
		panic(err) // one of the constants above is misspelt
	}
	return b
}
