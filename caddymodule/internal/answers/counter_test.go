package answers

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/route"
	"github.com/paybridge/paybridge/caddymodule/internal/writebehind"
)

// record keeps what was written.
type record struct {
	mu      sync.Mutex
	written []ledger.Answers
	away    bool
	most    int // how many it takes at once, 0 for all
	deaf    int // how often it takes all and does not say so
	names   map[string]bool
}

func (r *record) AddAnswers(_ context.Context, name string, counted []ledger.Answers) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.away {
		return 0, ledger.ErrUnavailable
	}
	if r.deaf > 0 || r.names[name] {
		if !r.names[name] {
			r.names = map[string]bool{name: true}
			r.written = append(r.written, counted...)
		}
		if r.deaf--; r.deaf >= 0 {
			return 0, context.DeadlineExceeded
		}
		r.names = nil
		return len(counted), nil
	}
	if r.most > 0 && len(counted) > r.most {
		r.written = append(r.written, counted[:r.most]...)
		return r.most, ledger.ErrUnavailable
	}
	r.written = append(r.written, counted...)
	return len(counted), nil
}

// sorted is what was written, added up by merchant, day and side.
func (r *record) sorted() (sums []ledger.Answers) {
	r.mu.Lock()
	defer r.mu.Unlock()
	key := func(a ledger.Answers) string { return a.MerID + a.Day + string(a.Side) }
	slices.SortFunc(r.written, func(a, b ledger.Answers) int { return strings.Compare(key(a), key(b)) })
	for _, a := range r.written {
		if last := len(sums) - 1; last >= 0 && key(sums[last]) == key(a) {
			sums[last].Payments, sums[last].Refused = sums[last].Payments+a.Payments, sums[last].Refused+a.Refused
			continue
		}
		sums = append(sums, a)
	}
	return sums
}

func TestAnswersAreWritten(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := &record{away: true}
		c := New(r, zap.NewNop(), time.Now) // begins at midnight UTC, which is eight in Beijing
		defer c.Close()
		answered := func(merID, orderID string, side route.Side, refused bool) {
			c.Answered(Payment{MerID: merID, OrderID: orderID, Side: side, Refused: refused})
		}
		answered("A", "1", route.Old, false)
		for range 3 { // a refusal that is repeated counts once
			answered("A", "2", route.Old, true)
		}
		answered("B", "2", route.V2, true) // another merchant's order
		time.Sleep(writebehind.Every)
		r.mu.Lock()
		r.away = false // nothing is lost that could not be written
		r.mu.Unlock()
		answered("A", "3", route.Old, false)
		time.Sleep(17 * time.Hour) // the next day in Beijing, the same in Greenwich
		answered("A", "4", route.Old, false)
		c.Close()
		want := []ledger.Answers{
			{MerID: "A", Day: "2000-01-01", Side: route.Old, Payments: 3, Refused: 1},
			{MerID: "A", Day: "2000-01-02", Side: route.Old, Payments: 1},
			{MerID: "B", Day: "2000-01-01", Side: route.V2, Payments: 1, Refused: 1},
		}
		if got := r.sorted(); !slices.Equal(got, want) {
			t.Errorf("%+v, want %+v", got, want)
		}
	})
}

// TestSlowLedger: what a ledger has no time for is written later, and nothing of it twice.
func TestSlowLedger(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := &record{most: 7}
		c := New(r, zap.NewNop(), time.Now)
		var want []ledger.Answers
		for i := range 30 {
			merID := fmt.Sprintf("%02d", i)
			c.Answered(Payment{MerID: merID, Side: route.Old})
			want = append(want, ledger.Answers{MerID: merID, Day: "2000-01-01", Side: route.Old, Payments: 1})
		}
		time.Sleep(6 * writebehind.Every)
		c.Close()
		if got := r.sorted(); !slices.Equal(got, want) {
			t.Errorf("%+v, want %+v", got, want)
		}
	})
}

// TestAnswerOfTheLedgerIsLost: what was written, and took longer than anybody waits, counts once.
// What is counted meanwhile comes after it.
func TestAnswerOfTheLedgerIsLost(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := &record{deaf: 2}
		c := New(r, zap.NewNop(), time.Now)
		c.Answered(Payment{MerID: "A", OrderID: "1", Side: route.Old})
		time.Sleep(writebehind.Every + time.Second)
		c.Answered(Payment{MerID: "B", OrderID: "2", Side: route.Old})
		time.Sleep(3 * writebehind.Every)
		c.Close()
		want := []ledger.Answers{
			{MerID: "A", Day: "2000-01-01", Side: route.Old, Payments: 1},
			{MerID: "B", Day: "2000-01-01", Side: route.Old, Payments: 1},
		}
		if got := r.sorted(); !slices.Equal(got, want) {
			t.Errorf("%+v, want %+v", got, want)
		}
	})
}

func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := New(&record{away: true}, zap.NewNop(), time.Now)
		for i := range maxKept + 10 {
			c.Answered(Payment{MerID: fmt.Sprint(i), Side: route.Old})
		}
		if len(c.counts) != maxKept {
			t.Errorf("%d are kept", len(c.counts))
		}
		c.Close()
	})
}
