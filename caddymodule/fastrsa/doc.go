// Package fastrsa does RSA private operations with the AVX-512 IFMA instructions
// of amd64 processors (Ice Lake and later, Zen 4 and later), in Go's own assembly
// and without cgo: four to five and a half times as fast as crypto/rsa, and six to
// ten times where many are wanted at once.
//
// A [Key] stands in for an [crypto/rsa.PrivateKey] as a [crypto.Signer] and a
// [crypto.Decrypter]. It does PKCS#1 v1.5 signatures and decryptions of session
// keys with RSA of 2048 and 1024 bits; whatever else it is asked for it hands to
// crypto/rsa. [New] says for which keys and machines there is nothing to gain. A
// [PublicKey] does the other half of both, without the padding.
//
// # What is promised
//
// The answers and the errors of a [Key] are those of crypto/rsa. No result leaves before it
// was raised to the public exponent and found to be right: a fault of the
// processor, which in RSA with two primes would give the key away, or a bug here
// costs time and nothing else. Such an operation is done again by crypto/rsa and
// counted ([Counts]).
//
// No jump, no address and no mask of a memory operand depends on a secret: the
// kernels multiply and carry in a fixed number of steps, entries of tables are
// chosen by reading all of them, and padding is judged without an early exit. What
// an operation leaves in its work space is cleared when it ends. A test reads the
// assembly for such jumps, addresses and masks, a benchmark measures the time.
//
// # What is not
//
// Nobody outside this project has reviewed it yet. What a [PublicKey] answers is
// confirmed by nothing, but for one answer when it is prepared. Registers, the stack and
// what the preparing of a key leaves are not cleared. The arithmetic is not blinded, as
// that of crypto/rsa is not. Where that is not enough, use crypto/rsa:
// GODEBUG=cpu.avx512ifma=off in the environment turns this package off for a process.
//
// # Operations side by side
//
// An operation that is alone uses kernels that work on its two primes at once.
// Three or four of one size that wait at the same moment, whatever their keys, share
// kernels that work on eight numbers at once. There is no goroutine and no timer: who wants
// an operation takes one of as many work spaces as there are processors, while fewer than half
// of them are taken, and does its own and what else waits. Who comes later waits until one of
// those has done, or until there are enough for a batch, which then takes a space of its own:
// some four times as long as alone, at most.
//
// A key takes about 3 KiB from its first use on, a public key 1 KiB, a work space 53 KiB.
package fastrsa
