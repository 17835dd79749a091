package sandbox

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// observed is what a client sees of a behaviour.
type observed func(status int, text string, err error, p *peer) bool

// seen by the client, one for each behaviour that a client can tell.
var observations = map[Behaviour]observed{
	Accept:      answered(codeSuccess, StatePending),
	Paid:        answered(codeSuccess, StatePaid),
	Pending:     answered(codeSuccess, StatePending),
	Refused:     answered(codeRefused, ""),
	Failed:      answered(codeSuccess, StateFailed),
	Delayed:     answered(codeSuccess, StatePending),
	InProgress:  answered(codeUnknown, ""),
	SystemError: answered(codeSystem, ""),
	NotFound:    answered(codeNoRecord, ""),
	Silent:      failed(func(err error) bool { return errors.As(err, new(net.Error)) }),
	Reset:       failed(func(err error) bool { return errors.Is(err, syscall.ECONNRESET) }),
	ResetUnread: failed(func(err error) bool { return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) }),
	Close:       failed(func(err error) bool { return errors.Is(err, io.EOF) }),
	CloseReused: failed(func(err error) bool { return errors.Is(err, io.EOF) }),
	Half:        failed(func(err error) bool { return errors.Is(err, io.ErrUnexpectedEOF) }),
	HTML: func(status int, text string, _ error, _ *peer) bool {
		return status == 502 && strings.Contains(text, "<html>")
	},
	PlainError: func(status int, text string, _ error, _ *peer) bool {
		return status == 200 && strings.HasPrefix(text, codeSystem)
	},
	Empty: func(status int, text string, err error, _ *peer) bool {
		return status == 200 && text == "" && err == nil
	},
	WrongSignature: func(_ int, text string, _ error, p *peer) bool {
		_, err := p.open(text)
		return errors.Is(err, errBadSignature)
	},
	WrongAmount: func(_ int, text string, _ error, p *peer) bool {
		a, err := p.open(text)
		return err == nil && a.Body["totalAmt"] != nil && a.Body["totalAmt"] != "1.00"
	},
	WrongOrder: func(_ int, text string, _ error, p *peer) bool {
		a, err := p.open(text)
		return err == nil && a.Head.RespCode == codeSuccess && a.Body["orderNo"] != "ORDER001"
	},
}

func answered(code, state string) observed {
	return func(_ int, text string, _ error, p *peer) bool {
		a, err := p.open(text)
		got, _ := a.Body["tranState"].(string)
		return err == nil && a.Head.RespCode == code && got == state
	}
}

func failed(how func(error) bool) observed {
	return func(_ int, _ string, err error, _ *peer) bool { return err != nil && how(err) }
}

// leaveOnceTaken leaves as soon as the gateway has taken a request to pay, and not before:
// its rule would be there for the next one.
func leaveOnceTaken(ctx context.Context, leave func(), g *Gateway) {
	for ctx.Err() == nil {
		if slices.ContainsFunc(g.Exchanges(), func(e Exchange) bool { return e.TranCode == CodePay }) {
			leave()
		}
		time.Sleep(time.Millisecond)
	}
}

// TestBehavioursByRule drives every behaviour in both flavours.
func TestBehavioursByRule(t *testing.T) {
	t.Parallel()
	for _, b := range Behaviours() {
		for _, unprocessed := range []bool{false, true} {
			if unprocessed && !b.IsFailure() {
				continue
			}
			name := string(b)
			if unprocessed {
				name += ", not processed"
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				g, p, _ := start(t, nil)
				if b == CloseReused {
					p.must(CodeQuery, orderBody("ORDER000"))
				}
				rule := Rule{Behaviour: b, Unprocessed: unprocessed, Times: 1}
				if err := g.Script(rule); err != nil {
					t.Fatal(err)
				}
				ctx, leave := context.WithCancel(t.Context())
				defer leave()
				if b == Silent {
					go leaveOnceTaken(ctx, leave, g)
				}
				status, text, err := p.postWith(ctx, p.form(p.head(CodePay), payBody("ORDER001", map[string]any{"totalAmt": "1.00"})))
				if !observations[b](status, text, err, p) {
					t.Errorf("client saw %d %q, %v", status, text, err)
				}
				booked := func() bool { _, found := g.Order(p.id, "ORDER001"); return found }
				if want := !unprocessed && b != ResetUnread; want {
					await(t, "the order in the book", booked) // a silent gateway may still be writing
				} else if booked() {
					t.Error("it is in the book")
				}
				if a := p.must(CodePay, payBody("ORDER002", nil)); a.Head.RespCode != codeSuccess {
					t.Errorf("the rule was for one request, but the next got %+v", a.Head)
				}
				wantNoViolations(t, g)
			})
		}
	}
}

func TestBehavioursByAmount(t *testing.T) {
	t.Parallel()
	chosen := make(map[int64]Behaviour)
	for _, b := range Behaviours() {
		for _, unprocessed := range []bool{false, true} {
			fen, ok := AmountFor(b, unprocessed)
			if !ok {
				continue
			}
			if other, taken := chosen[fen]; taken {
				t.Errorf("%d chooses both %s and %s", fen, other, b)
			}
			chosen[fen] = b
			rule, ok := ruleForAmount(fen + 5000)
			if !ok || rule.Behaviour != b || rule.Unprocessed != unprocessed {
				t.Errorf("%d chooses %+v, %v; want %s, unprocessed %v", fen, rule, ok, b, unprocessed)
			}
		}
	}
	if len(chosen) == 0 {
		t.Error("no behaviour has an amount")
	}
	for _, fen := range []int64{1, 100, 1000, 1999, 700, 800, 900, 913, 813, 706} {
		if rule, ok := ruleForAmount(fen); ok {
			t.Errorf("the ordinary amount %d chooses %+v", fen, rule)
		}
	}
}

func TestAmountOnTheWire(t *testing.T) {
	t.Parallel()
	scan := map[string]any{"payMode": "01", "authCode": "1345678901", "totalAmt": "9.06"}
	for _, test := range []struct {
		name    string
		ignore  bool
		status  int
		charges int
	}{
		{"charged, and answered by HTML", false, 502, 1},
		{"amounts ignored", true, 200, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			g, p, _ := start(t, func(c *Config) { c.IgnoreAmounts = test.ignore })
			status, _, err := p.post(p.form(p.head(CodePay), payBody("ORDER001", scan)))
			if err != nil || status != test.status {
				t.Errorf("status %d, %v; want %d", status, err, test.status)
			}
			if o, _ := g.Order(p.id, "ORDER001"); o.Charges != test.charges {
				t.Errorf("%d charges, want %d", o.Charges, test.charges)
			}
		})
	}
}

func TestRulePrecedence(t *testing.T) {
	t.Parallel()
	var l ruleList
	for _, r := range []Rule{
		{Behaviour: HTML, Times: 2},
		{Behaviour: Empty, TranCode: CodePay, Times: 1},
		{Behaviour: Half, OrderID: "A", Times: 1},
		{Behaviour: Close, OrderID: "A", TranCode: CodePay, Times: 1},
		{Behaviour: CloseReused, OrderID: "A"},
		{Behaviour: ResetUnread},
	} {
		l.add(r)
	}
	for i, want := range []Behaviour{Close, Half, Empty, HTML, HTML, ""} {
		if r, _ := l.takeFor(CodePay, "A", false); r.Behaviour != want {
			t.Errorf("request %d gets %q, want %q", i, r.Behaviour, want)
		}
	}
	for range 2 {
		if r, _ := l.takeFor(CodePay, "A", true); r.Behaviour != CloseReused {
			t.Errorf("a reused connection gets %q", r.Behaviour)
		}
	}
}

func TestScriptRefuses(t *testing.T) {
	t.Parallel()
	g, _, _ := start(t, nil)
	for name, r := range map[string]Rule{
		"unknown behaviour":     {Behaviour: "dance"},
		"no unprocessed Refuse": {Behaviour: Refused, Unprocessed: true},
		"negative times":        {Behaviour: HTML, Times: -1},
		"unread with an order":  {Behaviour: ResetUnread, OrderID: "ORDER001"},
	} {
		if err := g.Script(r); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestDelay(t *testing.T) {
	t.Parallel()
	g, p, _ := start(t, nil)
	const delay = 50 * time.Millisecond
	if err := g.Script(Rule{Behaviour: Accept, Delay: delay}); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	p.must(CodePay, payBody("ORDER001", nil))
	if took := time.Since(began); took < delay {
		t.Errorf("answered after %v, want at least %v", took, delay)
	}
}

// TestAbortWithoutHijack is HTTP/2's lot: no connection to take over.
func TestAbortWithoutHijack(t *testing.T) {
	t.Parallel()
	g, _, _ := start(t, nil)
	if err := g.Script(Rule{Behaviour: ResetUnread, Times: 1}); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if got := recover(); got != http.ErrAbortHandler { //nolint:errorlint // a panic value, compared as net/http does
			t.Errorf("recovered %v, want http.ErrAbortHandler", got)
		}
	}()
	g.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, OnePayPath, nil))
}

func TestExchangesKept(t *testing.T) {
	t.Parallel()
	g, p, _ := start(t, nil)
	for range keptExchanges + 1 {
		p.must(CodeQuery, orderBody("ORDER001"))
	}
	p.must(CodePay, payBody("ORDER001", nil))
	exchanges := g.Exchanges()
	if len(exchanges) != keptExchanges {
		t.Fatalf("kept %d exchanges, want %d", len(exchanges), keptExchanges)
	}
	last := exchanges[keptExchanges-1]
	if last.TranCode != CodePay || !strings.Contains(last.Plaintext, `"totalAmt":"0.01"`) || !strings.Contains(last.Answer, codeSuccess) {
		t.Errorf("last exchange %+v", last)
	}
}
