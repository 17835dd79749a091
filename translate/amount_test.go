package translate

import (
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// maxFen is the greatest amount that ParseYuan reads, in fen.
const maxFen = 999_999_999_999_999

func TestYuan(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		fen  int64
		yuan string
	}{
		{0, "0.00"}, {1, "0.01"}, {10, "0.10"}, {99, "0.99"}, {100, "1.00"}, {1999, "19.99"},
		{123456789, "1234567.89"}, {maxFen, "9999999999999.99"}, {-1, "-0.01"}, {-1999, "-19.99"},
	} {
		if got := FormatYuan(c.fen); got != c.yuan {
			t.Errorf("%d fen: %q, want %q", c.fen, got, c.yuan)
		}
	}
}

func TestFen(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		yuan string
		fen  int64
	}{
		{"0.01", 1}, {"0", 0}, {"0.00", 0}, {"1", 100}, {"1.5", 150}, {"12.30", 1230}, {"19.99", 1999},
		{"1.000", 100}, {"19.9900000000", 1999}, {"0001.10", 110}, {"9999999999999.99", maxFen},
	} {
		t.Run(c.yuan, func(t *testing.T) {
			t.Parallel()
			if got, err := ParseYuan(c.yuan); err != nil || got != c.fen {
				t.Errorf("%d, %v; want %d", got, err, c.fen)
			}
		})
	}
}

func TestFenRefuses(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"nothing": "", "a dot": ".", "no whole part": ".5", "no fraction": "1.", "two dots": "1.2.3",
		"part of a fen": "0.001", "nearly a fen": "0.009999", "a sign": "+1", "negative": "-1", "negative zero": "-0.00",
		"sign in the fraction": "1.-1", "exponent": "1e2", "exponent in the fraction": "1.0e2", "separator": "1,000.00",
		"blank before": " 1", "blank after": "1 ", "line break": "1\n", "hexadecimal": "0x10", "underscore": "1_0",
		"words": "NaN", "infinity": "Inf", "currency": "¥1", "wide digits": "１", "NUL": "1\x00",
		"too long": "10000000000000", "beyond int64": "92233720368547758.08", "endless": strings.Repeat("9", 10_000),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := ParseYuan(text)
			if err == nil || got != 0 {
				t.Fatalf("%d, %v; want a refusal", got, err)
			}
			if len(err.Error()) > 160 {
				t.Errorf("the refusal repeats the text: %d bytes", len(err.Error()))
			}
		})
	}
}

func TestFenUndoesYuan(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		fen := rapid.Int64Range(0, maxFen).Draw(t, "fen")
		if got, err := ParseYuan(FormatYuan(fen)); err != nil || got != fen {
			t.Fatalf("%d became %q became %d, %v", fen, FormatYuan(fen), got, err)
		}
	})
}

// TestFenIsExact reads decimal texts of every shape and compares with exact
// arithmetic, accepted or not.
func TestFenIsExact(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[0-9]{1,15}(\.[0-9]{1,4}0{0,3})?`).Draw(t, "text")
		got, err := ParseYuan(text)
		fen, whole := exactFen(text)
		within := len(strings.SplitN(text, ".", 2)[0]) <= maxYuanDigits
		if (err == nil) != (whole && within) {
			t.Fatalf("%q: %v, though it is a whole number of fen: %v, and of usual length: %v", text, err, whole, within)
		}
		if err == nil && fen.Cmp(big.NewInt(got)) != 0 {
			t.Fatalf("%q: %d fen, want %s", text, got, fen)
		}
	})
}

// exactFen is a hundred times a decimal text, if that is a whole number.
func exactFen(text string) (fen *big.Int, whole bool) {
	value, ok := new(big.Rat).SetString(text)
	if !ok {
		return nil, false
	}
	value.Mul(value, big.NewRat(100, 1))
	return value.Num(), value.IsInt()
}

// FuzzFen asks that what is accepted has exactly the value of its text and is
// neither negative nor changed by writing it again.
func FuzzFen(f *testing.F) {
	for _, text := range []string{"0.01", "1", "1.50", "19.9900", "1e2", "-1", ".5", "1.", "9999999999999.99", "１"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := ParseYuan(text)
		if err != nil {
			return
		}
		if strings.Trim(text, "0123456789.") != "" {
			t.Fatalf("%q accepted", text)
		}
		if fen, whole := exactFen(text); !whole || fen.Cmp(big.NewInt(got)) != 0 {
			t.Fatalf("%q read as %d fen", text, got)
		}
		if again, err := ParseYuan(FormatYuan(got)); err != nil || again != got || got < 0 {
			t.Fatalf("%q: %d, then %d, %v", text, got, again, err)
		}
	})
}
