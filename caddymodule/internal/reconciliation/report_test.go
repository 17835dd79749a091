package reconciliation

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/paybridge/paybridge/caddymodule/internal/api"
)

// TestSums: both sides are summed up by merchant, and nothing of other days.
func TestSums(t *testing.T) {
	t.Parallel()
	b := settled(2, hour)
	b.MerID, b.OrderID = "B", "T001" // a number that another merchant has as well
	book := &fakeBook{orders: []api.Settlement{settled(1, hour), b, refunded(settled(3, hour), 2*hour), settled(4, 30*hour)}}
	r := reconcile(t, book, nil, csvOf("N001 pay 1.01 成功 1h", "N002 pay 1.02 成功 1h", "N003 pay 1.03 成功 1h",
		"N003 退款 -1.03 成功 2h", "N004 pay 1.04 成功 30h", "N9 pay 9.00 成功 1h"))
	want := []MerchantReport{
		{MerID: "", There: Sums{Payments: 1, PaidFen: 900}, Differences: 1},
		{MerID: "A", Here: Sums{2, 204, 1, 103}, There: Sums{2, 204, 1, 103}},
		{MerID: "B", Here: Sums{1, 102, 0, 0}, There: Sums{1, 102, 0, 0}},
	}
	if !slices.Equal(r.Merchants, want) {
		t.Errorf("%+v, want %+v", r.Merchants, want)
	}
}

// TestSumsOfListEntries: a line that tells of a payment and of its refund sums up each
// on its own day. The refund's is that of the ledger: the line has one time only.
func TestSumsOfListEntries(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		order api.Settlement
		there Sums
	}{
		"on the same day": {refunded(settled(1, hour), 2*hour), Sums{1, 101, 1, 101}},
		"days later":      {refunded(settled(1, hour), 50*hour), Sums{1, 101, 0, 0}},
		"not here":        {settled(1, hour), Sums{1, 101, 1, 101}},
	} {
		r := reconcile(t, &fakeBook{orders: []api.Settlement{c.order}}, nil, csvOf("N001 pay 1.01 已退款 1h"))
		if got := r.Merchants[0].There; got != c.there {
			t.Errorf("%s: %+v, want %+v", name, got, c.there)
		}
	}
}

// TestRefundToldTwice: the line of a payment tells of its refund, and a line of the
// refund's own does so once more. It was given back once.
func TestRefundToldTwice(t *testing.T) {
	t.Parallel()
	const columns = "订单号,退款单号,订单金额,退款金额,交易状态,时间\n"
	for name, c := range map[string]struct {
		lines  string
		refund int64
		want   []string
	}{
		"by its kind":       {csvOf("N001 消费 1.01 已退款 1h", "N001 退款 -1.01 成功 2h"), 101, nil},
		"first":             {csvOf("N001 退款 -1.01 成功 2h", "N001 消费 1.01 已退款 1h"), 101, nil},
		"by columns":        {columns + "N001,,1.01,1.01,已退款,2026-11-22 01:00:00\nN001,RN001,1.01,1.01,退款成功,2026-11-22 02:00:00\n", 101, nil},
		"in parts":          {csvOf("N001 消费 1.01 已退款 1h", "N001 退款 -1.00 成功 2h", "N001 退款 -0.01 成功 3h"), 101, nil},
		"failed on its own": {csvOf("N001 消费 1.01 已退款 1h", "N001 退款 -1.01 退款失败 2h"), 101, nil},
		"twice on its own":  {csvOf("N001 消费 1.01 已退款 1h", "N001 退款 -1.01 成功 2h", "N001 退款 -1.01 成功 3h"), 202, []string{"refund_amount T001 0.csv:3 202"}},
		"with the payment":  {csvOf("N001 pay 1.01 成功 1h", "N001 pay 1.01 已退款 2h", "N001 退款 -1.01 成功 3h"), 202, []string{"refund_amount T001 0.csv:3 202"}},
	} {
		r := reconcile(t, &fakeBook{orders: []api.Settlement{refunded(settled(1, hour), 2*hour)}}, nil, c.lines)
		if got := told(r); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		if there := r.Merchants[0].There; there.RefundedFen != c.refund || there.Payments != 1 {
			t.Errorf("%s: there %+v", name, there)
		}
	}
}

// TestJSON: a list of nothing is an array for the programs that read it.
func TestJSON(t *testing.T) {
	t.Parallel()
	text, err := json.Marshal(reconcile(t, &fakeBook{}, nil, csvOf()))
	if err != nil || strings.Contains(string(text), "null") {
		t.Errorf("%s, %v", text, err)
	}
}
