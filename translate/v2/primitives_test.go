package v2

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestPrimitivesAreKnown(t *testing.T) {
	t.Parallel()
	if err := SelfTest(); err != nil {
		t.Fatal(err)
	}
}

// Each check must be able to fail: by a refusal, a panic, or a wrong answer.
func TestSelfTestNamesWhatFails(t *testing.T) { // not parallel: it changes the table
	whole := primitives
	t.Cleanup(func() { primitives = whole })
	primitives = slices.Clone(whole[:2])
	primitives[0].check = func() error { panic("use of SHA-1 is not allowed") }
	primitives = append(primitives, primitives[1])
	primitives[2].name, primitives[2].check = "SM9", func() error { return errors.New("out of order") }
	err := SelfTest()
	if err == nil {
		t.Fatal("nothing was found")
	}
	for _, want := range []string{"SHA-1: use of SHA-1 is not allowed", "SM9: out of order"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not say %q", err, want)
		}
	}
	if strings.Contains(err.Error(), "DES") {
		t.Errorf("%q names what works", err)
	}
}

func TestWrongAnswersAreFound(t *testing.T) {
	t.Parallel()
	intl, err := testRSA()
	if err != nil {
		t.Fatal(err)
	}
	gm, err := testSM2()
	if err != nil {
		t.Fatal(err)
	}
	for name, err := range map[string]error{
		"block":       checkCBC(suites[Intl].newBlock, "133457799bbcdff1", "0123456789abcdef", "85e813540f0ab406"),
		"key length":  checkCBC(suites[GM].newBlock, "133457799bbcdff1", "0123456789abcdef", "85e813540f0ab405"),
		"RSA":         checkWrapping(intl, known(testRSASignature), []byte("01234567")),
		"SM2":         checkWrapping(gm, known(testSM2Sealed), []byte("0123456789abcdee")),
		"SM2, beside": checkWrapping(gm, known(testSM2Sealed[:len(testSM2Sealed)-2]+"00"), []byte("0123456789abcdef")),
	} {
		if err == nil {
			t.Errorf("%s: a wrong answer is not found", name)
		}
	}
}
