package readiness

import (
	"slices"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
	"github.com/paybridge/paybridge/caddymodule/internal/netcause"
	"github.com/paybridge/paybridge/caddymodule/internal/shadow"
)

// Verdict says whether a merchant can be moved.
type Verdict string

// The verdicts, the best first.
const (
	Ready    Verdict = "ready"     // nothing was found against it
	Look     Verdict = "look"      // somebody should look at the reasons first
	Unknown  Verdict = "unknown"   // too little was seen
	NotReady Verdict = "not_ready" // something would go wrong
)

// Verdicts lists them.
func Verdicts() []Verdict { return []Verdict{Ready, Look, Unknown, NotReady} }

// Level is how much a reason weighs.
type Level string

// The levels.
const (
	Note    Level = "note"    // good to know
	Warn    Level = "warn"    // perhaps nothing, somebody should look
	Missing Level = "missing" // not enough was seen to tell
	Fail    Level = "fail"    // something would go wrong
)

// Levels lists them.
func Levels() []Level { return []Level{Note, Warn, Missing, Fail} }

// verdicts are what the gravest reason makes of the whole.
var verdicts = map[Level]Verdict{Note: Ready, Warn: Look, Missing: Unknown, Fail: NotReady}

// Reason is one thing that speaks for or against moving a merchant.
type Reason struct {
	Level   Level
	Text    bilingual.Said
	Advice  bilingual.Said // what to do; zero for nothing
	Times   int            // how often it was seen within the days, 0 when it is not of the traffic or not counted by day
	LastAt  time.Time
	Example string // an order's number
}

// Facts are what a report is made from.
type Facts struct {
	MerID     string
	Merchant  *merchants.Merchant // nil when the configuration has none
	Shadows   bool                // the merchant's route is shadow
	ShadowOff shadow.Reason       // why the shadow compares nothing, "" when it does
	Alone     bool                // there is no old gateway to move from
	Counts    []ledger.ShadowCount
	Passed    []ledger.OldTraffic       // what of the merchant's went to the old gateway
	OnRecord  bool                      // orders of it are on record, perhaps of earlier
	PaidHosts map[string]bool           // those of [BackHosts] that redirect_to_backurl_hosts lets in
	Tried     map[string]netcause.Cause // by address of [Hosts]; nil when none was tried
}

// Report says whether a merchant can be moved.
type Report struct {
	Verdict  Verdict
	Reasons  []Reason // the gravest first
	Days     int      // on which something was compared
	First    string   // the first of them, in Beijing
	Last     string
	Compared int
	Seen     []Sum // everything, differences too
}

// Judge makes the report of a merchant.
func Judge(f Facts) Report {
	r := Report{Seen: sums(f.Counts)}
	r.countDays(f.Counts)
	for _, find := range []func(Facts, Report) []Reason{
		ofConfiguration, ofAmount, ofTraffic, ofUncompared, ofAddresses, ofWeChat, ofOpenIDs,
	} {
		r.Reasons = append(r.Reasons, find(f, r)...)
	}
	order := Levels()
	slices.SortStableFunc(r.Reasons, func(a, b Reason) int {
		return slices.Index(order, b.Level) - slices.Index(order, a.Level)
	})
	r.Verdict = Ready
	if len(r.Reasons) > 0 {
		r.Verdict = verdicts[r.Reasons[0].Level]
	}
	return r
}

// countDays counts comparisons and the days that had any.
func (r *Report) countDays(counts []ledger.ShadowCount) {
	var days []string
	for _, c := range counts {
		if shadow.Kind(c.Kind) == shadow.Compared {
			r.Compared += c.Times
			days = append(days, c.Day)
		}
	}
	slices.Sort(days)
	if days = slices.Compact(days); len(days) > 0 {
		r.Days, r.First, r.Last = len(days), days[0], days[len(days)-1]
	}
}
