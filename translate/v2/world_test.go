package v2

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/emmansun/gmsm/sm2"
)

// vector is one entry of testdata/v2.json.
type vector struct {
	Name       string
	Suite      string
	Direction  string
	Plaintext  string
	SessionKey string `json:"session_key"`
	MerchantID string `json:"merchant_id"`
	MerOrderID string `json:"mer_order_id"`
	MsgEnc     string `json:"msg_enc"`
	KeyEnc     string `json:"key_enc"`
	Sign       string
}

func (v vector) envelope() Envelope {
	return Envelope{MerchantID: v.MerchantID, MsgEnc: v.MsgEnc, KeyEnc: v.KeyEnc, Sign: v.Sign, MerOrderID: v.MerOrderID}
}

func vectors(tb testing.TB) []vector {
	tb.Helper()
	var all []vector
	if err := json.Unmarshal(file(tb, "v2.json"), &all); err != nil {
		tb.Fatal(err)
	}
	if len(all) == 0 {
		tb.Fatal("no vectors")
	}
	return all
}

// file returns the contents of a file in testdata.
func file(tb testing.TB, name string) []byte {
	tb.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		tb.Fatal(err)
	}
	return data
}

// party is one side's key pair.
type party struct {
	own    crypto.Signer
	public crypto.PublicKey
}

// partyOf reads the key pair of "merchant" or "gateway" for a suite.
func partyOf(tb testing.TB, s Suite, who string) party {
	tb.Helper()
	if s == GM {
		who += "_sm2"
	}
	own, err := ParsePrivateKey(file(tb, who+"_private.pem"), "")
	if err != nil {
		tb.Fatal(err)
	}
	public, err := ParsePublicKey(file(tb, who+"_public.pem"))
	if err != nil {
		tb.Fatal(err)
	}
	return party{own, public}
}

// codecs returns the merchant's and the gateway's codec of a suite.
func codecs(tb testing.TB, s Suite, opts ...Option) (merchant, gateway *Codec) {
	tb.Helper()
	return codecsOf(tb, s, partyOf(tb, s, "merchant"), partyOf(tb, s, "gateway"), opts...)
}

// codecsOf returns the codecs of two parties.
func codecsOf(tb testing.TB, s Suite, a, b party, opts ...Option) (*Codec, *Codec) {
	tb.Helper()
	ours, err := NewCodec(s, a.own, b.public, opts...)
	if err != nil {
		tb.Fatal(err)
	}
	theirs, err := NewCodec(s, b.own, a.public, opts...)
	if err != nil {
		tb.Fatal(err)
	}
	return ours, theirs
}

// newRSA makes an RSA key pair.
func newRSA(tb testing.TB, bits int) party {
	tb.Helper()
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		tb.Fatal(err)
	}
	return party{key, key.Public()}
}

// newSM2 makes an SM2 key pair.
func newSM2(tb testing.TB) party {
	tb.Helper()
	key, err := sm2.GenerateKey(rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	return party{key, key.Public()}
}

// withSessionKey makes a codec use one session key, from hex.
func withSessionKey(tb testing.TB, key string) Option {
	tb.Helper()
	random := unhex(tb, key)
	return func(c *Codec) { c.random = bytes.NewReader(random) }
}

func unhex(tb testing.TB, text string) []byte {
	tb.Helper()
	data, err := hex.DecodeString(text)
	if err != nil {
		tb.Fatal(err)
	}
	return data
}

// reasons collects what an observer is told.
type reasons struct {
	mu  sync.Mutex
	all []Reason
}

func (r *reasons) observe(why Reason) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = append(r.all, why)
}

// last returns the last reason and how many there were, and forgets them.
func (r *reasons) last() (Reason, int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := len(r.all)
	if n == 0 {
		return 0, 0
	}
	why := r.all[n-1]
	r.all = nil
	return why, n
}

// mustRefuse opens an envelope and insists on the one error and no text.
func mustRefuse(tb testing.TB, c *Codec, e Envelope) {
	tb.Helper()
	plain, err := c.Open(e)
	if err != ErrRefused || plain != nil { //nolint:errorlint // exactly this error, nothing around it
		tb.Errorf("Open = %d bytes, %v; want nothing and exactly ErrRefused", len(plain), err)
	}
}

// brokenReader is a source of randomness that is out of order.
type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, errors.New("no entropy") }
