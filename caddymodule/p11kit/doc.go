// Package p11kit uses RSA private keys that are in PKCS#11 tokens, such as an HSM,
// without cgo: the token's library runs in child processes, "p11-kit remote" of
// the p11-kit project, and this package speaks that program's protocol on their
// standard input and output.
//
// A [Client] is made of a [Config]; [Client.Key] finds a key by its PKCS#11 URI
// (RFC 7512) and returns a [Key], which is a [crypto.Signer] and a
// [crypto.Decrypter] for PKCS#1 v1.5. Everything else a token can do is left out.
//
// # What is promised
//
// No result leaves before the public key has confirmed it, so that a fault of the
// token, or another key under the same name, is an error. Padding of what is
// decrypted is judged here, without an early exit, where the token does the bare
// operation (CKM_RSA_X_509). [Key.JudgedByToken] tells of tokens that do not: what they
// decrypt nothing confirms.
//
// Every wait is bounded by [Config.Timeout]. A child that has died, does not
// answer or tells of anything unexpected is ended, another one takes its place
// and logs in again, with growing pauses while that fails. Signing and decrypting
// change nothing, so an operation that fails is tried again with another child
// until its time is over. What may be a key's own fault, as when it is gone, is tried
// twice, and ends no more than one child in a minute: the others serve other keys.
//
// Tokens lock after a few wrong PINs. One that the token has refused is not tried
// again by a [Client], and a process that has never logged in to a token does not
// try one while the token says that the last one was wrong (CKF_USER_PIN_COUNT_LOW).
//
// # Several children
//
// p11-kit serves one call of a child at a time, so there are [Config.Processes]
// children for each token, each with one session, which all clients of a process
// share. What a token's library prints is
// told only with a child that does not start.
//
// # The protocol
//
// Each side sends one byte, its version; every side speaks version 0. Then
// messages go to and fro, numbers in big endian: 12 bytes of a header (number of
// the call, length of options, length of the body), the options, the body. The
// body is the id of a PKCS#11 function, the signature of its arguments as a text,
// and the arguments. An answer with the id 0 is an error code of PKCS#11.
package p11kit
