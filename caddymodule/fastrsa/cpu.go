package fastrsa

import (
	"crypto/fips140"
	"errors"

	"golang.org/x/sys/cpu"
)

// Name names the instructions, for operators.
const Name = "avx512ifma"

// errors of New and NewPublic.
var (
	errMachine = errors.New("this processor has no AVX-512 IFMA, or it is turned off")
	errFIPS    = errors.New("FIPS 140 mode asks for the standard library's cryptography")
	errKey     = errors.New("only keys of 2048 or 1024 bits with two primes of half the length")
	errWrong   = errors.New("this machine has worked out a wrong power")
	errPublic  = errors.New("only public keys of 2048 or 1024 bits with an odd exponent from 3 on")
)

// Available returns nil where this package is of use, and otherwise why it is not.
func Available() error {
	x := cpu.X86
	switch {
	case fips140.Enabled():
		return errFIPS
	case !x.HasAVX512F || !x.HasAVX512VL || !x.HasAVX512DQ || !x.HasAVX512IFMA || !x.HasBMI2:
		return errMachine
	}
	return nil
}
