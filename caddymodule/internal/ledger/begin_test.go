package ledger_test

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
)

func beginIsExact(t *testing.T, p place) {
	l := p.open(t)
	want := sample(1)
	want.Next = want.Next.Add(123456789 * time.Nanosecond).In(time.FixedZone("Beijing", 8*3600))
	stored := mustBegin(t, l, want)
	want.State, want.Claim = translate.Begun, 1
	want.Next = after(time.Minute + 123*time.Millisecond)
	if stored != want {
		t.Errorf("Begin returned\n%+v\nwant\n%+v", stored, want)
	}
	if read := mustOrder(t, l, want.Key); read != want {
		t.Errorf("Order returned\n%+v\nwant\n%+v", read, want)
	}
}

func beginKeepsWhatIsThere(t *testing.T, p place) {
	l := p.open(t)
	want := mustBegin(t, l, sample(1))
	other := sample(2)
	other.Key, other.Amount = want.Key, 4711
	for _, again := range []ledger.Order{sample(1), other} {
		stored, fresh, err := l.Begin(t.Context(), again)
		if err != nil || fresh || stored != want {
			t.Errorf("Begin returned fresh %v, error %v,\n%+v\nwant\n%+v", fresh, err, stored, want)
		}
	}
	otherMerchant := sample(3)
	otherMerchant.OrderID, otherMerchant.MerID = want.OrderID, "89900002"
	mustBegin(t, l, otherMerchant)
}

func beginRefusesTakenNumbers(t *testing.T, p place) {
	l := p.open(t)
	mustBegin(t, l, sample(1))
	for _, c := range []struct {
		name string
		take func(mine *ledger.Order, theirs ledger.Order)
	}{
		{"QueryID", func(mine *ledger.Order, theirs ledger.Order) { mine.QueryID = theirs.QueryID }},
		{"OrderNo", func(mine *ledger.Order, theirs ledger.Order) { mine.OrderNo = theirs.OrderNo }},
	} {
		o := sample(2)
		c.take(&o, sample(1))
		_, _, err := l.Begin(t.Context(), o)
		wantError(t, err, ledger.ErrNumberTaken)
	}
	_, err := l.Order(t.Context(), sample(2).Key)
	wantError(t, err, ledger.ErrNotFound)
}

func beginRefusesIncomplete(t *testing.T, p place) {
	l := p.open(t)
	for _, c := range []struct {
		name  string
		spoil func(*ledger.Order)
	}{
		{"order.MerID: missing", func(o *ledger.Order) { o.MerID = "" }},
		{"order.OrderID: missing", func(o *ledger.Order) { o.OrderID = "" }},
		{"order.OrderID: longer", func(o *ledger.Order) { o.OrderID = strings.Repeat("1", 129) }},
		{"order.QueryID: missing", func(o *ledger.Order) { o.QueryID = "" }},
		{"order.OrderNo: missing", func(o *ledger.Order) { o.OrderNo = "" }},
		{"order.Amount: not a payment", func(o *ledger.Order) { o.Amount = 0 }},
		{"order.Next: missing", func(o *ledger.Order) { o.Next = time.Time{} }},
	} {
		o := sample(1)
		c.spoil(&o)
		if _, _, err := l.Begin(t.Context(), o); err == nil || !strings.Contains(err.Error(), c.name) {
			t.Errorf("error is %v, want %q", err, c.name)
		}
	}
}

// beginTwiceAtOnce lets many begin the same order at the same time, each with
// numbers of its own, through two ledgers where the store allows it.
func beginTwiceAtOnce(t *testing.T, p place) {
	const orders, callers = 20, 8
	ledgers := bridges(t, p)
	var fresh [orders]atomic.Int32
	var stored [orders]sync.Map
	var all sync.WaitGroup
	for i := range orders * callers {
		all.Go(func() {
			o := sample(1000 + i)
			o.Key = sample(i % orders).Key
			got, first, err := ledgers[i%len(ledgers)].Begin(t.Context(), o)
			if err != nil {
				t.Error(err)
				return
			}
			if first {
				fresh[i%orders].Add(1)
			}
			stored[i%orders].Store(got.QueryID, true)
		})
	}
	all.Wait()
	for i := range orders {
		if n := fresh[i].Load(); n != 1 {
			t.Errorf("order %d was fresh to %d callers", i, n)
		}
		seen := 0
		stored[i].Range(func(any, any) bool { seen++; return true })
		if seen != 1 {
			t.Errorf("order %d was seen with %d numbers", i, seen)
		}
	}
}

// bridges opens the place as often as it can be at once: two bridges share a
// PostgreSQL.
func bridges(t *testing.T, p place) []*ledger.Ledger {
	ledgers := []*ledger.Ledger{p.open(t)}
	if _, shared := p.(postgresPlace); shared {
		ledgers = append(ledgers, p.open(t))
	}
	return ledgers
}

func beginWithHostileText(t *testing.T, p place) {
	l := p.open(t)
	o := sample(1)
	o.OrderID, o.BackURL, o.Action = "20261122\x00", "https://shop.example/\xff?'; --", "\x00"
	stored := mustBegin(t, l, o)
	if stored.OrderID != "20261122\uFFFD" || stored.BackURL != "https://shop.example/\uFFFD?'; --" {
		t.Errorf("stored as %q, %q", stored.OrderID, stored.BackURL)
	}
	if read := mustOrder(t, l, o.Key); read != stored {
		t.Errorf("Order returned\n%+v\nwant\n%+v", read, stored)
	}
	if _, fresh, err := l.Begin(t.Context(), o); fresh || err != nil {
		t.Errorf("Begin again: fresh %v, error %v", fresh, err)
	}
}

func lookups(t *testing.T, p place) {
	l := p.open(t)
	want := mustBegin(t, l, sample(1))
	mustBegin(t, l, sample(2))
	want = mustRecord(t, l, want.Key, ledger.Update{State: translate.Refunding, RefundNo: "R1"}, translate.Late)
	mustRecord(t, l, want.Key, ledger.Update{State: translate.Paid}, translate.Applied)
	want = mustRecord(t, l, want.Key, ledger.Update{State: translate.Refunding, RefundNo: "R1"}, translate.Applied)
	for _, c := range []struct {
		name string
		find func(string) (ledger.Order, error)
		by   string
	}{
		{"query number", func(s string) (ledger.Order, error) { return l.OrderByQueryID(t.Context(), s) }, want.QueryID},
		{"order number", func(s string) (ledger.Order, error) { return l.OrderByOrderNo(t.Context(), s) }, want.OrderNo},
	} {
		if got, err := c.find(c.by); err != nil || got != want {
			t.Errorf("by %s: %v\n%+v\nwant\n%+v", c.name, err, got, want)
		}
		for _, unknown := range []string{"", "unknown", "\x00"} {
			_, err := c.find(unknown)
			wantError(t, err, ledger.ErrNotFound)
		}
	}
}
