package oldgateway

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
)

// ControlPrefix begins the paths of the control interface.
const ControlPrefix = "/_old/"

// Gateway is an old gateway in one process. Make one with [New] and Close it. Its
// methods may be called at the same time.
type Gateway struct {
	config    Config
	merchants map[string]Merchant
	ledger    *ledger
	rules     ruleList
	control   http.Handler
	requests  counter
	notifiers notifiers
	done      context.Context
	end       context.CancelFunc
}

// New makes a gateway with an empty book.
func New(config Config) (*Gateway, error) {
	config = config.withDefaults()
	merchants, err := config.index()
	if err != nil {
		return nil, fmt.Errorf("configuring old gateway: %w", err)
	}
	g := &Gateway{config: config, merchants: merchants, ledger: newLedger(config.Now)}
	g.done, g.end = context.WithCancel(context.Background())
	g.control = g.controlMux()
	return g, nil
}

// Close releases requests that are held without an answer and ends notifications;
// it waits for the calls that are under way. It does not wait for requests; close
// the server for that.
func (g *Gateway) Close() error {
	g.end()
	g.notifiers.close()
	g.config.HTTP.CloseIdleConnections()
	return nil
}

// State is what the gateway knows, for assertions and for the demo.
type State struct {
	Book
	// Requests counts the requests that have arrived, by method and path.
	Requests map[string]int `json:"requests"`
}

// State returns a snapshot.
func (g *Gateway) State() State {
	return State{Book: g.ledger.snapshot(), Requests: g.requests.snapshot()}
}

// Script adds a rule.
func (g *Gateway) Script(r Rule) error {
	if err := r.validate(); err != nil {
		return fmt.Errorf("scripting old gateway: %w", err)
	}
	g.rules.add(r)
	return nil
}

// Honest forgets all rules.
func (g *Gateway) Honest() { g.rules.reset() }

// Pay is the payer who pays an order. The merchant is notified.
func (g *Gateway) Pay(merID, orderID string) error {
	o, err := g.ledger.pay(merID, orderID)
	if err != nil {
		return fmt.Errorf("paying order %s of merchant %s: %w", orderID, merID, err)
	}
	g.notify(o)
	return nil
}

// Return is the address to which the payer's browser goes after the payment
// (v1 §2.3), "" for an order without fronturl.
func (g *Gateway) Return(merID, orderID string) (string, error) {
	o, err := g.ledger.find(merID, "", orderID)
	if err != nil {
		return "", err
	}
	return g.frontReturn(&o), nil
}

// ServeHTTP answers everything: the old gateway had the host for itself.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, ControlPrefix) {
		g.control.ServeHTTP(w, r)
		return
	}
	g.requests.add(r.Method + " " + r.URL.Path)
	d := &delivery{w: w, r: r, done: g.done.Done()}
	if rule, found := g.rules.unread(r.URL.Path); found {
		rule.send(d)
		return
	}
	form := readForm(r)
	v := visit{path: r.URL.Path, form: form, request: r}
	if form.Has("req") {
		v.merchant, v.members, v.err = g.open(form)
	} else {
		v.members, v.err = plainMembers(form), errUnreadable
	}
	rule := g.rules.read(r.URL.Path, v.members["merid"], v.members["orderid"])
	d.answer = g.answer(v, rule)
	rule.send(d)
}

// answer processes a request, unless the rule says otherwise.
func (g *Gateway) answer(v visit, rule Rule) answer {
	if !rule.processes() {
		return signed(refusedByRule, v.merchant.Key)
	}
	if program, is := programs[canonical(v.path)]; is {
		if v.request.Method != http.MethodPost || errors.Is(v.err, errUnreadable) {
			return signed(refusedRequest, "")
		}
		reply := program(g, v.call)
		if rule.Behaviour == TextAmount {
			reply = textAmount(reply)
		}
		return signed(reply, v.merchant.Key)
	}
	if page, is := pages[canonical(v.path)]; is {
		return page(g, v)
	}
	return notFound(v.path)
}

// canonical is how servers that do not tell capital letters apart read a path.
func canonical(path string) string { return strings.ToLower(strings.TrimRight(path, "/")) }

// counter counts by name.
type counter struct {
	mu     sync.Mutex
	counts map[string]int
}

func (c *counter) add(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.counts == nil {
		c.counts = make(map[string]int)
	}
	c.counts[name]++
}

func (c *counter) snapshot() map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	counts := make(map[string]int, len(c.counts))
	for name, n := range c.counts {
		counts[name] = n
	}
	return counts
}
