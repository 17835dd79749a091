package reconciliation

import (
	"fmt"
	"slices"
	"testing"

	"github.com/paybridge/paybridge/caddymodule/internal/api"
	"github.com/paybridge/paybridge/translate"
)

// TestNumbers: the ledger is asked which of an order's numbers the statement has.
func TestNumbers(t *testing.T) {
	t.Parallel()
	var orders []api.Settlement
	for i := range 500 {
		orders = append(orders, settled(i, hour))
	}
	for _, kind := range NumberKinds() {
		var lines []string
		for _, s := range orders {
			lines = append(lines, fmt.Sprintf("%s pay %s 成功 1h", kind.of(s), translate.FormatYuan(s.AmountFen)))
		}
		book := &fakeBook{orders: orders}
		r := reconcile(t, book, func(j *Job) {
			if kind == ByGatewayNo { // by which nothing is found
				j.Number = kind
			}
		}, csvOf(lines...))
		if r.Differs() || r.Number != kind || r.Matched != len(orders) || book.asked > sampleSize {
			t.Errorf("%s: by %s, %d agree, %d asked, %v", kind, r.Number, r.Matched, book.asked, r.Counts)
		}
	}
}

// TestLongNumbers: numbers of another system, longer than any of ours, are looked up
// nowhere.
func TestLongNumbers(t *testing.T) {
	t.Parallel()
	var lines []string
	for i := range 2 * api.MaxNumbers {
		lines = append(lines, fmt.Sprintf("%064d pay 1.00 成功 1h", i))
	}
	if r := reconcile(t, &fakeBook{}, nil, csvOf(lines...)); r.Counts[MissingHere] != len(lines) {
		t.Errorf("%v, want %d missing", r.Counts, len(lines))
	}
}

// TestUnknownLinesOfOthers: where one merchant is meant, a line that names no order is
// left out when it says that it is another's, and only then.
func TestUnknownLinesOfOthers(t *testing.T) {
	t.Parallel()
	lines := "订单号,商户号,类型,金额,状态\nN1,B,支付,1.00,成功\nN2,H,退款,-1.00,成功\nN3,A,支付,1.00,成功\nN4,G,支付,1.00,成功\nN5,8839,支付,1.00,成功\nN6,,支付,1.00,成功\n"
	r := reconcile(t, &fakeBook{}, func(j *Job) { j.MerID, j.Others = "A", map[string]bool{"B": true, "H": true} }, lines)
	want := []string{"missing_here 0.csv:4 100", "missing_here 0.csv:5 100", "missing_here 0.csv:6 100", "missing_here 0.csv:7 100"}
	if got := told(r); !slices.Equal(got, want) || r.Outside != 2 {
		t.Errorf("%q and %d left out, want %q and 2", got, r.Outside, want)
	}
	if r := reconcile(t, &fakeBook{}, nil, lines); r.Counts[MissingHere] != 5 || r.Counts[RefundMissingHere] != 1 {
		t.Errorf("of all merchants: %v", r.Counts)
	}
}
