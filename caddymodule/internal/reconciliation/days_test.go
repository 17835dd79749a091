package reconciliation

import (
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/api"
	"github.com/paybridge/paybridge/caddymodule/internal/statement"
	"github.com/paybridge/paybridge/translate"
)

// TestNextDay: what is at midnight is settled by the statements of both days.
func TestNextDay(t *testing.T) {
	t.Parallel()
	book := &fakeBook{orders: []api.Settlement{settled(1, 24*hour-time.Second), settled(2, 24*hour-time.Second)}}
	day, next := csvOf(), csvOf("N001 pay 1.01 成功 24h1s", "N777 pay 5.00 成功 30h")
	if got := told(reconcile(t, book, nil, day)); !slices.Equal(got, []string{"edge T001", "edge T002"}) {
		t.Errorf("one statement: %q", got)
	}
	if got := told(reconcile(t, book, nil, day, next)); !slices.Equal(got, []string{"missing_there T002"}) {
		t.Errorf("both statements: %q", got)
	}
}

// TestStrayLine: a line that only the clocks put into the next day is no statement of that
// day, so an order of the end of the day that is meant may still be in it.
func TestStrayLine(t *testing.T) {
	t.Parallel()
	book := &fakeBook{orders: []api.Settlement{settled(1, 24*hour-time.Second), settled(2, 24*hour+3*time.Second), settled(3, time.Second), settled(4, hour)}}
	for name, c := range map[string]struct {
		lines []string
		want  []string
	}{
		"after the end":        {[]string{"N002 pay 1.02 成功 24h3s"}, []string{"edge T003", "edge T001"}},
		"before the beginning": {[]string{"N7 pay 5.00 失败 -9m"}, []string{"edge T003", "edge T001"}},
		"the next day's":       {[]string{"N7 pay 5.00 失败 24h11m"}, []string{"missing_there T001", "edge T003"}},
		"the day before's":     {[]string{"N7 pay 5.00 失败 -11m"}, []string{"missing_there T003", "edge T001"}},
	} {
		r := reconcile(t, book, nil, csvOf(append(c.lines, "N004 pay 1.04 成功 1h")...))
		if got := told(r); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// TestMidnight: the two clocks differ at midnight by whichever number an order goes.
func TestMidnight(t *testing.T) {
	t.Parallel()
	early, late := settled(1, -time.Second), settled(2, 24*hour)
	back := refunded(settled(3, hour), 24*hour)
	for _, kind := range NumberKinds() {
		r := reconcile(t, &fakeBook{orders: []api.Settlement{early, late, back}}, func(j *Job) { j.Number = kind }, csvOf(
			kind.of(early)+" pay 1.01 成功 1s", kind.of(late)+" pay 1.02 成功 23h59m59s",
			kind.of(back)+" pay 1.03 成功 1h", kind.of(back)+" 退款 -1.03 成功 23h59m59s"))
		want := []MerchantReport{{MerID: "A", Here: Sums{1, 103, 0, 0}, There: Sums{3, 306, 1, 103}}}
		if got := told(r); got != nil || r.Matched != 4 || !slices.Equal(r.Merchants, want) {
			t.Errorf("%s: %q, %d agree, %+v", kind, got, r.Matched, r.Merchants)
		}
	}
}

// TestRefundsOfEarlierPayments: a refund that no statement has since its payment is
// missing. A statement counts it on the day that it was asked for, so those of all days
// are needed for that.
func TestRefundsOfEarlierPayments(t *testing.T) {
	t.Parallel()
	book := &fakeBook{orders: []api.Settlement{refunded(settled(1, -47*hour), 12*hour)}}
	before2, before1, day := csvOf("N001 pay 1.01 成功 -47h"), csvOf("N7 pay 5.00 成功 -20h"), csvOf("N8 pay 5.00 失败 9h")
	for _, c := range []struct {
		statements []string
		want       string
	}{
		{[]string{day}, "refund_earlier T001"},
		{[]string{before2, day}, "refund_earlier T001"}, // the day between may have it
		{[]string{before2, before1, day}, "refund_missing_there T001"},
	} {
		if got := told(reconcile(t, book, nil, c.statements...)); !slices.Equal(got, []string{c.want}) {
			t.Errorf("%d statements: %q, want %s", len(c.statements), got, c.want)
		}
	}
}

// TestDaysAlone: a statement that tells days and no times is of the next day, too.
func TestDaysAlone(t *testing.T) {
	t.Parallel()
	const columns = "订单号,金额,交易日期\n"
	book := &fakeBook{orders: []api.Settlement{settled(1, 24*hour-time.Minute), settled(2, hour)}}
	day, next := columns+"N002,1.02,2026-11-22\n", columns+"N9,1.00,2026-11-23\n"
	for _, c := range []struct {
		statements []string
		want       []string
	}{
		{[]string{day}, []string{"edge T001"}},
		{[]string{day, next}, []string{"missing_there T001"}},
		{[]string{day + "N9,1.00,2026-11-23\n"}, []string{"edge 0.csv:3 100", "edge T001"}}, // a booking of the next day
	} {
		if got := told(reconcile(t, book, nil, c.statements...)); !slices.Equal(got, c.want) {
			t.Errorf("%d statements: %q, want %q", len(c.statements), got, c.want)
		}
	}
}

// TestBesideTheDays: what the ledger does not know at a midnight is told unless the
// statement of its own day is there, which has it.
func TestBesideTheDays(t *testing.T) {
	t.Parallel()
	book := &fakeBook{orders: []api.Settlement{settled(1, hour)}}
	day, next := csvOf("N001 pay 1.01 成功 1h", "N777 pay 5.00 成功 24h1s"), csvOf("N9 pay 5.00 失败 30h")
	if got := told(reconcile(t, book, nil, day)); !slices.Equal(got, []string{"edge 0.csv:3 500"}) {
		t.Errorf("%q", got)
	}
	if got := told(reconcile(t, book, nil, day, next)); got != nil {
		t.Errorf("with the next day's: %q", got)
	}
}

// TestAnotherDay: a statement of another day agrees with nothing of the day that is
// meant, although the ledger has its orders.
func TestAnotherDay(t *testing.T) {
	t.Parallel()
	book := &fakeBook{orders: []api.Settlement{settled(1, 30*hour), refunded(settled(2, 30*hour), 31*hour), unpaid(3, translate.Failed)}}
	r := reconcile(t, book, nil, csvOf("N001 pay 1.01 成功 30h", "N002 pay 1.02 成功 30h", "N002 退款 -1.02 成功 31h", "N003 pay 1.03 失败 30h"))
	if r.Matched != 0 || r.Outside != r.Lines || !r.ComparedNothing() || !r.Doubts() || r.Differs() {
		t.Errorf("%d agree, %d of %d of other days, %v", r.Matched, r.Outside, r.Lines, r.Counts)
	}
	book.orders = append(book.orders, settled(4, hour))
	r = reconcile(t, book, nil, csvOf("N001 pay 1.01 成功 30h", "N004 pay 1.04 成功 1h", "N002 pay 1.02 已退款 30h"))
	if r.Matched != 1 || r.Outside != 2 || r.ComparedNothing() || r.Doubts() || r.Differs() {
		t.Errorf("with one of the day: %d agree, %d of %d of other days, %v", r.Matched, r.Outside, r.Lines, r.Counts)
	}
}

// TestRange: the days are those of the statement, in Beijing, where nobody says.
func TestRange(t *testing.T) {
	t.Parallel()
	noRange := func(j *Job) { j.From, j.To = time.Time{}, time.Time{} }
	r := reconcile(t, &fakeBook{}, noRange, csvOf("N001 pay 1.01 失败 0h", "N002 pay 1.01 失败 47h59m59s"))
	if !r.From.Equal(midnight) || !r.To.Equal(midnight.AddDate(0, 0, 2)) {
		t.Errorf("from %v to %v", r.From, r.To)
	}
	_, err := Run(t.Context(), Job{Book: &fakeBook{}, Dir: t.TempDir(), Files: []string{"a"}, Open: func(int) (Source, error) {
		return statement.New(io.NopCloser(strings.NewReader("订单号,金额\n1,1\n")), statement.Options{})
	}})
	if err == nil || !strings.Contains(err.Error(), "--day") {
		t.Errorf("without times: %v", err)
	}
}
