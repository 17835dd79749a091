package reconciliation

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/api"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/statement"
	"github.com/paybridge/paybridge/translate"
)

// midnight begins the day of these tests, in Beijing.
var midnight = time.Date(2026, 11, 22, 0, 0, 0, 0, translate.Beijing)

// fakeBook is a ledger in memory. Its pages are short.
type fakeBook struct {
	orders []api.Settlement
	asked  int // numbers that were looked up
}

func (b *fakeBook) Turnover(_ context.Context, m ledger.Movement, from, to time.Time, after string) (list api.SettlementList, err error) {
	skip := 0
	if after != "" {
		if _, err := fmt.Sscan(after, &skip); err != nil {
			return list, err
		}
	}
	for _, s := range b.orders[skip:] {
		skip++
		at := s.PaidAt
		if m == ledger.Refund {
			at = time.Time{}
			if s.State == translate.Refunded {
				at = s.SettledAt
			}
		}
		if at.IsZero() || at.Before(from) || !at.Before(to) {
			continue
		}
		if list.Items = append(list.Items, s); len(list.Items) == 3 {
			list.Next = fmt.Sprint(skip)
			return list, nil
		}
	}
	return list, nil
}

func (b *fakeBook) Find(_ context.Context, numbers []string) (list api.SettlementList, err error) {
	if len(numbers) > api.MaxNumbers {
		return list, fmt.Errorf("%d numbers", len(numbers))
	}
	const maxQuery = 8 << 10 // of the API
	if query := len("?number=" + strings.Join(numbers, "&number=")); query > maxQuery {
		return list, fmt.Errorf("a query of %d bytes", query)
	}
	b.asked += len(numbers)
	for _, s := range b.orders {
		if slices.ContainsFunc([]string{s.OrderNo, s.QueryID, s.OrderID, s.RefundNo}, func(n string) bool {
			return n != "" && slices.Contains(numbers, n)
		}) {
			list.Items = append(list.Items, s)
		}
	}
	return list, nil
}

// settled is an order that was paid at a time of the day.
func settled(i int, at time.Duration) api.Settlement {
	s := unpaid(i, translate.Paid)
	s.CreatedAt, s.PaidAt = midnight.Add(at-time.Minute), midnight.Add(at)
	s.SettledAt = s.PaidAt
	return s
}

func unpaid(i int, state translate.State) api.Settlement {
	return api.Settlement{
		MerID: "A", OrderID: fmt.Sprintf("T%03d", i), QueryID: fmt.Sprintf("H%03d", i), OrderNo: fmt.Sprintf("N%03d", i),
		GatewayMerchant: "G", GatewayNo: fmt.Sprintf("GW%03d", i), AmountFen: int64(100 + i), State: state, CreatedAt: midnight.Add(time.Hour),
	}
}

func refunded(s api.Settlement, at time.Duration) api.Settlement {
	s.State, s.SettledAt, s.RefundNo = translate.Refunded, midnight.Add(at), "R"+s.OrderNo
	return s
}

func inState(s api.Settlement, state translate.State) api.Settlement {
	s.State = state
	return s
}

// csv is a statement whose lines are number, kind, yuan, state and hour of the day.
func csvOf(lines ...string) string {
	var b strings.Builder
	b.WriteString("订单号,类型,金额,状态,时间\n")
	for _, line := range lines {
		cells := strings.Fields(line)
		hours, err := time.ParseDuration(cells[4])
		if err != nil {
			panic(err)
		}
		cells[4] = midnight.Add(hours).Format(time.DateTime)
		b.WriteString(strings.Join(cells, ",") + "\n")
	}
	return b.String()
}

func reconcile(t *testing.T, book Book, change func(*Job), statements ...string) *Report {
	t.Helper()
	job := Job{
		Book: book, From: midnight, To: midnight.AddDate(0, 0, 1), Edge: 10 * time.Minute, Dir: t.TempDir(),
		Open: func(i int) (Source, error) {
			return statement.New(io.NopCloser(strings.NewReader(statements[i])), statement.Options{})
		},
	}
	for i := range statements {
		job.Files = append(job.Files, fmt.Sprintf("%d.csv", i))
	}
	if change != nil {
		change(&job)
	}
	report, err := Run(t.Context(), job)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// told are the differences of a report in a few words.
func told(r *Report) (list []string) {
	for _, d := range r.Differences {
		text := string(d.Kind)
		if d.Here != nil {
			text += " " + d.Here.OrderID
		}
		if d.There != nil {
			text += fmt.Sprintf(" %s:%d %d", d.There.File, d.There.Line, d.There.Fen)
		}
		list = append(list, text)
	}
	return list
}

const hour = time.Hour

func TestRun(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		orders []api.Settlement
		lines  []string
		want   []string
	}{
		{"all agree", []api.Settlement{settled(1, hour), settled(2, 2*hour), refunded(settled(3, 3*hour), 4*hour)}, []string{
			"N001 pay 1.01 成功 1h", "N002 pay 1.02 成功 2h", "N003 pay 1.03 成功 3h", "N003 退款 -1.03 成功 4h",
		}, nil},
		{"here and not there", []api.Settlement{settled(1, hour)}, nil, []string{"missing_there T001"}},
		{"there and not here", nil, []string{"N001 pay 1.01 成功 1h"}, []string{"missing_here 0.csv:2 101"}},
		{"other amount", []api.Settlement{settled(1, hour)}, []string{"N001 pay 1.02 成功 1h"}, []string{"amount T001 0.csv:2 102"}},
		{"paid there, pending here", []api.Settlement{unpaid(1, translate.Pending)}, []string{"N001 pay 1.01 成功 1h"}, []string{"state T001 0.csv:2 101"}},
		{"paid there, closed here", []api.Settlement{unpaid(1, translate.Closed)}, []string{"N001 pay 1.01 成功 1h"}, []string{"state T001 0.csv:2 101"}},
		{"failed there, paid here", []api.Settlement{settled(1, hour)}, []string{"N001 pay 1.01 失败 1h"}, []string{"state T001 0.csv:2 101"}},
		{"failed on both sides", []api.Settlement{unpaid(1, translate.Failed)}, []string{"N001 pay 1.01 失败 1h"}, nil},
		{"failed there, unknown here", nil, []string{"N001 pay 1.01 失败 1h"}, nil},
		{"twice there", []api.Settlement{settled(1, hour)}, []string{"N001 pay 1.01 成功 1h", "N001 pay 1.01 成功 2h"}, []string{"duplicate T001 0.csv:3 101"}},
		{"refund not there", []api.Settlement{refunded(settled(1, hour), 2*hour)}, []string{"N001 pay 1.01 成功 1h"}, []string{"refund_missing_there T001"}},
		{"refund not here", []api.Settlement{settled(1, hour)}, []string{"N001 pay 1.01 成功 1h", "N001 退款 -1.01 成功 2h"}, []string{"refund_missing_here T001 0.csv:3 101"}},
		{"part refunded there", []api.Settlement{refunded(settled(1, hour), 2*hour)}, []string{"N001 pay 1.01 成功 1h", "N001 退款 -0.50 成功 2h"}, []string{"refund_amount T001 0.csv:3 50"}},
		{"refunded in two parts", []api.Settlement{refunded(settled(1, hour), 2*hour)}, []string{"N001 pay 1.01 成功 1h", "N001 退款 -0.50 成功 2h", "N001 退款 -0.51 成功 2h"}, nil},
		{"refund under way there", []api.Settlement{refunded(settled(1, hour), 2*hour)}, []string{"N001 pay 1.01 成功 1h", "N001 退款 -1.01 处理中 2h"}, []string{"refund_missing_there T001 0.csv:3 101"}},
		{"refund of an order that is unknown", nil, []string{"N001 退款 -1.01 成功 2h"}, []string{"refund_missing_here 0.csv:2 101"}},
		{"order of earlier days refunded", []api.Settlement{refunded(settled(1, -50*hour), 2*hour)}, []string{"N001 退款 -1.01 成功 2h"}, nil},
		{"a refund by its own number", []api.Settlement{refunded(settled(1, hour), 2*hour)}, []string{"N001 pay 1.01 成功 1h", "RN001 退款 -1.01 成功 2h"}, nil},
		{"a refund without its payment", []api.Settlement{refunded(settled(1, hour), 2*hour)}, []string{"N001 退款 -1.01 成功 2h"}, []string{"missing_there T001"}},
		{"refunded twice there", []api.Settlement{refunded(settled(1, hour), 2*hour)}, []string{"N001 pay 1.01 成功 1h", "N001 退款 -1.01 成功 2h", "N001 退款 -1.01 成功 3h"}, []string{"refund_amount T001 0.csv:3 202"}},
		{"part refunded there, paid here", []api.Settlement{settled(1, hour)}, []string{"N001 pay 1.01 成功 1h", "N001 退款 -0.50 成功 2h"}, []string{"refund_missing_here T001 0.csv:3 50"}},
		{"refunded there, failed here", []api.Settlement{inState(settled(1, hour), translate.RefundFailed)}, []string{"N001 pay 1.01 成功 1h", "N001 退款 -1.01 成功 2h"}, []string{"refund_missing_here T001 0.csv:3 101"}},
		{"refunded there, under way here", []api.Settlement{inState(settled(1, hour), translate.Refunding)}, []string{"N001 pay 1.01 成功 1h", "N001 退款 -1.01 成功 2h"}, []string{"refund_missing_here T001 0.csv:3 101"}},
		{"refund failed there, paid here", []api.Settlement{settled(1, hour)}, []string{"N001 pay 1.01 成功 1h", "N001 退款 -1.01 退款失败 2h"}, nil},
		{"refund failed there, refunded here", []api.Settlement{refunded(settled(1, hour), 2*hour)}, []string{"N001 pay 1.01 成功 1h", "N001 退款 -1.01 退款失败 2h"}, []string{"refund_missing_there T001 0.csv:3 101"}},
		{"refund in the statement of the day before", []api.Settlement{refunded(settled(1, -2*hour), time.Second)}, nil, []string{"refund_earlier T001"}},
		{"refund of an earlier payment, in a statement since then", []api.Settlement{refunded(settled(1, -50*hour), 12*hour)}, nil, []string{"refund_earlier T001"}},
		{"one list entry, refund under way", []api.Settlement{inState(settled(1, hour), translate.Refunding)}, []string{"N001 pay 1.01 退款中 1h"}, nil},
		{"one list entry, refund failed on both sides", []api.Settlement{inState(settled(1, hour), translate.RefundFailed)}, []string{"N001 pay 1.01 退款失败 1h"}, nil},
		{"one list entry, refund failed there", []api.Settlement{refunded(settled(1, hour), 2*hour)}, []string{"N001 pay 1.01 退款失败 1h"}, []string{"refund_missing_there T001 0.csv:2 101"}},
		{"one list entry, refund under way there, unknown here", nil, []string{"N001 pay 1.01 退款中 1h"}, []string{"missing_here 0.csv:2 101"}},
		{"refund in the statement of the next day", []api.Settlement{refunded(settled(1, hour), 24*hour-time.Second)}, []string{"N001 pay 1.01 成功 1h"}, []string{"edge T001"}},
		{"one list entry, refunded days later", []api.Settlement{refunded(settled(1, hour), 50*hour)}, []string{"N001 pay 1.01 已退款 1h"}, nil},
		{"one list entry, not refunded here", []api.Settlement{settled(1, hour)}, []string{"N001 pay 1.01 已退款 1h"}, []string{"refund_missing_here T001 0.csv:2 101"}},
		{"one list entry for payment and refund", []api.Settlement{refunded(settled(1, hour), 2*hour)}, []string{"N001 pay 1.01 已退款 1h"}, nil},
		{"paid late the day before by our clock", []api.Settlement{settled(1, -time.Second)}, []string{"N001 pay 1.01 成功 1s"}, nil},
		{"paid early next day by our clock", []api.Settlement{settled(1, 24*hour)}, []string{"N001 pay 1.01 成功 23h59m59s"}, nil},
		{"a second before the end", []api.Settlement{settled(1, 24*hour-time.Second)}, nil, []string{"edge T001"}},
		{"a second after the beginning", []api.Settlement{settled(1, time.Second)}, nil, []string{"edge T001"}},
		{"lines of other days", []api.Settlement{settled(1, hour)}, []string{"N001 pay 1.01 成功 1h", "N777 pay 1.00 成功 25h", "N778 退款 -1.00 成功 -1h"}, nil},
		{"another number in some lines", []api.Settlement{settled(1, hour), settled(2, hour), settled(3, hour)}, []string{"N001 pay 1.01 成功 1h", "N002 pay 1.02 成功 1h", "H003 pay 1.03 成功 1h"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := reconcile(t, &fakeBook{orders: c.orders}, nil, csvOf(c.lines...))
			if got := told(r); !slices.Equal(got, c.want) {
				t.Errorf("%q, want %q", got, c.want)
			}
			notes := r.Counts[Edge] + r.Counts[RefundEarlier]
			if r.Differs() != (len(c.want) > notes) || r.Doubts() != (notes > 0) {
				t.Errorf("differs %t, doubts %t: %v", r.Differs(), r.Doubts(), r.Counts)
			}
		})
	}
}

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

// TestStatesOfOneLine: a payment and its refund in one line have a state each.
func TestStatesOfOneLine(t *testing.T) {
	t.Parallel()
	const failed = "订单号,订单金额,交易状态,退款金额,退款状态,时间\nN001,1.01,支付成功,1.01,退款失败,2026-11-22 10:00:00\n"
	for name, c := range map[string]struct {
		here api.Settlement
		want []string
	}{
		"refunded here": {refunded(settled(1, hour), 2*hour), []string{"refund_missing_there T001 0.csv:2 101"}},
		"failed here":   {inState(settled(1, hour), translate.RefundFailed), nil},
		"paid here":     {settled(1, hour), nil},
	} {
		r := reconcile(t, &fakeBook{orders: []api.Settlement{c.here}}, nil, failed)
		if got := told(r); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		if there := r.Merchants[0].There; there != (Sums{Payments: 1, PaidFen: 101}) {
			t.Errorf("%s: there %+v, want the payment alone", name, there)
		}
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
