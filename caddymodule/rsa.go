package caddymodule

import (
	"crypto"
	"crypto/rsa"
	"fmt"
	"maps"
	"slices"
	"sync"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/fastrsa"
)

// What the member rsa may be.
const (
	rsaFast     = "fast"
	rsaStandard = "standard"
)

// standardRSA is what does the arithmetic where fastrsa does not.
const standardRSA = "crypto/rsa"

func (a *App) checkRSA() error {
	switch a.RSA {
	case "", rsaFast, rsaStandard:
	default:
		return fmt.Errorf("rsa: %q is not known; write %s or %s", a.RSA, rsaFast, rsaStandard)
	}
	return nil
}

// rsaKeys decides what does the arithmetic of a configuration's RSA keys, and
// counts.
type rsaKeys struct {
	standard bool // crypto/rsa for all of them
	onFault  func()
	by       map[string]int // keys by what does their arithmetic
}

// newRSAKeys takes the member rsa. A fault is an error in the log, once.
func newRSAKeys(choice string, log *zap.Logger) *rsaKeys {
	return &rsaKeys{
		standard: choice == rsaStandard,
		by:       make(map[string]int),
		onFault: sync.OnceFunc(func() {
			log.Error("an RSA result was wrong and was worked out again by crypto/rsa; nothing wrong has left. " +
				"This machine may be faulty: set rsa standard, and see the runbook PaybridgeRSAFaults")
		}),
	}
}

// choose returns the key to use and what does its arithmetic.
func (k *rsaKeys) choose(key *rsa.PrivateKey) (crypto.Signer, string) {
	chosen, by := k.fast(key)
	k.by[by]++
	return chosen, by
}

func (k *rsaKeys) fast(key *rsa.PrivateKey) (crypto.Signer, string) {
	if k.standard {
		return key, standardRSA + ", as configured"
	}
	fast, err := fastrsa.New(key, k.onFault)
	if err != nil {
		return key, standardRSA + ": " + err.Error()
	}
	return fast, fastrsa.Name
}

// log tells once for a configuration how many keys are worked with by what.
func (k *rsaKeys) log(log *zap.Logger) {
	for _, by := range slices.Sorted(maps.Keys(k.by)) {
		log.Info("RSA private keys", zap.Int("keys", k.by[by]), zap.String("arithmetic", by))
	}
}
