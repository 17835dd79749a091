package sandbox

import (
	"fmt"
	"time"

	"github.com/paybridge/paybridge/tests/sandbox/internal/rules"
)

// Rule tells the gateway how to behave for some requests. Rules win over
// amounts; a rule for one order wins over one for a tranCode, which wins over
// one for everything; among equals the oldest wins.
type Rule struct {
	Behaviour Behaviour `json:"behaviour"`
	// OrderID limits the rule to one order (the order that is paid, queried,
	// refunded or closed); TranCode limits it to one interface.
	OrderID  string `json:"orderId,omitempty"`
	TranCode string `json:"tranCode,omitempty"`
	// Unprocessed chooses the flavour of a failure in which the gateway has
	// not processed the request. By default it has.
	Unprocessed bool `json:"unprocessed,omitempty"`
	// Words are the gateway's words of the answer, instead of its usual ones.
	Words string `json:"words,omitempty"`
	// Members are texts that members of the answer have instead of their usual
	// values, by their names. What neither head nor body has is added to the body.
	Members map[string]string `json:"members,omitempty"`
	// Delay is waited between processing and answering.
	Delay time.Duration `json:"delay,omitempty"`
	// Times is how many requests the rule is for; 0 means until reset.
	Times int `json:"times,omitempty"`
}

func (r Rule) validate() error {
	t, ok := r.Behaviour.trait()
	switch {
	case !ok:
		return fmt.Errorf("behaviour %q is not one of %v", r.Behaviour, Behaviours())
	case r.Unprocessed && !t.failure:
		return fmt.Errorf("behaviour %q has no unprocessed flavour", r.Behaviour)
	case r.Times < 0 || r.Delay < 0:
		return fmt.Errorf("times and delay must not be negative: %d, %v", r.Times, r.Delay)
	case r.Behaviour == ResetUnread && r.OrderID+r.TranCode != "":
		return fmt.Errorf("behaviour %q cannot know the order or the tranCode", r.Behaviour)
	}
	return nil
}

// ruleList holds the rules that are still good for something.
type ruleList struct{ list rules.List[Rule] }

func (l *ruleList) add(r Rule) { l.list.Add(r, r.Times) }

func (l *ruleList) reset() { l.list.Reset() }

// takeUnread takes a rule that resets the connection before it is read.
func (l *ruleList) takeUnread() bool {
	_, ok := l.list.Take(func(r Rule) bool { return r.Behaviour == ResetUnread })
	return ok
}

// takeFor takes the closest rule for a request. reused says whether its
// connection has carried an earlier one.
func (l *ruleList) takeFor(code, orderID string, reused bool) (Rule, bool) {
	// The passes are ordered by closeness.
	for _, want := range []struct{ order, code bool }{{true, true}, {true, false}, {false, true}, {false, false}} {
		rule, ok := l.list.Take(func(r Rule) bool {
			if r.Behaviour == ResetUnread || r.Behaviour == CloseReused && !reused {
				return false
			}
			return (r.OrderID != "") == want.order && (r.TranCode != "") == want.code &&
				(!want.order || r.OrderID == orderID) && (!want.code || r.TranCode == code)
		})
		if ok {
			return rule, true
		}
	}
	return Rule{}, false
}
