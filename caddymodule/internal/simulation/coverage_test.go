//go:build simulation

package simulation

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/paybridge/paybridge/translate"
)

// happenings are the events that meet an order in some state.
var happenings = []string{"pay", "query", "cancel", "payment", "refund", "notice", "notification", "kill", "restart", "reload", "freeze"}

// cell is an event that met an order in a state.
type cell struct{ state, happening string }

// coverage is what was seen.
type coverage struct {
	mu     sync.Mutex
	cells  map[cell]int
	faults map[string]int
	sides  map[string]int // orders beside an old gateway
}

func newCoverage() *coverage {
	return &coverage{cells: map[cell]int{}, faults: map[string]int{}, sides: map[string]int{}}
}

// side counts an order of a world with an old gateway.
func (c *coverage) side(of string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sides[of]++
}

func (c *coverage) fault(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.faults[name]++
}

func (c *coverage) note(state, happening string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cells[cell{state, happening}]++
}

// add takes in what another world has seen.
func (c *coverage) add(other *coverage) {
	for k, n := range other.cells {
		c.cells[k] += n
	}
	for k, n := range other.faults {
		c.faults[k] += n
	}
	for k, n := range other.sides {
		c.sides[k] += n
	}
}

// noteState notes that something meets an order as it stands now.
func (w *world) noteState(o *order, happening string) { w.cover.note(w.stateOf(o.id()), happening) }

// noteStates notes that something meets all orders.
func (w *world) noteStates(happening string) {
	for _, r := range w.rows() {
		w.cover.note(r.state, happening)
	}
}

// states are those of orders, and that of one that is not in the ledger.
func states() []string {
	list := []string{"none"}
	for _, s := range translate.States() {
		list = append(list, string(s))
	}
	return list
}

// String is a table of states and events.
func (c *coverage) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-14s", "")
	for _, h := range happenings {
		fmt.Fprintf(&b, "%13s", h)
	}
	b.WriteString("\n")
	for _, s := range states() {
		fmt.Fprintf(&b, "%-14s", s)
		for _, h := range happenings {
			fmt.Fprintf(&b, "%13d", c.cells[cell{s, h}])
		}
		b.WriteString("\n")
	}
	for _, side := range slices.Sorted(maps.Keys(c.sides)) {
		fmt.Fprintf(&b, "%8d  orders beside an old gateway: %s\n", c.sides[side], side)
	}
	for _, name := range slices.Sorted(maps.Keys(c.faults)) {
		fmt.Fprintf(&b, "%8d  %s\n", c.faults[name], name)
	}
	for _, s := range states() {
		for _, h := range happenings {
			if c.cells[cell{s, h}] == 0 {
				fmt.Fprintf(&b, "never: %s meets an order that is %s: %s\n", h, s, whyNever(s, h))
			}
		}
	}
	return b.String()
}

// never says why an event cannot meet an order in a state.
var never = []struct {
	happening string
	states    []string
	why       string
}{
	{"payment", []string{"none", "begun"}, "nothing has left for the gateway"},
	{"payment", []string{"paid", "refunding", "refunded", "refund_failed"}, "it is paid already, and nothing is charged twice"},
	{"refund", []string{"none", "begun", "sent", "pending", "in_doubt", "paid", "failed", "closed"}, "only a refund that is on record is asked for"},
	{"refund", []string{"refunded"}, "it is given back already"},
	{"notice", []string{"none", "begun"}, "the gateway does not know it"},
	{"notification", []string{"none", "begun", "sent", "pending", "in_doubt", "failed", "closed", "refunding", "refunded"}, "only of a payment that stands a merchant is notified"},
	{"kill", []string{"none"}, "there is no order yet"},
	{"restart", []string{"none"}, "there is no order yet"},
	{"reload", []string{"none"}, "there is no order yet"},
	{"freeze", []string{"none"}, "there is no order yet"},
}

func whyNever(state, happening string) string {
	for _, n := range never {
		if n.happening == happening && slices.Contains(n.states, state) {
			return n.why
		}
	}
	return "not seen in these worlds, though it could be"
}
