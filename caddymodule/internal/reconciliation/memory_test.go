package reconciliation

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/api"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/statement"
	"github.com/paybridge/paybridge/translate"
)

// endless is a statement and a ledger of many orders that are made as they are asked
// for, so that all memory in use is that of the comparison.
type endless struct {
	orders int
	given  int
	most   uint64 // bytes in use
	before uint64
}

// look notes how much is in use, now and then.
func (e *endless) look(i int) {
	const each = 5000
	if i%each != 0 {
		return
	}
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	e.most = max(e.most, stats.HeapAlloc-min(stats.HeapAlloc, e.before))
}

func number(i int) string { return fmt.Sprintf("PB%030d", i) }

// Next implements Source. Every tenth line is of no order.
func (e *endless) Next() (statement.Row, error) {
	if e.given == e.orders {
		return statement.Row{}, io.EOF
	}
	e.given++
	e.look(e.given)
	n := number(e.given)
	if e.given%10 == 0 {
		n = "X" + n
	}
	return statement.Row{Line: e.given, Number: n, Pays: true, Fen: 1999, State: statement.Succeeded, At: midnight.Add(time.Hour)}, nil
}

// Skipped implements Source.
func (*endless) Skipped() int { return 0 }

// Turnover implements Book.
func (e *endless) Turnover(_ context.Context, m ledger.Movement, _, _ time.Time, after string) (list api.SettlementList, err error) {
	from, _ := strconv.Atoi(after)
	e.look(from)
	if m == ledger.Refund {
		return list, nil
	}
	for i := from + 1; i <= min(from+1000, e.orders); i++ {
		if i%10 != 0 {
			list.Items = append(list.Items, api.Settlement{
				MerID: "89900001", OrderID: strconv.Itoa(i), OrderNo: number(i), AmountFen: 1999, State: translate.Paid,
				CreatedAt: midnight.Add(time.Hour), PaidAt: midnight.Add(time.Hour),
			})
		}
	}
	if from+1000 < e.orders {
		list.Next = strconv.Itoa(from + 1000)
	}
	return list, nil
}

// Find implements Book.
func (e *endless) Find(_ context.Context, numbers []string) (list api.SettlementList, err error) {
	e.look(0)
	return list, nil
}

// TestMemory: what is in use at once hardly grows with the orders: five times as many,
// which are some 30 MB more, need less than 8 MB more. Differences are kept, and there
// are as many in both.
func TestMemory(t *testing.T) { //nolint:paralleltest // it measures what is in use
	most := func(orders int) uint64 {
		runtime.GC()
		var stats runtime.MemStats
		runtime.ReadMemStats(&stats)
		e := &endless{orders: orders, before: stats.HeapAlloc}
		report, err := Run(t.Context(), Job{
			Book: e, From: midnight, To: midnight.AddDate(0, 0, 1), Dir: t.TempDir(), Files: []string{"endless.csv"},
			Open: func(int) (Source, error) { return e, nil },
		})
		if err != nil || report.Matched != orders-orders/10 || report.Counts[MissingHere] != orders/10 {
			t.Fatalf("%+v, %v", report, err)
		}
		return e.most
	}
	few, many := most(20_000), most(100_000)
	const bound = 8 << 20
	t.Logf("in use: %d KiB for 20,000 orders, %d KiB for 100,000", few>>10, many>>10)
	if many > few+bound {
		t.Errorf("in use: %d KiB for 20,000 orders, %d KiB for 100,000", few>>10, many>>10)
	}
}
