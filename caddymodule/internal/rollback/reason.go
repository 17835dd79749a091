package rollback

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
)

// Reason says with which numbers a rule was broken.
type Reason struct {
	Rule    Rule
	V2, Old Tally
}

// reasonName begins what is kept of a reason, and names it.
const reasonName = "refuses_more"

// String is the reason as it is kept with the change of a route: its name and its
// numbers, for whoever shows it to say it in the reader's language.
func (r Reason) String() string {
	return fmt.Sprintf("%s v2=%d/%d old=%d/%d window=%s max_worse=%d",
		reasonName, r.V2.Refused, r.V2.Payments, r.Old.Refused, r.Old.Payments, r.Rule.Window, r.Rule.MaxWorse)
}

// Said is the reason in both languages.
func (r Reason) Said() bilingual.Said {
	return bilingual.Say("v2 refused %d of %d new payments within %s, the old gateway %d of %d; at most %d percentage points more are allowed",
		r.V2.Refused, r.V2.Payments, bilingual.Duration(r.Rule.Window), r.Old.Refused, r.Old.Payments, r.Rule.MaxWorse)
}

// keptReasons match what [Reason.String] writes, and the sentence that was kept before
// reasons had a name.
var keptReasons = []*regexp.Regexp{
	regexp.MustCompile(`^` + reasonName + ` v2=(\d+)/(\d+) old=(\d+)/(\d+) window=(\S+) max_worse=(\d+)$`),
	regexp.MustCompile(`^v2 refused (\d+) of (\d+) new payments within (\S+), the old gateway (\d+) of (\d+); at most (\d+) percentage points more are allowed$`),
}

// ParseReason reads a reason that is kept. ok is false for a person's words.
func ParseReason(kept string) (r Reason, ok bool) {
	for _, pattern := range keptReasons {
		parts := pattern.FindStringSubmatch(kept)
		if parts == nil {
			continue
		}
		var numbers []int
		for _, part := range parts[1:] {
			switch n, err := strconv.Atoi(part); {
			case err == nil:
				numbers = append(numbers, n)
			case strings.ContainsAny(part, "hms"):
				r.Rule.Window, err = time.ParseDuration(part)
				if err != nil {
					return Reason{}, false
				}
			default:
				return Reason{}, false // longer than any count
			}
		}
		r.V2 = Tally{Refused: numbers[0], Payments: numbers[1]}
		r.Old = Tally{Refused: numbers[2], Payments: numbers[3]}
		r.Rule.MaxWorse = numbers[4]
		return r, true
	}
	return Reason{}, false
}
