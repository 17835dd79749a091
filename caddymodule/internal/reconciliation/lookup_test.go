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

// TestSameNumberOfOthers: a line of another merchant that has the number of an order of the
// one that is meant neither doubles that order's nor stands for it.
func TestSameNumberOfOthers(t *testing.T) {
	t.Parallel()
	mine := settled(1, hour)
	mine.MerID = "A"
	yuan := translate.FormatYuan(mine.AmountFen)
	lineOf := func(merID string) string { return fmt.Sprintf("%s,%s,支付,%s,成功\n", mine.OrderID, merID, yuan) }
	for name, c := range map[string]struct {
		lines   string
		matched int
		missing int
	}{
		"beside its own": {lineOf("A") + lineOf("B"), 1, 0},
		"alone":          {lineOf("B"), 0, 1},
	} {
		r := reconcile(t, &fakeBook{orders: []api.Settlement{mine}}, func(j *Job) {
			j.MerID, j.Others, j.Number = "A", map[string]bool{"B": true}, ByOrderID
		}, "订单号,商户号,类型,金额,状态\n"+c.lines)
		if r.Matched != c.matched || r.Counts[MissingThere] != c.missing || len(r.Counts) != c.missing || r.Outside != 1 {
			t.Errorf("%s: %d agree, %d left out, %v", name, r.Matched, r.Outside, r.Counts)
		}
	}
}

// TestOtherNumbers: lines name orders by another number than most do, and more of them
// than are looked up at once. None of those orders is missing.
func TestOtherNumbers(t *testing.T) {
	t.Parallel()
	var orders []api.Settlement
	var lines []string
	for i := range 3 * api.MaxNumbers {
		s := refunded(settled(i, hour), 2*hour)
		yuan := translate.FormatYuan(s.AmountFen)
		number := s.OrderNo
		if i%3 == 0 {
			number = s.QueryID
		}
		orders = append(orders, s)
		lines = append(lines, number+" pay "+yuan+" 成功 1h", s.RefundNo+" 退款 -"+yuan+" 成功 2h")
	}
	r := reconcile(t, &fakeBook{orders: orders}, nil, csvOf(lines...))
	if r.Number != ByOrderNo || r.Differs() || r.Doubts() || r.Matched != len(lines) {
		t.Errorf("by %s: %v, %d of %d agree", r.Number, r.Counts, r.Matched, len(lines))
	}
	if m := r.Merchants[0]; m.Here != m.There {
		t.Errorf("here %+v, there %+v", m.Here, m.There)
	}
}

// TestTwoOtherNumbers: the payment and the refund of an order are named by two numbers,
// neither of which is the one that most lines have.
func TestTwoOtherNumbers(t *testing.T) {
	t.Parallel()
	orders := []api.Settlement{refunded(settled(1, hour), 2*hour), settled(2, hour), settled(3, hour)}
	r := reconcile(t, &fakeBook{orders: orders}, nil,
		csvOf("N002 pay 1.02 成功 1h", "N003 pay 1.03 成功 1h", "H001 pay 1.01 成功 1h", "RN001 退款 -1.01 成功 2h"))
	if got := told(r); got != nil || r.Number != ByOrderNo || r.Matched != 4 {
		t.Errorf("by %s: %q, %d agree", r.Number, got, r.Matched)
	}
}

// TestUnreadable: a line whose order cannot be read is left out with it, among as many
// others as are looked up at once.
func TestUnreadable(t *testing.T) {
	t.Parallel()
	lost, other := refunded(settled(1, hour), 2*hour), settled(2, hour)
	other.MerID = "B"
	book := &fakeBook{orders: []api.Settlement{lost, other, settled(3, hour)}, damaged: []string{lost.OrderID, other.OrderID}}
	lines := []string{"N001 pay 1.01 成功 1h", "RN001 退款 -1.01 成功 2h", "N003 pay 1.03 成功 1h"}
	for i := range api.MaxNumbers {
		lines = append(lines, fmt.Sprintf("X%03d pay 1.00 失败 1h", i))
	}
	r := reconcile(t, book, nil, csvOf(append(lines, "N002 pay 1.02 成功 1h")...))
	if got := told(r); got != nil || !r.Doubts() || len(r.Unreadable) != 2 || r.Matched != 1 {
		t.Errorf("%q, %d agree, left out: %+v", got, r.Matched, r.Unreadable)
	}
	r = reconcile(t, book, nil, csvOf("N001 pay 1.01 成功 1h", "X001 pay 1.00 成功 1h"))
	if got := told(r); !slices.Equal(got, []string{"missing_there T003", "missing_here 0.csv:3 100"}) {
		t.Errorf("with one that the ledger does not have: %q", got)
	}
	earlier := settled(2, -50*hour)
	earlier.MerID = "B"
	r = reconcile(t, &fakeBook{orders: []api.Settlement{earlier}, damaged: book.damaged}, func(j *Job) { j.MerID = "A" }, csvOf("N002 pay 1.02 成功 1h"))
	if got := told(r); got != nil || r.Outside != 1 || len(r.Unreadable) > 0 {
		t.Errorf("of another merchant: %q, %d of others, left out: %+v", got, r.Outside, r.Unreadable)
	}
}
