package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"time"
)

// maxRequest bounds the body of a request in bytes.
const maxRequest = 1 << 20

// serveOnePay answers one v2 request.
func (g *Gateway) serveOnePay(w http.ResponseWriter, r *http.Request) {
	defer g.counters.enter()()
	if g.rules.takeUnread() {
		reset(w)
		return
	}
	m, e, plaintext, err := g.open(r)
	if err != nil {
		g.refuseEnvelope(w, e, err)
		return
	}
	defer g.counters.enterMerchant(e.merchantID)()

	now := g.config.Now()
	req := g.readRequest(plaintext)
	g.checkContext(req, e, now)
	g.counters.post(e.merchantID, req.orderID, req.code)
	g.journal.violate(req.violations...)

	rule := g.choose(r, req)
	g.answer(w, r, m, req, rule, now)
}

// open reads the envelope of a request and opens it. It returns the merchant
// with the keys to answer with.
func (g *Gateway) open(r *http.Request) (*Merchant, envelope, []byte, error) {
	form, err := readForm(r)
	if err != nil {
		return nil, envelope{}, nil, err
	}
	e, err := readEnvelope(form)
	if err != nil {
		return nil, e, nil, err
	}
	m, known := g.merchants.find(e.merchantID)
	if !known {
		return nil, e, nil, errUnknownMerchant
	}
	plaintext, err := m.openEither(e)
	return m, e, plaintext, err
}

// readForm reads the parameters of a request, which must be in an urlencoded
// body and nowhere else.
func readForm(r *http.Request) (url.Values, error) {
	if r.Method != http.MethodPost {
		return nil, fmt.Errorf("method %s instead of POST", r.Method)
	}
	if r.URL.RawQuery != "" {
		return nil, errors.New("parameters in the query string")
	}
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/x-www-form-urlencoded" {
		return nil, fmt.Errorf("content type %q is not a form", r.Header.Get("Content-Type"))
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxRequest+1))
	if err != nil {
		return nil, fmt.Errorf("reading body: %w", err)
	}
	if len(body) > maxRequest {
		return nil, fmt.Errorf("a body of more than %d bytes", maxRequest)
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, fmt.Errorf("reading form: %w", err)
	}
	return form, nil
}

// refuseEnvelope answers what cannot be opened in plain text. What the real
// gateway does then is unknown.
func (g *Gateway) refuseEnvelope(w http.ResponseWriter, e envelope, cause error) {
	g.counters.badEnvelope()
	g.journal.violate(Violation{
		Time:       g.config.Now(),
		MerchantID: e.merchantID,
		Path:       "envelope",
		Problem:    cause.Error(),
		RespCode:   codeUndecipher,
	})
	writePlain(w, codeUndecipher+" "+refusals[codeUndecipher])
}

// choose returns the rule for a request: a scripted one, else the one its
// amount stands for, else honesty. A request with violations is always
// refused honestly.
func (g *Gateway) choose(r *http.Request, req *request) Rule {
	reused := !g.connections.add(r.RemoteAddr)
	if len(req.violations) > 0 {
		return Rule{Behaviour: Accept}
	}
	if rule, ok := g.rules.takeFor(req.code, req.orderID, reused); ok {
		return rule
	}
	if fen, ok := fenOf(req.body["totalAmt"]); ok && req.code == CodePay && !g.config.IgnoreAmounts {
		if rule, ok := ruleForAmount(fen); ok {
			return rule
		}
	}
	return Rule{Behaviour: Accept}
}

// answer processes a request as the rule says, and answers as it says.
func (g *Gateway) answer(w http.ResponseWriter, r *http.Request, m *Merchant, req *request, rule Rule, now time.Time) {
	t, _ := rule.Behaviour.trait() // rules are validated when they are made
	rep := g.process(m, req, rule, now)
	if t.alter != nil {
		t.alter(&rep)
	}
	head := replyHead(m, req, rep, now)
	putMembers(rule.Members, &head, &rep.body)
	plaintext, err := compact(object{{"head", head}, {"body", rep.body}})
	if err != nil {
		http.Error(w, fmt.Sprintf("sandbox: encoding answer: %v", err), http.StatusInternalServerError)
		return
	}
	g.journal.exchange(Exchange{
		Time:        now,
		MerchantID:  m.ID,
		TranCode:    req.code,
		OrderID:     req.orderID,
		Behaviour:   rule.Behaviour,
		Unprocessed: rule.Unprocessed,
		Plaintext:   string(req.plaintext),
		Answer:      string(plaintext),
	})
	if !g.pause(r.Context(), max(rule.Delay, t.delay)) {
		return
	}
	send := t.send
	switch {
	case send != nil:
	case req.hosted():
		send = g.sendHosted(orderKey{m.ID, req.orderID}, rep)
	default:
		send = sendSealed
	}
	send(&answer{w: w, r: r, world: g.world, merchant: m, plaintext: plaintext, merOrderID: req.head["tranFlowid"]})
}

// process enters a request in the book and returns the honest reply.
func (g *Gateway) process(m *Merchant, req *request, rule Rule, now time.Time) reply {
	if len(req.violations) > 0 {
		rep := refuse(req.violations[0].RespCode)
		rep.respDesc += ": " + req.violations[0].Path
		return rep
	}
	op, ok := operations[req.code]
	if !ok {
		op = closeOperation // the only other code that readRequest lets pass
	}
	c := &call{
		now:       now,
		key:       orderKey{m.ID, req.orderID},
		body:      req.body,
		behaviour: rule.Behaviour,
	}
	rep, paid := g.book.apply(c, op, !rule.Unprocessed)
	if rule.Words != "" {
		rep.respDesc = rule.Words
	}
	if paid && g.config.NoticeAtOnce {
		g.startNotice(Notice{MerchantID: m.ID, OrderID: req.orderID})
	}
	return rep
}

// replyHead repeats the request's flow number and tranCode.
func replyHead(m *Merchant, req *request, rep reply, now time.Time) object {
	return object{
		{"merchantId", m.ID},
		{"respCode", rep.respCode},
		{"respDesc", rep.respDesc},
		{"tranCode", req.code},
		{"tranFlowid", req.head["tranFlowid"]},
		{"tranTime", now.In(beijing).Format(wireLayout)},
		{"tranType", "02"},
		{"version", "2.0.0"},
	}
}

// pause waits, and reports whether the client is still there afterwards.
func (g *Gateway) pause(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-g.done.Done():
		return true
	case <-ctx.Done():
		return false
	}
}
