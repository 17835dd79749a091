package bridge

import (
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// ruleOf is what the action of an order on record becomes in v2; known is false
// for one that this program has no rule for.
func ruleOf(o ledger.Order) (rule translate.Rule, known bool) {
	return translate.RuleOf(v1.Action(o.Action))
}

// payerShown reports whether an order in a state waits for its payer, who has been
// shown how to pay: a code, a link, pay data or the form.
func payerShown(o ledger.Order, state translate.State) bool {
	rule, known := ruleOf(o)
	return state == translate.Pending && known && !rule.MovesMoneyAtOnce()
}
