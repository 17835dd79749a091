package oldgateway

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/paybridge/paybridge/tests/sandbox/internal/rules"
)

// Behaviour is what the gateway does with a request. The empty value is Honest.
type Behaviour string

// The behaviours.
const (
	Honest      Behaviour = "honest"
	Refused     Behaviour = "refused"      // a signed reply with a respcode that refuses; nothing is processed
	TextAmount  Behaviour = "text_amount"  // a signed reply whose txnamt is a text, not a number
	Slow        Behaviour = "slow"         // the answer comes byte by byte over the rule's delay
	Silent      Behaviour = "silent"       // no answer until the client goes away
	Reset       Behaviour = "reset"        // the connection is reset (TCP RST) after the request was read
	ResetUnread Behaviour = "reset_unread" // and before it was; nothing is processed
	Close       Behaviour = "close"        // the connection is closed (TCP FIN) after the request was read
	Half        Behaviour = "half"         // half of the answer that was announced
	Rubbish     Behaviour = "rubbish"      // bytes that are no HTTP
	Empty       Behaviour = "empty"        // status 200 without a body
	ServerError Behaviour = "server_error" // 500 with an HTML page
	BadGateway  Behaviour = "bad_gateway"  // 502 with an HTML page, of a balancer in front of it
	Unavailable Behaviour = "unavailable"  // 503 with an HTML page
)

// sends are how behaviours let an answer out.
var sends = map[Behaviour]func(*delivery){
	Honest: sendWhole, TextAmount: sendWhole, Refused: sendWhole, Slow: sendSlow, Silent: sendNothing,
	Reset: sendReset, ResetUnread: sendReset, Close: sendClose,
	Half: sendHalf, Rubbish: sendRubbish, Empty: sendEmpty,
	ServerError: sendStatus(http.StatusInternalServerError),
	BadGateway:  sendStatus(http.StatusBadGateway),
	Unavailable: sendStatus(http.StatusServiceUnavailable),
}

// Behaviours lists all behaviours by name.
func Behaviours() []Behaviour { return slices.Sorted(maps.Keys(sends)) }

// Rule tells the gateway how to behave. The oldest rule that fits a request wins.
type Rule struct {
	Behaviour Behaviour `json:"behaviour"`
	// Path, MerID and OrderID limit the rule to an interface, a merchant, an
	// order; empty ones fit all.
	Path    string `json:"path,omitempty"`
	MerID   string `json:"merid,omitempty"`
	OrderID string `json:"orderid,omitempty"`
	// Unprocessed leaves the request out of the book. By default a failure hides
	// what has happened all the same.
	Unprocessed bool `json:"unprocessed,omitempty"`
	// Delay is waited between processing and answering; for Slow it is how long
	// the answer takes.
	Delay time.Duration `json:"delay,omitempty"`
	// Times is how many requests the rule is for; 0 means until Reset.
	Times int `json:"times,omitempty"`
}

func (r Rule) validate() error {
	switch _, known := sends[r.Behaviour]; {
	case !known && r.Behaviour != "":
		return fmt.Errorf("behaviour %q is not one of %v", r.Behaviour, Behaviours())
	case r.Times < 0 || r.Delay < 0:
		return fmt.Errorf("times and delay must not be negative: %d, %v", r.Times, r.Delay)
	case r.Behaviour == ResetUnread && r.MerID+r.OrderID != "":
		return fmt.Errorf("behaviour %q cannot know the merchant or the order", r.Behaviour)
	}
	return nil
}

// processes reports whether a request under the rule enters the book.
func (r Rule) processes() bool {
	return !r.Unprocessed && r.Behaviour != Refused && r.Behaviour != ResetUnread
}

func (r Rule) send(d *delivery) {
	d.rule = r
	if r.Delay > 0 && r.Behaviour != Slow && !d.wait(r.Delay) {
		panic(http.ErrAbortHandler)
	}
	sends[r.Behaviour](d)
}

// ruleList holds the rules that are still good for something.
type ruleList struct{ list rules.List[Rule] }

func (l *ruleList) add(r Rule) { l.list.Add(r, r.Times) }

func (l *ruleList) reset() { l.list.Reset() }

// unread takes the rule for a request that is not to be read.
func (l *ruleList) unread(path string) (Rule, bool) {
	return l.list.Take(func(r Rule) bool {
		return r.Behaviour == ResetUnread && (r.Path == "" || r.Path == path)
	})
}

// read takes the rule for a request that has been read. It is Honest where there
// is none.
func (l *ruleList) read(path, merID, orderID string) Rule {
	rule, found := l.list.Take(func(r Rule) bool {
		return r.Behaviour != ResetUnread && (r.Path == "" || r.Path == path) &&
			(r.MerID == "" || r.MerID == merID) && (r.OrderID == "" || r.OrderID == orderID)
	})
	if !found || rule.Behaviour == "" {
		rule.Behaviour = Honest
	}
	return rule
}
