package merchants

import (
	"crypto"
	"crypto/rsa"
	"fmt"
	"maps"
	"slices"
	"sync"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/fastrsa"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// What the members rsa and sm2 may be.
const (
	// Fast is our own arithmetic where the processor and the key allow it.
	Fast = "fast"
	// Standard is that of the libraries for all keys: crypto/rsa and gmsm.
	Standard = "standard"
)

// standardRSA is what does the arithmetic where fastrsa does not.
const standardRSA = "crypto/rsa"

// CheckArithmetic checks the member rsa or sm2.
func CheckArithmetic(member, choice string) error {
	switch choice {
	case "", Fast, Standard:
		return nil
	}
	return fmt.Errorf("%s: %q is not known; write %s or %s", member, choice, Fast, Standard)
}

// RSAKeys decides what does the arithmetic of a configuration's RSA keys, and
// counts.
type RSAKeys struct {
	standard bool // fastrsa for none of them
	onFault  func()
	by       map[string]int // keys by what does their arithmetic
	powers   map[*rsa.PublicKey]v2.RSAPower
}

// NewRSAKeys takes the member rsa. A fault is an error in the log, once.
func NewRSAKeys(choice string, log *zap.Logger) *RSAKeys {
	return &RSAKeys{
		standard: choice == Standard,
		by:       make(map[string]int),
		powers:   make(map[*rsa.PublicKey]v2.RSAPower),
		onFault: sync.OnceFunc(func() {
			log.Error("an RSA result was wrong and was worked out again by crypto/rsa; no wrong result has left. " +
				"This machine may be faulty: set rsa standard, and see the runbook PaybridgeRSAFaults")
		}),
	}
}

// Choose returns the key to use and what does its arithmetic.
func (k *RSAKeys) Choose(key *rsa.PrivateKey) (crypto.Signer, string) {
	chosen, by := k.fast(key)
	k.by[by]++
	return chosen, by
}

func (k *RSAKeys) fast(key *rsa.PrivateKey) (crypto.Signer, string) {
	if k.standard {
		return fastrsa.Standard{PrivateKey: key}, standardRSA + ", as configured"
	}
	fast, err := fastrsa.New(key, k.onFault)
	if err != nil {
		return fastrsa.Standard{PrivateKey: key}, standardRSA + ": " + err.Error()
	}
	return fast, fastrsa.Name
}

// Power prepares a gateway's key for its public operations; nil leaves them to
// translate/v2. Merchants of one gateway share what is prepared.
func (k *RSAKeys) Power(key *rsa.PublicKey) v2.RSAPower {
	if k.standard {
		return nil
	}
	if power, known := k.powers[key]; known {
		return power
	}
	var power v2.RSAPower
	if fast, err := fastrsa.NewPublic(key); err == nil {
		power = fast.Raise
	}
	k.powers[key] = power
	return power
}

// Log tells once for a configuration how many keys are worked with by what.
func (k *RSAKeys) Log(log *zap.Logger) {
	for _, by := range slices.Sorted(maps.Keys(k.by)) {
		log.Info("RSA private keys", zap.Int("keys", k.by[by]), zap.String("arithmetic", by))
	}
}
