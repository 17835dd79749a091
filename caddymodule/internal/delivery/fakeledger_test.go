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
	byHost  map[string]*queue
	calls   map[string]int // by method
}

type entry struct {
	ledger.Delivery
	ready    time.Time
	attempts []ledger.Attempt
}

// queue is a heap of what waits at one host. What was moved since is still in
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
		byHost:  make(map[string]*queue),
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

// called returns how often a method was called.
func (f *fakeLedger) called(method string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.calls[method]
}

func (f *fakeLedger) moveTo(e *entry, ready time.Time) {
	e.ready = ready
	q := f.byHost[e.Host]
	if q == nil {
		q = &queue{}
		f.byHost[e.Host] = q
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
	f.mu.Unlock()
	if f.fail != nil {
		if err := f.fail(ctx, method); err != nil {
			return err
		}
	}
	return ctx.Err()
}

func (f *fakeLedger) ClaimNotifications(
	ctx context.Context, now time.Time, lease time.Duration, limit int, free func(string) int,
) ([]ledger.Delivery, error) {
	if err := f.enter(ctx, "claim"); err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	now = now.Truncate(time.Millisecond)
	var claimed []ledger.Delivery
	for host, room := range f.rooms(now, limit, free) {
		for range room {
			w, ok := f.byHost[host].head()
			if !ok || w.at.After(now) {
				break
			}
			heap.Pop(f.byHost[host])
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

// rooms divides limit equally among the hosts with something due.
func (f *fakeLedger) rooms(now time.Time, limit int, free func(string) int) map[string]int {
	rooms, open := make(map[string]int), make(map[string]int)
	for host, q := range f.byHost {
		if w, ok := q.head(); ok && !w.at.After(now) {
			if n := free(host); n > 0 {
				open[host] = n
			}
		}
	}
	for limit > 0 && len(open) > 0 {
		for host := range open {
			if limit == 0 {
				break
			}
			limit--
			rooms[host]++
			if open[host]--; open[host] == 0 {
				delete(open, host)
			}
		}
	}
	return rooms
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
	for _, q := range f.byHost {
		if w, ok := q.head(); ok && (notifications.IsZero() || w.at.Before(notifications)) {
			notifications = w.at
		}
	}
	return time.Time{}, notifications, nil
}
