package explain

import (
	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
	"github.com/paybridge/paybridge/caddymodule/internal/inbound"
)

// CauseFormTooLarge is the cause of a body that is larger than the bridge reads.
const CauseFormTooLarge = "form_too_large"

// CauseOfHead is the cause of a refusal that route and method alone tell, "" when
// they are right. It comes before all that is wrong with the rest of a request.
func CauseOfHead(route inbound.Route, method string) string {
	switch {
	case route.Caller == inbound.Nobody:
		return causePathNotServed
	case !route.Takes(method):
		return causeWrongMethod
	}
	return ""
}

const (
	causePathNotServed = "path_not_served"
	causeWrongMethod   = "wrong_method"
)

// requestTexts are the texts of all causes that a refused request of a merchant can
// have: those of all tables, in their order.
func requestTexts() []causeText {
	var all []causeText
	for _, facts := range [][]fact{arrivalFacts, formFacts, textFacts, cutFacts, merchantFacts, eachMemberFacts, signFacts, messageFacts, memberFacts} {
		for _, f := range facts {
			all = append(all, f.causeText)
		}
	}
	for _, t := range texts[1:] { // the first is what is right
		all = append(all, t.causeText)
	}
	for _, s := range schemes[1:] {
		all = append(all, s.causeText)
	}
	for _, s := range spellings[1:] {
		all = append(all, s.causeText)
	}
	for _, t := range damagedTexts {
		all = append(all, t.causeText)
	}
	return append(all, oldKeyExpired, keyOf("another"), unexplained, memberRefused)
}

// RequestCauses are the names of all causes that a refused request of a merchant can
// have. The set is closed, so that a metric may have them as the values of a label.
func RequestCauses() []string {
	var names []string
	for _, text := range requestTexts() {
		names = append(names, text.name)
	}
	return names
}

// Happened says in a language what a cause of [RequestCauses] means, without the
// details of any request; "" for a name that it does not know.
func Happened(lang bilingual.Lang, cause string) string {
	if lang == bilingual.Zh {
		happened, _ := chinese[cause].about("")
		return happened
	}
	if cause == keyOf("").name {
		return "It is signed with the key of another merchant."
	}
	for _, text := range requestTexts() {
		if text.name == cause {
			return text.happened
		}
	}
	return ""
}

// Cause is the name of the most likely reason of a refusal, "" when the bridge takes
// the message.
func (r Report) Cause() string {
	for _, c := range r.Causes {
		if !c.Accepted {
			return c.Name
		}
	}
	return ""
}
