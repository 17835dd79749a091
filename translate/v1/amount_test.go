package v1_test

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	v1 "github.com/paybridge/paybridge/translate/v1"
)

func TestTxnAmt(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		value  string
		fen    int64
		reason string
	}{
		{`"1999"`, 1999, ""},
		{`1999`, 1999, ""},
		{`1000.0`, 1000, ""},
		{`"1000.00"`, 1000, ""},
		{`1.0E7`, 10_000_000, ""}, // how Java writes the double
		{`1.2345678E7`, 12_345_678, ""},
		{`1e+2`, 100, ""},
		{`100e-2`, 1, ""},
		{`"0001"`, 1, ""},
		{`1`, 1, ""},
		{`" 1999\r\n"`, 1999, ""},
		{`"\u30001000.00 "`, 1000, ""},
		{`"19 99"`, 0, "not a whole number"},
		{`" "`, 0, "missing"},
		{`1000000000000`, v1.MaxTxnAmt, ""},
		{`1e12`, v1.MaxTxnAmt, ""},

		{`null`, 0, "missing"},
		{`""`, 0, "missing"},
		{`true`, 0, "neither text nor a number"},
		{`[1]`, 0, "neither text nor a number"},
		{`{"fen":1}`, 0, "neither text nor a number"},
		{`0`, 0, "zero"},
		{`"0"`, 0, "zero"},
		{`0.0`, 0, "zero"},
		{`0e99999`, 0, "not a whole number"},
		{`0e999`, 0, "zero"},
		{`-0`, 0, "not a whole number"},
		{`-1`, 0, "not a whole number"},
		{`"-1"`, 0, "not a whole number"},
		{`"+1"`, 0, "not a whole number"},
		{`19.99`, 0, "not a whole number"},
		{`"19.99"`, 0, "not a whole number"},
		{`1000.0000000000000000000000001`, 0, "not a whole number"},
		{`0.1e-400`, 0, "not a whole number"},
		{`1e-1`, 0, "not a whole number"},
		{`15e-1`, 0, "not a whole number"},
		{`1.0e-9223372036854775808`, 0, "not a whole number"},
		{`"1e2"`, 0, "not a whole number"},
		{`"1,000"`, 0, "not a whole number"},
		{`"1."`, 0, "not a whole number"},
		{`".5"`, 0, "not a whole number"},
		{`"1.0.0"`, 0, "not a whole number"},
		{`"1\u0000"`, 0, "not a whole number"},
		{`"0x10"`, 0, "not a whole number"},
		{`"1_0"`, 0, "not a whole number"},
		{`"NaN"`, 0, "not a whole number"},
		{`"１００"`, 0, "not a whole number"},
		{`"` + strings.Repeat("0", 32) + `1"`, 0, "not a whole number"},
		{`1000000000001`, 0, "too large"},
		{`"1000000000001"`, 0, "too large"},
		{`18446744073709551617`, 0, "too large"},
		{`1e13`, 0, "too large"},
		{`1e999`, 0, "too large"},
	} {
		t.Run(c.value, func(t *testing.T) {
			t.Parallel()
			got, err := v1.ParsePay([]byte(payWith("txnamt", c.value)))
			if c.reason != "" {
				refused(t, err, v1.CodeAmount, "txnamt", c.reason)
			} else if err != nil || got.TxnAmt != c.fen {
				t.Errorf("%d fen, %v; want %d", got.TxnAmt, err, c.fen)
			}
		})
	}
}

// Every spelling of a whole amount within bounds is that amount.
func TestTxnAmtSpellings(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		fen := rapid.Int64Range(1, v1.MaxTxnAmt).Draw(t, "fen")
		digits := strconv.FormatInt(fen, 10)
		spelling := rapid.SampledFrom([]string{
			digits,
			strconv.Quote(digits),
			digits + ".0",
			strconv.Quote(digits + ".00"),
			fmt.Sprintf("%s.%sE%d", digits[:1], digits[1:]+"0", len(digits)-1),
			digits + "0e-1",
		}).Draw(t, "spelling")
		got, err := v1.ParsePay([]byte(payWith("txnamt", spelling)))
		if err != nil || got.TxnAmt != fen {
			t.Fatalf("%s is %d fen, %v; want %d", spelling, got.TxnAmt, err, fen)
		}
	})
}

// A JSON number is accepted exactly when its value is a whole number of fen
// within bounds, and then as that number.
func TestTxnAmtAgreesWithRationals(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.StringMatching(`-?(0|[1-9][0-9]{0,13})(\.[0-9]{0,3}0)?([eE][+-]?[0-9]{1,2})?`).Draw(t, "number")
		want, ok := new(big.Rat).SetString(number)
		if !ok {
			t.Fatalf("%s is no number", number)
		}
		inBounds := want.IsInt() && want.Sign() > 0 && want.Cmp(big.NewRat(v1.MaxTxnAmt, 1)) <= 0
		got, err := v1.ParsePay([]byte(payWith("txnamt", number)))
		if (err == nil) != inBounds {
			t.Fatalf("%s: %v, want it accepted: %t", number, err, inBounds)
		}
		if err == nil && want.Num().Int64() != got.TxnAmt {
			t.Fatalf("%s is %d fen", number, got.TxnAmt)
		}
	})
}
