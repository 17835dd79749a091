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

	damaged []string // order numbers of merchants whose rows cannot be read
}

// put adds an order to a list, or says that it cannot be read.
func (b *fakeBook) put(list *api.SettlementList, s api.Settlement) {
	if slices.Contains(b.damaged, s.OrderID) {
		list.Unreadable = append(list.Unreadable, api.Unreadable{Kind: ledger.OrderRow, MerID: s.MerID, OrderID: s.OrderID, Cause: "amount: negative"})
		return
	}
	list.Items = append(list.Items, s)
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
		if b.put(&list, s); len(list.Items) == 3 {
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
			b.put(&list, s)
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
		{"a refund by its own number, at once, without its payment", []api.Settlement{refunded(settled(1, hour), hour+5*time.Minute)}, []string{"RN001 pay 1.01 成功 1h5m"}, []string{"missing_there T001"}},
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
		{"failed on the day, paid on the next", []api.Settlement{settled(1, 30*hour)}, []string{"N001 pay 1.01 失败 1h"}, nil},
		{"waiting late in the day, paid on the next", []api.Settlement{settled(1, 30*hour)}, []string{"N001 pay 1.01 待支付 23h59m"}, nil},
		{"failed on the day, paid just after it", []api.Settlement{settled(1, 24*hour+time.Second)}, []string{"N001 pay 1.01 失败 23h59m"}, nil},
		{"failed first there, and paid on the day here", []api.Settlement{settled(1, 2*hour)}, []string{"H001 pay 1.01 失败 1h"}, []string{"state T001 0.csv:2 101"}},
		{"refund under way on the day, done on the next", []api.Settlement{refunded(settled(1, hour), 30*hour)}, []string{"N001 pay 1.01 成功 1h", "N001 退款 -1.01 处理中 2h"}, nil},
		{"one list entry, refund failed on the day, done on the next", []api.Settlement{refunded(settled(1, hour), 30*hour)}, []string{"N001 pay 1.01 退款失败 1h"}, nil},
		{"of another day's start, and of nobody here", []api.Settlement{settled(1, hour)}, []string{"N001 pay 1.01 成功 1h", "N777 pay 5.00 成功 -1s", "N778 退款 -6.00 成功 24h1s", "N779 pay 7.00 失败 -2s"}, []string{"edge 0.csv:3 500", "edge 0.csv:4 600"}},
		{"part refunded there, nobody says how much", []api.Settlement{settled(1, hour)}, []string{"N001 pay 1.01 部分退款 1h"}, []string{"refund_missing_here T001 0.csv:2 0"}},
		{"part refunded there, refunded here", []api.Settlement{refunded(settled(1, hour), 2*hour)}, []string{"N001 pay 1.01 部分退款 1h"}, []string{"refund_missing_there T001"}},
		{"part refunded there, and a line says how much", []api.Settlement{settled(1, hour)}, []string{"N001 pay 1.01 部分退款 1h", "N001 退款 -0.50 成功 2h"}, []string{"refund_missing_here T001 0.csv:3 50"}},
		{"refund asked for on an earlier day, done here", []api.Settlement{refunded(settled(1, -20*hour), 2*hour)}, []string{"N001 pay 1.01 成功 -20h", "N001 退款 -1.01 处理中 -19h"}, nil},
		{"refund asked for on an earlier day, failed since", []api.Settlement{refunded(settled(1, -20*hour), 2*hour)}, []string{"N001 pay 1.01 成功 -20h", "N001 退款 -1.01 处理中 -19h", "N001 退款 -1.01 退款失败 2h"}, []string{"refund_missing_there T001 0.csv:3 101"}},
		{"part of a refund asked for on an earlier day", []api.Settlement{refunded(settled(1, -20*hour), 2*hour)}, []string{"N001 pay 1.01 成功 -20h", "N001 退款 -0.50 处理中 -19h"}, []string{"refund_missing_there T001 0.csv:3 50"}},
		{"refund alone by its state, of an earlier payment", []api.Settlement{refunded(settled(1, -20*hour), 2*hour)}, []string{"N001 消费 1.01 退款成功 2h"}, nil},
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

// TestPaymentWithRefundNumber: a line may tell of a payment, and by number and amount of
// its refund.
func TestPaymentWithRefundNumber(t *testing.T) {
	t.Parallel()
	const columns = "订单号,订单金额,订单状态,退款单号,退款金额,退款状态,时间\n"
	const (
		both   = columns + "N001,1.01,支付成功,RN001,1.01,,2026-11-22 01:00:00\n"
		failed = columns + "N001,1.01,支付成功,RN001,1.01,退款失败,2026-11-22 01:00:00\n"
		later  = columns + "N001,1.01,支付成功,RN001,1.01,,2026-11-22 02:00:00\n"
		parts  = columns + "N001,1.01,支付成功,R1,0.50,,2026-11-22 02:00:00\nN001,1.01,支付成功,R2,0.51,,2026-11-22 02:00:00\n"
		second = columns + "N001,1.01,支付成功,R1,1.01,退款失败,2026-11-22 02:00:00\nN001,1.01,支付成功,R2,1.01,退款成功,2026-11-22 03:00:00\n"
	)
	earlier := []api.Settlement{refunded(settled(1, -50*hour), 3*hour)}
	for name, c := range map[string]struct {
		here  []api.Settlement
		lines string
		want  []string
	}{
		"refunded here":                  {[]api.Settlement{refunded(settled(1, hour), 2*hour)}, both, nil},
		"the refund's row alone":         {[]api.Settlement{refunded(settled(1, hour), 2*hour)}, later, []string{"missing_there T001"}},
		"pending here":                   {[]api.Settlement{unpaid(1, translate.Pending)}, failed, []string{"state T001 0.csv:2 101"}},
		"unknown here":                   {nil, failed, []string{"missing_here 0.csv:2 101"}},
		"unknown here, refunded":         {nil, both, []string{"refund_missing_here 0.csv:2 101"}},
		"failed on both sides":           {[]api.Settlement{inState(settled(1, hour), translate.RefundFailed)}, failed, nil},
		"the payment has a line too":     {[]api.Settlement{refunded(settled(1, hour), 2*hour)}, both + "N001,1.01,支付成功,,,,2026-11-22 01:00:00\n", nil},
		"of an earlier day, in parts":    {earlier, parts, nil},
		"of an earlier day, tried twice": {earlier, second, nil},
	} {
		r := reconcile(t, &fakeBook{orders: c.here}, nil, c.lines)
		if got := told(r); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
