package merchants

import (
	"crypto/rand"
	"crypto/rsa"
	"strings"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/paybridge/paybridge/caddymodule/fastrsa"
)

func TestRSAChoice(t *testing.T) {
	t.Parallel()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	wants := map[string]string{Standard: standardRSA, Fast: fastrsa.Name}
	if fastrsa.Available() != nil {
		wants[Fast] = standardRSA // and why
	}
	for choice, want := range wants {
		core, logged := observer.New(zap.InfoLevel)
		log := zap.New(core)
		keys := NewRSAKeys(choice, log)
		chosen, by := keys.Choose(key)
		if _, standard := chosen.(fastrsa.Standard); !strings.HasPrefix(by, want) || standard != (want == standardRSA) {
			t.Errorf("rsa %s: %T by %q, want %q", choice, chosen, by, want)
		}
		keys.Log(log)
		keys.onFault()
		keys.onFault()
		if got := logged.All(); len(got) != 2 || got[0].ContextMap()["keys"] != int64(1) || got[1].Level != zap.ErrorLevel {
			t.Errorf("rsa %s logged %+v, want how many keys, and one fault", choice, got)
		}
	}
}

// TestRSAPower: a gateway's key that the processor and its length allow is prepared, once
// for all of the gateway's merchants, unless the operator wants crypto/rsa.
func TestRSAPower(t *testing.T) {
	t.Parallel()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	long, err := rsa.GenerateKey(rand.Reader, 3072)
	if err != nil {
		t.Fatal(err)
	}
	for choice, want := range map[string]bool{Standard: false, Fast: fastrsa.Available() == nil} {
		keys := NewRSAKeys(choice, zap.NewNop())
		if got := keys.Power(&key.PublicKey) != nil; got != want {
			t.Errorf("rsa %s: prepared %v, want %v", choice, got, want)
		}
		if keys.Power(&long.PublicKey) != nil {
			t.Errorf("rsa %s: a key of 3072 bits is prepared", choice)
		}
		mark := []byte("prepared before")
		keys.powers[&key.PublicKey] = func([]byte) ([]byte, bool) { return mark, true }
		if again := keys.Power(&key.PublicKey); want {
			if got, _ := again(nil); string(got) != string(mark) {
				t.Errorf("rsa %s: it is prepared anew for the next merchant", choice)
			}
		}
	}
}

func TestArithmeticIsChecked(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{"": "", "fast": "", "standard": "", "openssl": `sm2: "openssl" is not known; write fast or standard`} {
		err := CheckArithmetic("sm2", given)
		if got := errorText(err); got != want {
			t.Errorf("%q: %q, want %q", given, got, want)
		}
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
