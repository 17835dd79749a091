package fastrsa

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"testing"
)

// TestCounts is not parallel: nobody else counts meanwhile, so that the differences are
// exact.
func TestCounts(t *testing.T) {
	needKernels(t)
	standards := standardKeys(t, sizeOf(128))
	keys, _ := countingKeys(t, standards)
	standard, sound, broken, unprepared := Standard{standards[0]}, keys[0], keys[1], *keys[2]
	tampers["n"](prepared(t, broken))
	unprepared.parts = func() (*parts, error) { return nil, errors.New("no parts") }
	digest, pss := make([]byte, 20), &rsa.PSSOptions{Hash: crypto.SHA1}
	above, session := bytes.Repeat([]byte{0xff}, 128), &rsa.PKCS1v15DecryptOptions{SessionKeyLen: 8}
	signs := func(k *Key) func() { return func() { signsAsStandard(t, "counted", k) } }
	opens := func(k *Key) func() { return func() { opensAsStandard(t, "counted", k) } }
	for _, c := range []struct {
		name string
		do   func()
		want Count
	}{
		{"signing", signs(sound), Count{Fast: 1}},
		{"opening", opens(sound), Count{Fast: 1}},
		{"another scheme", func() { _, _ = sound.Sign(rand.Reader, digest, pss) }, Count{Standard: 1}},
		{"a refusal", func() { _, _ = sound.Decrypt(rand.Reader, above, session) }, Count{Standard: 1}},
		{"signing with a key that cannot be prepared", signs(&unprepared), Count{Standard: 1}},
		{"signing with crypto/rsa", func() { _, _ = standard.Sign(nil, digest, crypto.SHA1) }, Count{Standard: 1}},
		{"opening with crypto/rsa", func() { _, _ = standard.Decrypt(rand.Reader, above, session) }, Count{Standard: 1}},
		{"a fault in signing", signs(broken), Count{Faults: 1, Standard: 1}},
		{"a fault in opening", opens(broken), Count{Faults: 1, Standard: 1}},
		{"one fault among four", func() { InOneBatch(t, keys, func(i int) { signs(keys[i])() }) }, Count{Fast: 3, Faults: 1, Standard: 1}},
	} {
		before := Counts()
		c.do()
		got := Counts()
		got.Fast, got.Standard, got.Faults = got.Fast-before.Fast, got.Standard-before.Standard, got.Faults-before.Faults
		if got != c.want {
			t.Errorf("%s counts %+v, want %+v", c.name, got, c.want)
		}
	}
}
