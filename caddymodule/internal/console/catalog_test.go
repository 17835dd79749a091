package console

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/paybridge/paybridge/caddymodule/internal/api"
	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
	"github.com/paybridge/paybridge/caddymodule/internal/bridge"
	"github.com/paybridge/paybridge/caddymodule/internal/delivery"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/readiness"
	"github.com/paybridge/paybridge/caddymodule/internal/shadow"
	"github.com/paybridge/paybridge/translate"
)

// wordless are texts of the Chinese catalogue without a Chinese word: punctuation, and a
// name that is the same in English.
var wordless = []string{"comma", "pair", "queryid"}

var placeholder = regexp.MustCompile(`\{\w+\}`)

func hasHan(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

// TestCatalogsAreComplete: both have the same texts with the same placeholders,
// each in its language.
func TestCatalogsAreComplete(t *testing.T) {
	t.Parallel()
	zh, en := readCatalog(bilingual.Zh), readCatalog(bilingual.En)
	if got, want := slices.Sorted(maps.Keys(zh)), slices.Sorted(maps.Keys(en)); !slices.Equal(got, want) {
		t.Fatalf("Chinese has %v\nEnglish has %v", got, want)
	}
	for name, text := range zh {
		if text == "" || en[name] == "" || hasHan(en[name]) {
			t.Errorf("%s: %q, %q", name, text, en[name])
		}
		if letters := placeholder.ReplaceAllString(text, ""); !hasHan(letters) && !slices.Contains(wordless, name) {
			t.Errorf("%s: not Chinese: %q", name, text)
		}
		if got, want := placeholdersOf(text), placeholdersOf(en[name]); !slices.Equal(got, want) {
			t.Errorf("%s: to be filled in %v in Chinese, %v in English", name, got, want)
		}
	}
}

// TestCatalogsNameTextsOnce: of two texts with one name the later would silently stand
// in both places.
func TestCatalogsNameTextsOnce(t *testing.T) {
	t.Parallel()
	for _, lang := range []bilingual.Lang{bilingual.Zh, bilingual.En} {
		text, err := catalogFiles.ReadFile("i18n/" + string(lang) + ".json")
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for _, name := range regexp.MustCompile(`(?m)^  "([^"]+)":`).FindAllStringSubmatch(string(text), -1) {
			if seen[name[1]] {
				t.Errorf("%s: %q is there twice", lang, name[1])
			}
			seen[name[1]] = true
		}
		if len(seen) != len(readCatalog(lang)) {
			t.Errorf("%s: %d names are read of %d", lang, len(seen), len(readCatalog(lang)))
		}
	}
}

func placeholdersOf(text string) []string {
	names := placeholder.FindAllString(text, -1)
	slices.Sort(names)
	return names
}

// families are the texts for values of the API: each has one, so that operators
// never read a name of the code.
var families = map[string][]string{
	"state":        texts(translate.States()...),
	"notification": texts(ledger.NotificationStates()...),
	"class":        texts(delivery.Classes()...),
	"call":         texts(bridge.FailedCalls()...),
	"change": {
		"purge", "resend", "resend again", "settle", "refund", "deal with refund", "deal with notification", "quarantine", "pause", "resume",
		"route", "keep forms", "read form", "forget forms", "try pay", "try cancel", "try notify",
	},
	"kind": {
		"request", "moved", "call", "notice", "attempt", "change", "quarantined", "not_found", "resubmit", "taken_over", ledger.UnpaidEvent,
		translate.Repeated.String(), translate.Late.String(), translate.LatePayment.String(), translate.Contradicted.String(),
		translate.FailedAttempt.String(),
	},
	"source":     {"merchant", "answer", "query", "notice", "cancel", "expiry", "refund", "repeat", "operator", "ledger", "retry"},
	"list":       {"in_doubt", "overdue_orders", "waiting", "overdue_notifications", "exhausted", "refund_failed", "quarantine", "refused", "paused", "orders", "notifications", "changes", "sums", "merchants", "routes"},
	"mode":       texts(api.StepModes()...),
	"origin":     texts(api.RouteOrigins()...),
	"verdict":    texts(readiness.Verdicts()...),
	"level":      texts(readiness.Levels()...),
	"difference": texts(shadow.Differences()...),
	"detail":     shadow.DetailWords(),
	"matter":     {"open", "dealt with"},
	"row":        texts(ledger.RowKinds()...),
}

func texts[T ~string](values ...T) []string {
	list := make([]string, len(values))
	for i, value := range values {
		list[i] = string(value)
	}
	return list
}

// TestTermsAgree: the API's refusals call states as the page does.
func TestTermsAgree(t *testing.T) {
	t.Parallel()
	table := readCatalog(bilingual.Zh)
	for _, family := range []string{"state", "notification", "row", "detail"} {
		for _, value := range families[family] {
			if got, want := bilingual.Term(value).In(bilingual.Zh), table[family+"."+value]; got != want {
				t.Errorf("the API calls %s %q, the page %q", value, got, want)
			}
		}
	}
}

func TestFamiliesAreComplete(t *testing.T) {
	t.Parallel()
	known := maps.Clone(families)
	known["about"] = append(slices.Clone(families["state"]), "in_doubt_unpaid", "refunding_unsent", "refund_failed_dealt")
	for state, facts := range stateTable() {
		if facts.Watched {
			known["about"] = append(known["about"], string(state)+"_watched")
		}
	}
	known["rest"] = families["notification"]
	got := make(map[string][]string)
	for name := range readCatalog(bilingual.Zh) {
		if family, value, member := strings.Cut(name, "."); member {
			got[family] = append(got[family], value)
		}
	}
	for family, values := range known {
		if got, want := slices.Sorted(slices.Values(got[family])), slices.Sorted(slices.Values(values)); !slices.Equal(got, want) {
			t.Errorf("family %s has %v, want %v", family, got, want)
		}
	}
	if len(got) != len(known) {
		t.Errorf("families %v, want %v", slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(known)))
	}
}

// TestTextsAreUsed: every text that page or scripts name is there, and none is
// there for nothing.
func TestTextsAreUsed(t *testing.T) {
	t.Parallel()
	texts := readCatalog(bilingual.Zh)
	text := everything(t)
	for _, match := range regexp.MustCompile(`\bt(?:\(| )['"]([a-z0-9_.]+)['"]`).FindAllStringSubmatch(text, -1) {
		_, known := texts[match[1]]
		if !known && !strings.HasSuffix(match[1], ".") && match[1] != "span_" { // families are put together
			t.Errorf("no text %q", match[1])
		}
	}
	for name := range texts {
		_, _, member := strings.Cut(name, ".")
		unit, isUnit := strings.CutPrefix(name, "span_")
		quoted := regexp.MustCompile(`['"]` + regexp.QuoteMeta(name) + `['"]`)
		if !member && !quoted.MatchString(text) && (!isUnit || !strings.Contains(text, "'"+unit+"'")) {
			t.Errorf("nobody uses %q", name)
		}
	}
}

// TestNothingIsLostOnTheWay: what the browser puts together from the catalog as it is
// sent is the catalog.
func TestNothingIsLostOnTheWay(t *testing.T) {
	t.Parallel()
	for _, lang := range []bilingual.Lang{bilingual.Zh, bilingual.En} {
		whole := readCatalog(lang)
		sent := whole.short()
		for name, want := range whole {
			family, value, member := strings.Cut(name, ".")
			got := sent[name]
			if member {
				word, told := sent[family+"."].(map[string]string)[value]
				if got = word; !told {
					got = value // as term does
				}
			}
			if got != want || strings.Contains(value, ".") { // t cuts a name at its dots
				t.Errorf("%s: %s is sent as %v, want %q", lang, name, got, want)
			}
		}
	}
}
