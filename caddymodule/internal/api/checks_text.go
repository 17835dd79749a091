package api

import (
	"regexp"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// checkNames are what readiness looks at, as package health names it.
var checkNames = map[string]bilingual.Said{
	"engine": say("engine"), "ledger": say("ledger"), "disk": say("disk"), "clock": say("clock"), "shadow": say("shadow"),
}

// answerClasses are what the gateway may answer to the question about an order that does
// not exist.
var answerClasses = map[v2.Class]bilingual.Said{
	v2.Processed: say("processed"), v2.NotFound: say("not_found"), v2.Repeated: say("repeated"),
	v2.Refused: say("refused"), v2.Unknown: say("unknown"),
}

// arithmetics are why crypto/rsa does the arithmetic of RSA keys. What else may do it is
// a name.
var arithmetics = bilingual.Wordings{
	{Kept: regexp.MustCompile(`^crypto/rsa, as configured$`), Say: always(say("crypto/rsa, as configured"))},
	{Kept: regexp.MustCompile(`^crypto/rsa: this processor has no AVX-512 IFMA`), Say: always(say("crypto/rsa: this processor has no AVX-512 IFMA, or it is turned off"))},
	{Kept: regexp.MustCompile(`^crypto/rsa: FIPS 140 mode`), Say: always(say("crypto/rsa: FIPS 140 mode asks for the standard library's cryptography"))},
	{Kept: regexp.MustCompile(`^crypto/rsa: only keys of`), Say: always(say("crypto/rsa: only keys of 2048 or 1024 bits with two primes of half the length"))},
}

// damages are what is wrong with a column of a row that cannot be read.
var damages = bilingual.Wordings{
	{Kept: regexp.MustCompile(`^a column is not of its type$`), Say: always(say("a column is not of its type"))},
	{Kept: regexp.MustCompile(`^(\S+): missing$`), Say: func(p []string) bilingual.Said { return say("%s: missing", p[1]) }},
	{Kept: regexp.MustCompile(`^(\S+): not of its type$`), Say: func(p []string) bilingual.Said { return say("%s: not of its type", p[1]) }},
	{Kept: regexp.MustCompile(`^(\S+): negative$`), Say: func(p []string) bilingual.Said { return say("%s: negative", p[1]) }},
	{Kept: regexp.MustCompile(`^(\S+): unknown$`), Say: func(p []string) bilingual.Said { return say("%s: unknown", p[1]) }},
	{Kept: regexp.MustCompile(`^(\S+): not a SHA-256$`), Say: func(p []string) bilingual.Said { return say("%s: not a SHA-256", p[1]) }},
	{Kept: regexp.MustCompile(`^(\S+): not a route$`), Say: func(p []string) bilingual.Said { return say("%s: not a route", p[1]) }},
}
