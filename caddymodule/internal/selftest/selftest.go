// Package selftest tries the cryptography of payments once, before a merchant meets
// what does not work in this process.
package selftest

import (
	"bytes"
	"crypto/fips140"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strings"

	v1 "github.com/paybridge/paybridge/translate/v1"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// startedWith is what this process was started with. The listener wrapper adds to it.
var startedWith = os.Getenv("GODEBUG")

// Run refuses a process in which the bridge's arithmetic does not work: v1 signs
// with md5, v2 is made of DES, SHA-1 and PKCS#1 v1.5, and there are environments
// that forbid them.
func Run() error {
	err := errors.Join(v1.SelfTest(), v2.SelfTest(), checkSHA256())
	if err == nil {
		return nil
	}
	failures := strings.Split(err.Error(), "\n")
	return fmt.Errorf("%s (%s)", advice(startedWith), strings.Join(failures, "; "))
}

// advice says why a test fails and what to do.
func advice(godebug string) string {
	const wrong = "the cryptography of payments does not work in this process; "
	switch {
	case fips140.Enforced():
		return "FIPS 140-only mode forbids the cryptography of payments (v1 is md5; v2 is DES, SHA-1 and PKCS#1 v1.5): " +
			"remove fips140=only from GODEBUG; fips140=on works"
	case godebug != "":
		return fmt.Sprintf(wrong+"GODEBUG is %q: start without it", godebug)
	}
	return wrong + "try another machine, or a binary built anew"
}

// checkSHA256 computes the known answer of FIPS 180-2; the ledger tells requests
// apart by SHA-256.
func checkSHA256() error {
	sum := sha256.Sum256([]byte("abc"))
	want, _ := hex.DecodeString("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
	if !bytes.Equal(sum[:], want) {
		return errors.New("SHA-256: computes a wrong answer on this machine")
	}
	return nil
}
