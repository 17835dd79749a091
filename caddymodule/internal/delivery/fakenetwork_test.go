package delivery

import (
	"context"
	"encoding/base64"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/paybridge/paybridge/tests/leaks"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

func TestMain(m *testing.M) { leaks.Main(m) }

// call is one POST that a fakeNetwork saw.
type call struct {
	order string
	host  string
	at    time.Time
	form  url.Values
}

// fakeNetwork stands for all merchants. It notes two calls of one order at the
// same time, which must never be.
type fakeNetwork struct {
	// answer is what the merchant answers to the nth call of an order, from 1,
	// and after what time.
	answer func(c call, n int) (body string, after time.Duration)

	mu      sync.Mutex
	calls   []call
	byOrder map[string][]time.Time
	now     map[string]int
	overlap []string
	open    int
}

func newFakeNetwork(answer func(c call, n int) (string, time.Duration)) *fakeNetwork {
	return &fakeNetwork{answer: answer, byOrder: make(map[string][]time.Time), now: make(map[string]int)}
}

// always answers every call with the same.
func always(body string, after time.Duration) func(call, int) (string, time.Duration) {
	return func(call, int) (string, time.Duration) { return body, after }
}

// hang is longer than any call may take.
const hang = time.Hour

func (f *fakeNetwork) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	values, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, err
	}
	text, err := base64.StdEncoding.DecodeString(values.Get("resp"))
	if err != nil {
		return nil, err
	}
	n, err := v1.ParseNotification(text)
	if err != nil {
		return nil, err
	}
	c := call{order: n.OrderID, host: req.URL.Host, at: time.Now(), form: values}
	answer, after := f.begin(c)
	defer f.end(c)
	if err := wait(req.Context(), after); err != nil {
		return nil, err
	}
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(answer))}, nil
}

// wait lets time go by, unless ctx ends before. It makes no timer of no time: whoever
// looks at one runs it, and two who do so at once in one bubble of synctest end the
// program when it was built with the race detector (https://go.dev/issue/78156).
func wait(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (f *fakeNetwork) begin(c call) (string, time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls = append(f.calls, c)
	f.byOrder[c.order] = append(f.byOrder[c.order], c.at)
	f.open++
	if f.now[c.order]++; f.now[c.order] > 1 {
		f.overlap = append(f.overlap, c.order)
	}
	return f.answer(c, len(f.byOrder[c.order]))
}

func (f *fakeNetwork) end(c call) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now[c.order]--
	f.open--
}

// of returns when an order was called.
func (f *fakeNetwork) of(order string) []time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.byOrder[order])
}

// firsts returns when each order was called first.
func (f *fakeNetwork) firsts() map[string]time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	first := make(map[string]time.Time)
	for order, times := range f.byOrder {
		first[order] = times[0]
	}
	return first
}

// underWay returns the number of calls that are being made.
func (f *fakeNetwork) underWay() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.open
}

func (f *fakeNetwork) checkNoOverlap(t *testing.T) {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.overlap) > 0 {
		t.Errorf("%d orders had two calls at the same time, the first %s", len(f.overlap), f.overlap[0])
	}
}

const testKey = "0123456789abcdef"

func testTarget() Target { return Target{Key: v1.NewKey(testKey), PlainHTTP: true} }

func known(string) (Target, bool) { return testTarget(), true }

// newTestDispatcher makes a dispatcher with a fake network, with jitter off.
func newTestDispatcher(c Config, network http.RoundTripper) *Dispatcher {
	if c.Lookup == nil {
		c.Lookup = known
	}
	c.Random = func() float64 { return 0 }
	d := New(c)
	d.sender.roundTripper = func(policy) http.RoundTripper { return network }
	return d
}

func startDispatcher(t *testing.T, c Config, network http.RoundTripper) *Dispatcher {
	t.Helper()
	d := newTestDispatcher(c, network)
	d.Start()
	return d
}

func stopDispatcher(t *testing.T, d *Dispatcher) {
	t.Helper()
	if err := d.Stop(context.Background()); err != nil {
		t.Errorf("Stop: %v", err)
	}
}

// pass lets time go by in a bubble of synctest.
func pass(d time.Duration) { _ = wait(context.Background(), d) }

func observed() (*zap.Logger, *observer.ObservedLogs) {
	core, logs := observer.New(zap.DebugLevel)
	return zap.New(core), logs
}
