package p11kit

import (
	"crypto"
	"crypto/rsa"
	"errors"
	"fmt"
	"io"
	"math/big"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/pkcs1"
)

// loadTimeout is how long finding a key may take, which some tokens do slowly.
const loadTimeout = 10 * time.Second

// Key is an RSA private key in a token. It is a [crypto.Signer] and a
// [crypto.Decrypter] for PKCS#1 v1.5, and safe for concurrent use.
type Key struct {
	pool    *pool
	uri     URI
	timeout time.Duration // of one operation
	public  *rsa.PublicKey
	check   *checker
	raw     bool // the token does the bare operation
}

// newKey finds a key, reads its public half and sees what the token can do.
func newKey(p *pool, u URI, timeout time.Duration) (*Key, error) {
	k := &Key{pool: p, uri: u, timeout: timeout}
	if err := p.do(loadTimeout, k.load); err != nil {
		return nil, err
	}
	var err error
	if k.check, err = newChecker(k.public); err != nil {
		return nil, fmt.Errorf("%s in %s: its public half: %w", u, p.name, err)
	}
	return k, nil
}

// load is the work of newKey with one session.
func (k *Key) load(s *session, deadline time.Time) error {
	handle, err := k.handle(s, deadline)
	if err != nil {
		return err
	}
	wanted := []uint32{attrKeyType, attrID, attrSign, attrDecrypt, attrAlwaysAuthenticate, attrModulus, attrPublicExponent}
	has, err := s.readAttributes(handle, wanted, deadline)
	if err != nil {
		return fmt.Errorf("reading attributes of the key: %w", err)
	}
	if err := unusable(has); err != nil {
		return answer{fmt.Errorf("%s in %s: %w", k.uri, s.token, err)}
	}
	if k.public, err = k.publicHalf(s, has, deadline); err != nil {
		return err
	}
	signs, err := s.offers(mechanismPKCS, canSign, deadline)
	if err != nil {
		return fmt.Errorf("asking for mechanisms: %w", err)
	}
	if k.raw, err = s.offers(mechanismRaw, canDecrypt, deadline); err != nil {
		return fmt.Errorf("asking for mechanisms: %w", err)
	}
	decrypts, err := s.offers(mechanismPKCS, canDecrypt, deadline)
	if err != nil {
		return fmt.Errorf("asking for mechanisms: %w", err)
	}
	if !signs || !k.raw && !decrypts {
		return answer{fmt.Errorf("%s does not offer RSA with PKCS#1 v1.5 padding (CKM_RSA_PKCS, or CKM_RSA_X_509 to decrypt); some leave it out in FIPS mode", s.token)}
	}
	return nil
}

// unusable is why a key with such attributes is of no use.
func unusable(has map[uint32]attribute) error {
	no := func(kind uint32) bool { a, told := has[kind]; return told && a.number == 0 }
	switch {
	case has[attrKeyType].number != typeRSA:
		return fmt.Errorf("the key is no RSA key (its CKA_KEY_TYPE is 0x%x): only RSA keys are used in tokens, and PKCS#11 has no SM2", has[attrKeyType].number)
	case no(attrSign):
		return errors.New("the key may not sign (CKA_SIGN is false)")
	case no(attrDecrypt):
		return errors.New("the key may not decrypt (CKA_DECRYPT is false)")
	case has[attrAlwaysAuthenticate].number != 0:
		return errors.New("the key wants its PIN before each operation (CKA_ALWAYS_AUTHENTICATE): have one made without that")
	}
	return nil
}

// publicHalf reads modulus and exponent from the private key, or where that does
// not show them, from the public key with its id.
func (k *Key) publicHalf(s *session, has map[uint32]attribute, deadline time.Time) (*rsa.PublicKey, error) {
	modulus, exponent := has[attrModulus].bytes, has[attrPublicExponent].bytes
	if len(modulus) == 0 || len(exponent) == 0 {
		public := []attribute{{kind: attrClass, number: classPublicKey}, {kind: attrID, bytes: has[attrID].bytes}}
		found, err := s.find(public, 1, deadline)
		if err != nil {
			return nil, fmt.Errorf("looking for the public half: %w", err)
		}
		if len(found) == 0 {
			return nil, answer{fmt.Errorf("%s in %s shows no public half, and no public key in the token has its id: put it there", k.uri, s.token)}
		}
		if has, err = s.readAttributes(found[0], []uint32{attrModulus, attrPublicExponent}, deadline); err != nil {
			return nil, fmt.Errorf("reading the public half: %w", err)
		}
		modulus, exponent = has[attrModulus].bytes, has[attrPublicExponent].bytes
	}
	e := new(big.Int).SetBytes(exponent)
	if len(modulus) == 0 || !e.IsInt64() || e.Int64() < 3 || e.Int64() > 1<<31-1 {
		return nil, answer{fmt.Errorf("%s in %s has a public half that is none", k.uri, s.token)}
	}
	return &rsa.PublicKey{N: new(big.Int).SetBytes(modulus), E: int(e.Int64())}, nil
}

// maxTold bounds how many keys of a token are looked at to name them.
const maxTold = 20

// handle is the key's handle in a session, which finds it once.
func (k *Key) handle(s *session, deadline time.Time) (uint64, error) {
	id := k.uri.String()
	if handle, known := s.keys[id]; known {
		return handle, nil
	}
	found, err := s.find(k.uri.attributes(classPrivateKey), 2, deadline)
	switch {
	case err != nil:
		return 0, fmt.Errorf("looking for the key: %w", err)
	case len(found) > 1:
		return 0, answer{fmt.Errorf("several private keys are named by %s in %s: add id= or object= to tell them apart", k.uri, s.token)}
	case len(found) == 0:
		return 0, k.missing(s, deadline)
	}
	s.keys[id] = found[0]
	return found[0], nil
}

// missing says that the key is not there, and which are. Of one that was there it may be
// the session's fault.
func (k *Key) missing(s *session, deadline time.Time) error {
	err := fmt.Errorf("no private key is named by %s in %s", k.uri, s.token)
	if k.public != nil {
		return doubt{err}
	}
	all, findErr := s.find([]attribute{{kind: attrClass, number: classPrivateKey}}, maxTold, deadline)
	if findErr != nil {
		return fmt.Errorf("looking for keys: %w", findErr)
	}
	names := ""
	for _, object := range all {
		has, lookErr := s.readAttributes(object, []uint32{attrLabel, attrID}, deadline)
		if lookErr != nil {
			return fmt.Errorf("looking at keys: %w", lookErr)
		}
		names += fmt.Sprintf(" %s", URI{object: described(has)}.String())
	}
	if names == "" {
		return answer{fmt.Errorf("%w; the PIN shows none there", err)}
	}
	return answer{fmt.Errorf("%w; there are%s", err, names)}
}

func described(has map[uint32]attribute) []pair {
	var object []pair
	for name, kind := range map[string]uint32{"object": attrLabel, "id": attrID} {
		if value := has[kind].bytes; len(value) > 0 {
			object = append(object, pair{name, string(value)})
		}
	}
	return object
}

// Public returns the [*rsa.PublicKey], as it was when the key was found.
func (k *Key) Public() crypto.PublicKey { return k.public }

// String names the key by its URI.
func (k *Key) String() string { return k.uri.String() }

// Token names the token for an operator.
func (k *Key) Token() string { return k.pool.name }

// JudgedByToken reports whether the token judges the padding of what is
// decrypted, because it does not offer the bare operation. Its timing is its own
// then.
func (k *Key) JudgedByToken() bool { return !k.raw }

// Sign signs a digest with PKCS#1 v1.5.
func (k *Key) Sign(_ io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	info, err := digestInfo(digest, opts, k.public.Size())
	if err != nil {
		return nil, err
	}
	var signature []byte
	err = k.pool.do(k.timeout, func(s *session, deadline time.Time) error {
		signature, err = k.operate(s, callSignInit, callSign, mechanismPKCS, info, deadline)
		if err != nil {
			return err
		}
		return k.confirm(s, k.check.signature(signature, info))
	})
	if err != nil {
		return nil, fmt.Errorf("signing with %s: %w", k.uri, err)
	}
	counts.operations.Add(1)
	return signature, nil
}

// Decrypt decrypts with PKCS#1 v1.5. With SessionKeyLen a broken padding gives a
// random key, as [rsa.PrivateKey.Decrypt] has it.
func (k *Key) Decrypt(random io.Reader, ciphertext []byte, opts crypto.DecrypterOpts) ([]byte, error) {
	length, err := sessionKeyLen(opts)
	if err != nil {
		return nil, err
	}
	if !k.check.below(ciphertext) || !k.room(length) {
		return nil, rsa.ErrDecryption
	}
	if !k.raw {
		return k.decryptJudged(random, ciphertext, length)
	}
	block := make([]byte, k.public.Size())
	defer clear(block)
	err = k.pool.do(k.timeout, func(s *session, deadline time.Time) error {
		out, err := k.operate(s, callDecryptInit, callDecrypt, mechanismRaw, ciphertext, deadline)
		if err != nil {
			return err
		}
		defer clear(out)
		clear(block)
		copy(block[len(block)-len(out):], out) // some leave zeros in front out
		return k.confirm(s, k.check.raises(block, ciphertext))
	})
	if err != nil {
		return nil, fmt.Errorf("decrypting with %s: %w", k.uri, err)
	}
	counts.operations.Add(1)
	if length == 0 {
		return message(block)
	}
	return pkcs1.SessionKey(random, block, length)
}

// decryptJudged decrypts where the token judges the padding. Any of its answers is
// a session key, a random one when it is broken.
func (k *Key) decryptJudged(random io.Reader, ciphertext []byte, length int) ([]byte, error) {
	var out []byte
	broken := false
	err := k.pool.do(k.timeout, func(s *session, deadline time.Time) (err error) {
		out, err = k.operate(s, callDecryptInit, callDecrypt, mechanismPKCS, ciphertext, deadline)
		var code *Error
		if broken = errors.As(err, &code) && code.Call == callDecrypt.name && !ofSession[code.Code]; broken {
			return answer{err}
		}
		return err
	})
	defer clear(out)
	switch {
	case err != nil && !broken:
		return nil, fmt.Errorf("decrypting with %s: %w", k.uri, err)
	case length == 0 && broken:
		return nil, rsa.ErrDecryption
	}
	counts.operations.Add(1)
	if length == 0 {
		return append([]byte(nil), out...), nil
	}
	return keyOrRandom(random, out, length, !broken)
}

// operate does one operation in a session. Where a handle that was found before is no good
// any more it looks for the key again: somebody may have stored it anew.
func (k *Key) operate(s *session, begin, finish call, mechanism uint32, data []byte, deadline time.Time) ([]byte, error) {
	_, known := s.keys[k.uri.String()]
	out, err := k.operateOnce(s, begin, finish, mechanism, data, deadline)
	if known && (isCode(err, keyHandleInvalid) || isCode(err, objectHandleInvalid)) {
		return k.operateOnce(s, begin, finish, mechanism, data, deadline)
	}
	return out, err
}

func (k *Key) operateOnce(s *session, begin, finish call, mechanism uint32, data []byte, deadline time.Time) ([]byte, error) {
	handle, err := k.handle(s, deadline)
	if err != nil {
		return nil, err
	}
	out, err := s.operate(begin, finish, mechanism, handle, data, k.public.Size(), deadline)
	var code *Error
	if errors.As(err, &code) && ofKey[code.Code] {
		return nil, k.doubted(s, err)
	}
	return out, err
}

// errFault is a result that the public key does not confirm.
var errFault = errors.New("the result does not fit the public half that the token had when the configuration was loaded: " +
	"the token errs, or has another key under that name now")

func (k *Key) confirm(s *session, right bool) error {
	if right {
		return nil
	}
	counts.faults.Add(1)
	return k.doubted(s, errFault)
}

// doubted has the session look for the key once more: another one may have its name.
func (k *Key) doubted(s *session, err error) error {
	delete(s.keys, k.uri.String())
	return doubt{err}
}

var (
	_ crypto.Signer    = (*Key)(nil)
	_ crypto.Decrypter = (*Key)(nil)
)
