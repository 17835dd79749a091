package delivery

import (
	"cmp"
	"container/heap"
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
)

// fakeLedger keeps notifications in memory, with claims, fences and whole
// milliseconds like the real one.
type fakeLedger struct {
	// fail, if set, is asked before every call of a method; what it returns the
	// method returns.
	fail func(ctx context.Context, method string) error

	mu      sync.Mutex
	entries map[ledger.Key]*entry
	waiting map[place]*queue
	calls   map[string]int // by method
}

type entry struct {
	ledger.Delivery
	ready    time.Time
	attempts []ledger.Attempt
}

// place is where notifications wait: a merchant's at one of its hosts.
type place struct{ merID, host string }

// queue is a heap of what waits in one place. What was moved since is still in
// it with its old time, and is skipped.
type queue []waiting

type waiting struct {
	*entry
	at time.Time
}

func (q queue) Len() int           { return len(q) }
func (q queue) Less(i, j int) bool { return q[i].at.Before(q[j].at) }
func (q queue) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(x any)        { *q = append(*q, x.(waiting)) }
func (q *queue) Pop() any {
	last := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]
	return last
}

func newFakeLedger() *fakeLedger {
	return &fakeLedger{
		entries: make(map[ledger.Key]*entry),
		waiting: make(map[place]*queue),
		calls:   make(map[string]int),
	}
}

const testMerchant = "89900001"

// owe adds the notification of a paid order, due at a time.
func (f *fakeLedger) owe(orderID, backURL string, due time.Time) ledger.Key {
	return f.oweTo(testMerchant, orderID, backURL, due)
}

// oweTo adds one of a certain merchant.
func (f *fakeLedger) oweTo(merID, orderID, backURL string, due time.Time) ledger.Key {
	f.mu.Lock()
	defer f.mu.Unlock()
	key := ledger.Key{MerID: merID, OrderID: orderID}
	due = due.Truncate(time.Millisecond)
	u, err := url.Parse(backURL)
	if err != nil {
		panic(err)
	}
	e := &entry{Delivery: ledger.Delivery{
		Notification: ledger.Notification{
			Key: key, URL: backURL, Host: strings.ToLower(u.Host), State: ledger.Waiting, CreatedAt: due, Due: due,
		},
		Order: ledger.Order{
			Key: key, QueryID: "H001" + orderID, Amount: 1999, BackURL: backURL, State: translate.Paid, PaidAt: due,
		},
	}}
	f.entries[key] = e
	f.moveTo(e, due)
	return key
}

func (f *fakeLedger) oweMany(n int, prefix, backURL string, due time.Time) []ledger.Key {
	keys := make([]ledger.Key, n)
	for i := range keys {
		keys[i] = f.owe(fmt.Sprintf("%s%08d", prefix, i), backURL, due)
	}
	return keys
}

// change changes an order.
func (f *fakeLedger) change(k ledger.Key, do func(*ledger.Order)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	do(&f.entries[k].Order)
}

// get returns a notification and its attempts.
func (f *fakeLedger) get(k ledger.Key) (ledger.Notification, []ledger.Attempt) {
	f.mu.Lock()
	defer f.mu.Unlock()
	e := f.entries[k]
	return e.Notification, slices.Clone(e.attempts)
}

// Order implements Ledger.
func (f *fakeLedger) Order(ctx context.Context, k ledger.Key) (ledger.Order, error) {
	if err := f.enter(ctx, "order"); err != nil {
		return ledger.Order{}, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.entries[k].Order, nil
}

// called returns how often a method was called.
func (f *fakeLedger) called(method string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.calls[method]
}

func (f *fakeLedger) moveTo(e *entry, ready time.Time) {
	e.ready = ready
	at := place{e.MerID, e.Host}
	q := f.waiting[at]
	if q == nil {
		q = &queue{}
		f.waiting[at] = q
	}
	heap.Push(q, waiting{e, ready})
}

// head returns the first of a host that really waits.
func (q *queue) head() (waiting, bool) {
	for len(*q) > 0 {
		if w := (*q)[0]; w.State == ledger.Waiting && w.ready.Equal(w.at) {
			return w, true
		}
		heap.Pop(q)
	}
	return waiting{}, false
}

func (f *fakeLedger) enter(ctx context.Context, method string) error {
	f.mu.Lock()
	f.calls[method]++
	fail := f.fail
	f.mu.Unlock()
	if fail != nil {
		if err := fail(ctx, method); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// failBy has every method ask fail first. The dispatcher may run already.
func (f *fakeLedger) failBy(fail func(ctx context.Context, method string) error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fail = fail
}

func (f *fakeLedger) ClaimNotifications(
	ctx context.Context, now time.Time, lease time.Duration, offer func() ledger.Room,
) ([]ledger.Delivery, error) {
	if err := f.enter(ctx, "claim"); err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	now = now.Truncate(time.Millisecond)
	var claimed []ledger.Delivery
	for at, n := range f.shares(now, offer()) {
		for range n {
			w, ok := f.waiting[at].head()
			if !ok || w.at.After(now) {
				break
			}
			heap.Pop(f.waiting[at])
			w.Claim++
			f.moveTo(w.entry, now.Add(lease))
			claimed = append(claimed, w.Delivery)
		}
	}
	slices.SortFunc(claimed, func(a, b ledger.Delivery) int {
		return cmp.Or(a.Due.Compare(b.Due), cmp.Compare(a.OrderID, b.OrderID))
	})
	return claimed, nil
}

// shares divides the room equally among the merchants with something due, those
// with the least in hand first, and each part among the merchant's hosts.
func (f *fakeLedger) shares(now time.Time, room ledger.Room) map[place]int {
	open := make(map[string][]place)
	for at, q := range f.waiting {
		if w, ok := q.head(); ok && !w.at.After(now) {
			open[at.merID] = append(open[at.merID], at)
		}
	}
	inHand := make(map[string]int)
	var merchants []string
	for merID := range open {
		n, free := room.Merchant(merID)
		if inHand[merID] = n; free > 0 {
			merchants = append(merchants, merID)
		}
	}
	slices.SortFunc(merchants, func(a, b string) int {
		return cmp.Or(cmp.Compare(inHand[a], inHand[b]), cmp.Compare(a, b))
	})
	shares, left := make(map[place]int), room.Limit
	for i, merID := range merchants {
		_, free := room.Merchant(merID)
		part := min(free, (left+len(merchants)-i-1)/(len(merchants)-i))
		for j, at := range open[merID] {
			if part == 0 {
				break
			}
			n := room.Grant(merID, at.host, (part+len(open[merID])-j-1)/(len(open[merID])-j))
			shares[at] = n
			part, left = part-n, left-n
		}
	}
	return shares
}

func (f *fakeLedger) Finish(
	ctx context.Context, d ledger.Notification, a ledger.Attempt, to ledger.NotificationState, due time.Time,
) error {
	if err := f.enter(ctx, "finish"); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	e, err := f.held(d)
	if err != nil {
		return err
	}
	if to == ledger.Waiting && due.IsZero() {
		return errors.New("due: missing")
	}
	a.N = d.Attempts + 1
	e.attempts = append(e.attempts, a)
	e.Attempts, e.State, e.Due = a.N, to, due.Truncate(time.Millisecond)
	f.moveTo(e, e.Due)
	return nil
}

func (f *fakeLedger) Attempts(ctx context.Context, k ledger.Key) (ledger.List[ledger.Attempt], error) {
	if err := f.enter(ctx, "attempts"); err != nil {
		return ledger.List[ledger.Attempt]{}, err
	}
	_, attempts := f.get(k)
	return ledger.List[ledger.Attempt]{Items: attempts}, nil
}

func (f *fakeLedger) Release(ctx context.Context, d ledger.Notification) error {
	if err := f.enter(ctx, "release"); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	e, err := f.held(d)
	if err == nil {
		f.moveTo(e, e.Due)
	}
	return err
}

func (f *fakeLedger) BeginAgain(
	ctx context.Context, k ledger.Key, at time.Time, _ time.Duration, _ ledger.Change,
) (ledger.Delivery, error) {
	if err := f.enter(ctx, "begin again"); err != nil {
		return ledger.Delivery{}, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	e := f.entries[k]
	if e.State != ledger.Delivered {
		return ledger.Delivery{}, ledger.ErrNotFound
	}
	e.Attempts++
	e.attempts = append(e.attempts, ledger.Attempt{N: e.Attempts, At: at, Class: ledger.Unrecorded})
	return e.Delivery, nil
}

func (f *fakeLedger) EndAgain(ctx context.Context, d ledger.Notification, a ledger.Attempt) error {
	if err := f.enter(ctx, "end again"); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	a.N = d.Attempts
	f.entries[d.Key].attempts[d.Attempts-1] = a
	return nil
}

func (f *fakeLedger) held(d ledger.Notification) (*entry, error) {
	e := f.entries[d.Key]
	if e.Claim != d.Claim || e.Attempts != d.Attempts || e.State != ledger.Waiting {
		return nil, ledger.ErrFenced
	}
	return e, nil
}

func (f *fakeLedger) NextDue(ctx context.Context) (orders, notifications time.Time, err error) {
	if err := f.enter(ctx, "next"); err != nil {
		return time.Time{}, time.Time{}, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, q := range f.waiting {
		if w, ok := q.head(); ok && (notifications.IsZero() || w.at.Before(notifications)) {
			notifications = w.at
		}
	}
	return time.Time{}, notifications, nil
}
