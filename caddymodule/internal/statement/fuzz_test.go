package statement

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzReader: whatever a file has, it is read or refused with the place; what is read
// is whole, and no amount is negative.
func FuzzReader(f *testing.F) {
	for _, seed := range []string{
		weChat, aliPay, "订单号,金额\n1,1\n", "\xff\xfe1\x00,\x00", "订单号\t金额(分)\n=\"1\"\t-1\n", "订单号,金额\n\"1,1\n", "\xb6\xa9\xb5\xa5\xba\xc5,\xbd\xf0\xb6\xee\n1,1\n",
		"订单号,金额,状态,时间\n1,(1.00),退款,46348.5\n", "订单号,金额\n1,1,1\n合计,1\n", "PK\x03\x04",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		rows, err := read(text, Options{})
		var place *PositionError
		if err != nil && errors.As(err, &place) && place.Line < 0 {
			t.Errorf("%v: line %d", err, place.Line)
		}
		for _, row := range rows {
			switch {
			case row.Number == "" || len(row.Number) > maxNumber || !utf8.ValidString(row.Number) || clean(row.Number) == "":
				t.Errorf("number %q", row.Number)
			case row.Fen < 0 || row.RefundFen < 0 || !row.Pays && !row.Refunds:
				t.Errorf("%+v", row)
			case row.State != Succeeded && row.State != Processing && row.State != Failed:
				t.Errorf("state %q", row.State)
			case row.Refunds == (row.RefundState == "") || row.Refunds && !row.Pays && row.State != row.RefundState:
				t.Errorf("state of the refund %q: %+v", row.RefundState, row)
			}
		}
	})
}

// FuzzAmount: an amount that is taken says the same when it is written again.
func FuzzAmount(f *testing.F) {
	for _, seed := range []string{"1", "19.99", "-1,000.00", "(5)", "￥3元", "1e3", ".5", "0.001", "9999999999999.99", "1,00", "--1"} {
		f.Add(seed, true)
	}
	f.Fuzz(func(t *testing.T, text string, yuan bool) {
		unit := map[bool]Unit{true: Yuan, false: Fen}[yuan]
		fen, negative, err := amount(text, unit)
		if err != nil {
			return
		}
		if fen < 0 || negative && fen == 0 || strings.Trim(text, "0123456789") == "" && negative {
			t.Errorf("%q: %d, %t", text, fen, negative)
		}
	})
}
