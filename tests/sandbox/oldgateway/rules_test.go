package oldgateway

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Every behaviour is on the wire what its name says, and the book says what has
// happened behind it.
func TestBehaviours(t *testing.T) {
	t.Parallel()
	for behaviour, tc := range map[Behaviour]struct {
		status int
		body   string // a part of it
		err    func(error) bool
		left   bool // nothing is processed
	}{
		Honest:      {status: 200, body: `{"resp":"`},
		TextAmount:  {status: 200, body: `{"resp":"`},
		Slow:        {status: 200, body: `{"resp":"`},
		Refused:     {status: 200, body: `{"resp":"`, left: true},
		Empty:       {status: 200},
		ServerError: {status: 500, body: "<h1>500 Internal Server Error"},
		BadGateway:  {status: 502, body: "<h1>502 Bad Gateway"},
		Unavailable: {status: 503, body: "<h1>503 Service Unavailable"},
		Half:        {status: 200, body: `{"resp":"`, err: func(err error) bool { return errors.Is(err, io.ErrUnexpectedEOF) }},
		Close:       {err: func(err error) bool { return errors.Is(err, io.EOF) }},
		Reset:       {err: func(err error) bool { return errors.Is(err, syscall.ECONNRESET) }},
		ResetUnread: {err: func(err error) bool { return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) }, left: true},
		Rubbish:     {err: func(err error) bool { return strings.Contains(err.Error(), "malformed HTTP") }},
	} {
		for name, unprocessed := range map[string]bool{"": false, ", unprocessed": true} {
			t.Run(string(behaviour)+name, func(t *testing.T) {
				t.Parallel()
				g, address := serve(t, testConfig())
				rule := Rule{Behaviour: behaviour, Unprocessed: unprocessed, Times: 1, Path: "/api/mpgateway"}
				if behaviour == Slow {
					rule.Delay = 20 * time.Millisecond
				}
				if err := g.Script(rule); err != nil {
					t.Fatal(err)
				}
				status, body, err := post(t, address)
				switch {
				case (err != nil) != (tc.err != nil) || err != nil && !tc.err(err):
					t.Errorf("error %v", err)
				case status != tc.status || !strings.Contains(body, tc.body):
					t.Errorf("%d %q", status, body)
				}
				want := 1
				if tc.left || unprocessed {
					want = 0
				}
				if n := g.State().Count(Charge, testMerID, "rule00001"); n != want {
					t.Errorf("charged %d times, want %d", n, want)
				}
				if status, _, err = post(t, address); status != 200 || err != nil {
					t.Errorf("the rule is used up, but: %d %v", status, err)
				}
			})
		}
	}
}

// post submits an order and reads what comes back.
func post(t *testing.T, address string) (status int, body string, err error) {
	t.Helper()
	client := program(address)
	req, err := client.Dialect.Request(address, "/api/mpgateway", testKey, map[string]any{
		"action": "WxCode", "merid": testMerID, "orderid": "rule00001", "txnamt": "1", "code": "134567890123456789",
	})
	if err != nil {
		t.Fatal(err)
	}
	req.GetBody = nil // nothing is sent twice
	resp, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(req)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(text), err
}

// A silent gateway lets go when it is closed.
func TestSilent(t *testing.T) {
	t.Parallel()
	g, address := serve(t, testConfig())
	if err := g.Script(Rule{Behaviour: Silent}); err != nil {
		t.Fatal(err)
	}
	heard := make(chan error)
	go func() {
		_, _, err := post(t, address)
		heard <- err
	}()
	for g.State().Count(Charge, testMerID, "rule00001") == 0 {
		select {
		case err := <-heard:
			t.Fatalf("answered: %v", err)
		case <-time.After(time.Millisecond):
		}
	}
	g.Close()
	if err := <-heard; !errors.Is(err, io.EOF) {
		t.Errorf("%v, want the end of the connection", err)
	}
}

// A rule may be for one path, merchant or order.
func TestRulesFit(t *testing.T) {
	t.Parallel()
	var l ruleList
	l.add(Rule{Behaviour: Empty, Path: "/api/query"})
	l.add(Rule{Behaviour: Half, MerID: otherID})
	l.add(Rule{Behaviour: Close, OrderID: "1", Times: 2})
	l.add(Rule{Delay: time.Second, OrderID: "2"})
	for _, tc := range []struct {
		path, merID, orderID string
		want                 Behaviour
	}{
		{"/api/query", testMerID, "1", Empty},
		{"/api/pay", otherID, "1", Half},
		{"/api/pay", testMerID, "1", Close},
		{"/api/pay", testMerID, "1", Close},
		{"/api/pay", testMerID, "1", Honest},
		{"/api/pay", testMerID, "2", Honest},
	} {
		if got := l.read(tc.path, tc.merID, tc.orderID); got.Behaviour != tc.want {
			t.Errorf("%v: %q", tc, got.Behaviour)
		}
	}
	if l.reset(); l.read("/api/query", "", "").Behaviour != Honest {
		t.Error("rules are left")
	}
}

func TestScriptRefuses(t *testing.T) {
	t.Parallel()
	g, _ := serve(t, testConfig())
	for _, r := range []Rule{
		{Behaviour: "odd"}, {Times: -1}, {Delay: -1}, {Behaviour: ResetUnread, OrderID: "1"}, {Behaviour: ResetUnread, MerID: testMerID},
	} {
		if err := g.Script(r); err == nil {
			t.Errorf("taken: %+v", r)
		}
	}
}
