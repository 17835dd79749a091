package guard

import (
	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
	"github.com/paybridge/paybridge/caddymodule/internal/rollback"
)

// Rules are the rules of a configuration, by merchant.
type Rules struct{ byMerID map[string]rollback.Rule }

// NewRules returns the rules for merchants, where app is for those without a word of
// their own; nil is none.
func NewRules(app *rollback.Config, all []*merchants.Merchant) *Rules {
	r := &Rules{byMerID: make(map[string]rollback.Rule)}
	for _, m := range all {
		if rule, ok := rollback.RuleOf(app, m.Rollback); ok {
			r.byMerID[m.MerID] = rule
		}
	}
	return r
}

// Of is the rule for a merchant. ok is false when it is never turned back; nil has no
// rules.
func (r *Rules) Of(merID string) (rule rollback.Rule, ok bool) {
	if r == nil {
		return rollback.Rule{}, false
	}
	rule, ok = r.byMerID[merID]
	return rule, ok
}
