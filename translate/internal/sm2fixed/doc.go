// Package sm2fixed does SM2 (GB/T 32918, GM/T 0003) with a public key that comes again
// and again, as a gateway's does: it verifies the key's signatures and encrypts to it.
//
// General code multiplies a point it has never seen before, which takes 256 doublings. A
// [Key] has a table of multiples of its point, so that no doubling is left and 52
// additions do: a signature is verified in half the time, and a session key encrypted in
// three quarters. The results are those of github.com/emmansun/gmsm/sm2, which does
// everything else: what needs a private key, and keys for which there is no table.
//
// # What is promised
//
// In [Key.Encrypt] no jump and no address depends on the random number or on what is
// encrypted: entries of a table are chosen by reading all of them. But a number that is 0,
// or not below the order, is never used, another one is drawn. A benchmark measures the
// time.
// [Key.Verify] knows no secret and takes the time that it takes.
//
// Nobody outside this project has reviewed it yet.
//
// # Memory
//
// A table takes 52 KiB, from the first use of its key on, and one more is that of the
// curve's base point. Keys that are equal share one ([Of]), and there are at most 64
// beside it: a key that is first used while there are so many goes without.
package sm2fixed
