// Package sm2fixed does SM2 (GB/T 32918, GM/T 0003) with points that come again and again:
// the curve's base point, and the public key of a gateway. A [PrivateKey] signs and
// decrypts, a [Key] verifies signatures and is encrypted to.
//
// General code multiplies a point it has never seen before, which takes 256 doublings. Of
// a point that comes again there is a table of multiples, so that no doubling is left.
// On amd64 processors with AVX-512 IFMA (Ice Lake and later, Zen 4 and later) eight
// additions are done at once, in generated assembly: a signature is verified in a ninth of
// the time, a session key encrypted in a fifth, and a message signed in a third. On other
// amd64 processors it is less than half the time, two thirds and nine tenths. A decryption,
// whose point is another one each time, takes four fifths with IFMA; without it, gmsm does it.
//
// The results are those of github.com/emmansun/gmsm/sm2, which works with keys for which
// there is no table.
//
// # What is promised
//
// In [PrivateKey.Sign], [PrivateKey.Decrypt] and [Key.Encrypt] no jump, no address and no
// mask of a memory operand depends on the private key, on the random number or on what is
// encrypted: entries of a table are chosen by reading all of them. But that a random number
// is 0 or not below the order, or that points meet in a sum, shows: then another one is
// drawn, or gmsm does the operation, and nobody will see it happen. A test reads the
// assembly, a benchmark measures the time. [Key.Verify] knows no secret and takes the time
// that it takes.
//
// Of every sum of points it is known that it is one of the curve before anything is made of
// it. Where it is not, because the processor has made a mistake, gmsm does the operation
// again; other mistakes give a signature or a message that is refused. The random number of a
// signature is a hash of the private key, the digest and random bytes, so that a source of
// those that fails does not give the key away.
//
// # What is not
//
// Nobody outside this project has reviewed it yet. Registers, the stack and what is left
// to the garbage collector are not cleared, but for the work space of a sum, its number, and
// the point that a message is encrypted with. GODEBUG=cpu.avx512ifma=off in the environment
// turns the assembly off for a process.
//
// # Memory
//
// A table takes 52 KiB, 40 KiB with IFMA, from the first use of its key on, and one more is
// that of the base point. Keys that are equal share one ([Of]), and there are at most 64
// beside it: a key that is used while there are so many goes without. With IFMA an
// operation takes a work space of 8 KiB, a decryption one of 16.
package sm2fixed
