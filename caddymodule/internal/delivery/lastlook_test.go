package delivery

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
)

// An order is given back while the connection to its merchant is being made: the merchant
// hears nothing, and the notification is withheld. What the ledger cannot tell then is
// sent when it can.
func TestOrderChangesWhileConnecting(t *testing.T) {
	t.Parallel()
	away := errors.New("the database is away")
	for name, c := range map[string]struct {
		meanwhile translate.State
		late      bool
		failure   error // of the reading when there is a connection
		want      ledger.NotificationState
		calls     int
	}{
		"given back":        {translate.Refunded, false, nil, ledger.Withheld, 0},
		"back, and bounced": {translate.RefundFailed, true, nil, ledger.Withheld, 0},
		"refund failed":     {translate.RefundFailed, false, nil, ledger.Delivered, 1},
		"paid as before":    {translate.Paid, false, nil, ledger.Delivered, 1},
		"ledger away":       {translate.Paid, false, away, ledger.Delivered, 1},
		"away, and after":   {translate.Refunded, false, away, ledger.Withheld, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				book, network := newFakeLedger(), newFakeNetwork(always("0000", 0))
				key := book.owe("late000004", testURL, time.Now())
				failure := c.failure
				book.failBy(func(_ context.Context, method string) error {
					if method != "order" {
						return nil
					}
					told := failure
					failure = nil
					return told
				})
				d := startDispatcher(t, Config{Ledger: book}, slowConnections{network, func() time.Duration {
					book.change(key, func(o *ledger.Order) { o.State, o.Late = c.meanwhile, c.late })
					return 5 * time.Second
				}})
				pass(time.Minute)
				stopDispatcher(t, d)
				n, attempts := book.get(key)
				if n.State != c.want || len(attempts) != 1 || attempts[0].Class != map[int]string{0: string(Withheld), 1: string(OK)}[c.calls] {
					t.Errorf("%s with attempts %+v, want %s", n.State, attempts, c.want)
				}
				if calls := network.of(key.OrderID); len(calls) != c.calls {
					t.Errorf("the merchant heard %d times, want %d", len(calls), c.calls)
				}
			})
		})
	}
}

// The ledger takes so long to say how the order stands that the time of the call is over:
// it is one that failed, and nothing was written.
func TestLastLookTakesTheTimeOfTheCall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		book, network := newFakeLedger(), newFakeNetwork(always("0000", 0))
		key := book.owe("late000005", testURL, time.Now())
		slow := &slowReadings{slowClaims: slowClaims{fakeLedger: book, meanwhile: func() {}}, took: 900 * time.Millisecond, meanwhile: func() {}}
		d := newTestDispatcher(Config{Ledger: slow}, slowConnections{network, func() time.Duration {
			slow.slow = 1
			return DefaultTimeout - 500*time.Millisecond
		}})
		d.Start()
		pass(DefaultTimeout + 5*time.Second)
		if n, attempts := book.get(key); n.State != ledger.Waiting || len(attempts) != 1 || attempts[0].Class != string(Timeout) {
			t.Errorf("%s with attempts %+v, want one that took too long", n.State, attempts)
		}
		if calls := network.of(key.OrderID); len(calls) != 0 {
			t.Errorf("the merchant heard %d times", len(calls))
		}
		stopDispatcher(t, d)
	})
}

// So is one that an operator has sent again.
func TestSentAgainWhileConnecting(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		book, network := newFakeLedger(), newFakeNetwork(always("0000", 0))
		connecting := func() time.Duration { return 0 }
		d := startDispatcher(t, Config{Ledger: book}, slowConnections{network, func() time.Duration { return connecting() }})
		key := oneAcknowledged(t, book, d)
		connecting = func() time.Duration {
			book.change(key, func(o *ledger.Order) { o.State = translate.Refunding })
			return 5 * time.Second
		}
		if trial, err := d.SendAgain(t.Context(), key, ledger.Change{}); !errors.Is(err, ledger.ErrNotPaid) {
			t.Errorf("%+v, %v", trial, err)
		}
		stopDispatcher(t, d)
		if _, attempts := book.get(key); len(attempts) != 2 || attempts[1].Class != string(Withheld) {
			t.Errorf("attempts %+v", attempts)
		}
		if calls := network.of(key.OrderID); len(calls) != 1 {
			t.Errorf("the merchant heard %d times, want once", len(calls))
		}
	})
}

// slowConnections take their time to be made.
type slowConnections struct {
	*fakeNetwork
	connecting func() time.Duration
}

func (s slowConnections) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := wait(req.Context(), s.connecting()); err != nil {
		return nil, err
	}
	here, there := net.Pipe()
	defer func() { _ = there.Close() }()
	httptrace.ContextClientTrace(req.Context()).GotConn(httptrace.GotConnInfo{Conn: here})
	if err := here.SetDeadline(time.Time{}); err != nil {
		return nil, err // it was closed
	}
	return s.fakeNetwork.RoundTrip(req)
}

// TestLastLookOnTheWire: a look is taken when there is a connection, not before, and what it
// refuses does not put a byte on the wire, on a new connection or on a kept one.
func TestLastLookOnTheWire(t *testing.T) {
	t.Parallel()
	var heard []string
	var mu sync.Mutex
	address := rawServer(t, func(conn net.Conn) {
		for reader := bufio.NewReader(conn); ; {
			request, err := http.ReadRequest(reader)
			if errors.Is(err, io.EOF) {
				return // closed without a byte of a request
			}
			body := "half a request"
			if err == nil {
				text, _ := io.ReadAll(request.Body)
				body = string(text)
			}
			mu.Lock()
			heard = append(heard, body)
			mu.Unlock()
			_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n0000")
		}
	})
	s, refusal := newTestSender(t, 5*time.Second), errors.New("not to be told")
	refuses := func() error { return refusal }
	looks := 0
	refusesOnce := func() error { // as when the ledger is away for a moment
		if looks++; looks == 1 {
			return refusal
		}
		return nil
	}
	said := 0
	for i, step := range []struct {
		look look
		want Class
	}{{refuses, Withheld}, {agreed, OK}, {agreed, OK}, {refuses, Withheld}, {agreed, OK}, {refusesOnce, Withheld}, {agreed, OK}} {
		r := s.send(t.Context(), testOrder(address), loopback(), step.look)
		if r.class != step.want || (r.unmade != nil) != (step.want == Withheld) {
			t.Errorf("step %d: %s, unmade %v; want %s", i, r.class, r.unmade, step.want)
		}
		if step.want == OK {
			said++
		}
	}
	mu.Lock()
	defer mu.Unlock()
	for _, body := range heard {
		if body != form(testOrder(address), loopback().Key) {
			t.Errorf("the merchant heard %q", body)
		}
	}
	if len(heard) != said {
		t.Errorf("the merchant heard %d messages, want %d", len(heard), said)
	}
}
