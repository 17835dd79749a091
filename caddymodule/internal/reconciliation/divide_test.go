package reconciliation

import (
	"slices"
	"testing"

	"github.com/paybridge/paybridge/caddymodule/internal/api"
	"github.com/paybridge/paybridge/translate"
)

// TestSameNumbers: two merchants have the same order number, and the statement goes by
// it.
func TestSameNumbers(t *testing.T) {
	t.Parallel()
	one, other := settled(1, hour), settled(2, hour)
	other.MerID, other.OrderID = "B", one.OrderID
	book := &fakeBook{orders: []api.Settlement{one, other}}
	byOrderID := func(j *Job) { j.Number = ByOrderID }
	if got := told(reconcile(t, book, byOrderID, csvOf("T001 pay 1.02 成功 1h", "T001 pay 1.01 成功 1h"))); got != nil {
		t.Errorf("%q", got)
	}
	if got := told(reconcile(t, book, byOrderID, csvOf("T001 pay 1.02 成功 1h"))); !slices.Equal(got, []string{"missing_there T001"}) {
		t.Errorf("%q", got)
	}
}

// TestSameNumbersAndAmounts: two merchants have the same order number and amount, and
// nothing tells whose a line is. Each has one of each kind.
func TestSameNumbersAndAmounts(t *testing.T) {
	t.Parallel()
	of := func(merID string, s api.Settlement) api.Settlement {
		s.MerID, s.OrderNo, s.QueryID, s.RefundNo = merID, merID+s.OrderNo, merID+s.QueryID, ""
		return s
	}
	paid, back := settled(1, hour), refunded(settled(1, hour), 2*hour)
	const pay, failed, refund = "T001 pay 1.01 成功 1h", "T001 pay 1.01 失败 1h", "T001 退款 -1.01 成功 2h"
	for name, c := range map[string]struct {
		a, b  api.Settlement
		lines []string
		want  []string
	}{
		"both paid":                     {paid, paid, []string{pay, pay}, nil},
		"one paid more than once":       {paid, paid, []string{pay, pay, pay}, []string{"duplicate T001 0.csv:4 101"}},
		"one not there":                 {paid, paid, []string{pay}, []string{"missing_there T001"}},
		"an attempt that failed":        {paid, paid, []string{pay, failed, pay}, nil},
		"both given back":               {back, back, []string{pay, refund, pay, refund}, nil},
		"one given back":                {paid, back, []string{pay, pay, refund}, nil},
		"the other given back":          {back, paid, []string{pay, pay, refund}, nil},
		"paid, and an earlier refunded": {refunded(settled(1, -50*hour), 2*hour), paid, []string{pay, refund}, nil},
		"earlier days":                  {settled(1, -50*hour), refunded(settled(1, -50*hour), -49*hour), []string{"T001 退款 -1.01 成功 1h"}, nil},
	} {
		book := &fakeBook{orders: []api.Settlement{of("A", c.a), of("B", c.b)}}
		r := reconcile(t, book, func(j *Job) { j.Number = ByOrderID }, csvOf(c.lines...))
		if got := told(r); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// TestOtherMerchantsLine: a line that says itself whose it is stands for no order of
// another merchant, whatever its number.
func TestOtherMerchantsLine(t *testing.T) {
	t.Parallel()
	const columns = "订单号,商户号,金额,时间\n"
	line := func(merchant string) string { return "T001," + merchant + ",1.01,2026-11-22 01:00:00\n" }
	known := func(j *Job) {
		j.Number, j.Known = ByOrderID, map[string]bool{"A": true, "G": true, "B": true, "GB": true}
	}
	one, pending := settled(1, hour), unpaid(1, translate.Pending)
	pending.MerID, pending.GatewayMerchant, pending.OrderNo, pending.QueryID = "B", "GB", "N900", "H900"
	for name, c := range map[string]struct {
		orders []api.Settlement
		lines  string
		want   []string
	}{
		"of the other, which waits for it": {[]api.Settlement{one, pending}, line("B"), []string{"missing_there T001", "state T001 0.csv:2 101"}},
		"by its v2 number":                 {[]api.Settlement{one, pending}, line("GB"), []string{"missing_there T001", "state T001 0.csv:2 101"}},
		"of both":                          {[]api.Settlement{one, pending}, line("A") + line("B"), []string{"state T001 0.csv:3 101"}},
		"of the other, unknown":            {[]api.Settlement{one}, line("A") + line("B"), []string{"missing_here 0.csv:3 101"}},
		"of nobody who is configured":      {[]api.Settlement{one}, line("X"), nil},
	} {
		r := reconcile(t, &fakeBook{orders: c.orders}, known, columns+c.lines)
		if got := told(r); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	r := reconcile(t, &fakeBook{orders: []api.Settlement{one}, damaged: []string{"T001"}}, known, columns+line("G"))
	if got := told(r); got != nil || len(r.Unreadable) != 1 {
		t.Errorf("of an order that cannot be read: %q, %v", got, r.Unreadable)
	}
}
