package configcheck

import (
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
	"github.com/paybridge/paybridge/caddymodule/internal/configerror"
	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
	"github.com/paybridge/paybridge/caddymodule/internal/rollback"
)

// Config is what is looked at, with its defaults filled in.
type Config struct {
	PublicURL     string
	GatewayURL    string
	OldGatewayURL string // empty for none
	Subject       string
	TranCodes     []TranCode
	Rollback      *rollback.Config   // nil for none
	Merchants     []merchants.Config // those of files, too
	Now           time.Time

	Source configerror.Source // where the directives stand that are no merchant's
}

// TranCode is a transaction code by the directive that sets it.
type TranCode struct {
	Directive, Code string
	Moves           bool // a message with it moves money or ends an order
}

// Finding is one thing that is doubtful.
type Finding struct {
	Directive string         // of the configuration, with the merchant where it is one's
	Text      bilingual.Said // what is wrong with it and what to do
	At        configerror.Position
	// Wrong says that nothing good can come of it: the configuration is refused.
	Wrong bool
}

// In is the finding in one line, in a language.
func (f Finding) In(lang bilingual.Lang) string { return say("%s: %s", f.Directive, f.Text).In(lang) }

// String is the finding in one line, in English.
func (f Finding) String() string { return f.In(bilingual.En) }

var say = bilingual.Say

// checks is everything that is looked at.
var checks = []func(Config) []Finding{
	equalTranCodes, oddTranCodes,
	plainPublicURL, plainGateway, gatewayPath, oldGatewayIsBridge,
	subjects, pastKeys, allowedCallbacks,
	rollbackToNowhere, rollbackOffAnyway,
}

// mostAlike is how many findings of one check are told one by one: a slip in a
// list of a thousand merchants is one slip.
const mostAlike = 10

// Check returns what it finds.
func Check(c Config) []Finding {
	var all []Finding
	for _, check := range checks {
		found := check(c)
		if more := len(found) - mostAlike; more > 0 {
			last := found[mostAlike]
			found = append(found[:mostAlike:mostAlike], Finding{
				Directive: last.Directive, At: last.At, Text: say("%s (and %d more of this kind)", last.Text, more-1), Wrong: last.Wrong,
			})
		}
		all = append(all, found...)
	}
	return all
}
