package v1_test

import (
	"crypto/hmac"
	"crypto/md5"
	"encoding/hex"
	"hash"
	"testing"

	v1 "github.com/paybridge/paybridge/translate/v1"
)

// Open verifies a form of req exactly when it is one of the candidates. (That one
// of them does not decode, for a percent escape, comes after.)
func TestCandidatesAreWhatOpenTries(t *testing.T) {
	t.Parallel()
	key := v1.NewKey("0123456789abcdef0123456789abcdef")
	keys := func(string) []v1.Key { return []v1.Key{key} }
	right := v1.SealRequest([]byte(`{"merid":"89900001","orderid":"T20261121000000001","x":"??>>~~"}`), key)
	damaged := right.Req[:8] + "\r\n" + right.Req[8:] + "%0A"
	seen := 0
	for variant, text := range v1.Candidates(damaged) {
		seen++
		opened, _ := v1.Open(v1.Form{Req: damaged, Sign: key.Sign(text)}, keys)
		if opened.Key.IsZero() || opened.Variant != variant {
			t.Errorf("%s: opened as %s", variant, opened.Variant)
		}
	}
	if seen != 5 {
		t.Errorf("%d candidates, want 5: line breaks and a percent escape, each repaired or not, and the line break at the end alone", seen)
	}
	for range v1.Candidates(damaged) {
		break // an early end is allowed
	}
}

func TestMask(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"merid canary-key, again canary-key": "merid ***, again ***",
		"nothing":                            "nothing",
	} {
		if got := v1.NewKey("canary-key").Mask(text); got != want {
			t.Errorf("Mask = %q, want %q", got, want)
		}
	}
	for _, key := range []v1.Key{{}, v1.NewKey("n")} {
		if got := key.Mask("nothing"); got != "nothing" {
			t.Errorf("Mask = %q", got)
		}
	}
}

func TestDigest(t *testing.T) {
	t.Parallel()
	const secret, text = "canary-key", "text"
	key := v1.NewKey(secret)
	plain := func(string) hash.Hash { return md5.New() }
	if got := key.Digest(plain, func(s string) string { return text + s }); got != key.Sign(text) {
		t.Error("a digest in the way of Sign is another than Sign's")
	}
	mac := hmac.New(md5.New, []byte(secret))
	mac.Write([]byte(text))
	keyed := func(s string) hash.Hash { return hmac.New(md5.New, []byte(s)) }
	if got := key.Digest(keyed, func(string) string { return text }); got != hex.EncodeToString(mac.Sum(nil)) {
		t.Error("a keyed digest is not the HMAC")
	}
	if got := (v1.Key{}).Digest(plain, func(s string) string { return s }); got != "" {
		t.Errorf("digest of no key: %q", got)
	}
}
