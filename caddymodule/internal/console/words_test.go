package console

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/paybridge/paybridge/caddymodule/internal/bridge"
	"github.com/paybridge/paybridge/caddymodule/internal/delivery"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/netcause"
	"github.com/paybridge/paybridge/caddymodule/internal/pages"
	"github.com/paybridge/paybridge/translate"
)

// alike are words that are the same in Chinese and in English.
var alike = []string{"queryid"}

var placeholder = regexp.MustCompile(`\{\w+\}`)

func hasHan(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

// TestTablesAreComplete: both have the same words with the same places to fill
// in, each in its language.
func TestTablesAreComplete(t *testing.T) {
	t.Parallel()
	zh, en := readWords(pages.Zh), readWords(pages.En)
	if got, want := slices.Sorted(maps.Keys(zh)), slices.Sorted(maps.Keys(en)); !slices.Equal(got, want) {
		t.Fatalf("Chinese has %v\nEnglish has %v", got, want)
	}
	for name, text := range zh {
		if text == "" || en[name] == "" || hasHan(en[name]) {
			t.Errorf("%s: %q, %q", name, text, en[name])
		}
		if letters := placeholder.ReplaceAllString(text, ""); !hasHan(letters) && name != "comma" && !slices.Contains(alike, name) {
			t.Errorf("%s: not Chinese: %q", name, text)
		}
		if got, want := placesOf(text), placesOf(en[name]); !slices.Equal(got, want) {
			t.Errorf("%s: to be filled in %v in Chinese, %v in English", name, got, want)
		}
	}
}

func placesOf(text string) []string {
	places := placeholder.FindAllString(text, -1)
	slices.Sort(places)
	return places
}

// families are the words for values of the API: each has one, so that operators
// never read a name of the code.
var families = map[string][]string{
	"state": texts(translate.Begun, translate.Sent, translate.Pending, translate.InDoubt, translate.Paid, translate.Failed,
		translate.Closed, translate.Refunding, translate.Refunded, translate.RefundFailed),
	"notification": texts(ledger.NotificationStates()...),
	"class":        texts(delivery.Classes()...),
	"call":         texts(bridge.FailedCalls()...),
	"cause":        texts(netcause.All()...),
	"change":       {"resend", "settle", "refund", "deal with refund", "deal with notification", "quarantine", "pause", "resume"},
	"kind": {
		"request", "moved", "call", "notice", "attempt", "change", "quarantined", "not_found", ledger.UnpaidEvent,
		translate.Repeated.String(), translate.Late.String(), translate.LatePayment.String(), translate.Contradicted.String(),
		translate.FailedAttempt.String(),
	},
	"source": {"merchant", "answer", "query", "notice", "cancel", "expiry", "refund", "repeat", "operator", "ledger", "retry"},
	"list":   {"in_doubt", "overdue_orders", "waiting", "overdue_notifications", "exhausted", "refund_failed", "quarantine", "paused", "orders", "merchants"},
	"matter": {"open", "dealt with"},
}

func texts[T ~string](values ...T) []string {
	list := make([]string, len(values))
	for i, value := range values {
		list[i] = string(value)
	}
	return list
}

func TestFamiliesAreComplete(t *testing.T) {
	t.Parallel()
	known := maps.Clone(families)
	known["about"] = append(slices.Clone(families["state"]), "closed_watched", "failed_watched", "refund_failed_watched", "in_doubt_unpaid")
	known["rest"] = families["notification"]
	got := make(map[string][]string)
	for name := range readWords(pages.Zh) {
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

// TestWordsAreUsed: every word that page or scripts name is there, and none is
// there for nothing.
func TestWordsAreUsed(t *testing.T) {
	t.Parallel()
	table := readWords(pages.Zh)
	text := everything(t)
	for _, match := range regexp.MustCompile(`say(?:\(| )['"]([a-z0-9_.]+)['"]`).FindAllStringSubmatch(text, -1) {
		_, known := table[match[1]]
		if !known && !strings.HasSuffix(match[1], ".") && match[1] != "span_" { // families are put together
			t.Errorf("no word %q", match[1])
		}
	}
	for name := range table {
		_, _, member := strings.Cut(name, ".")
		unit, isUnit := strings.CutPrefix(name, "span_")
		quoted := regexp.MustCompile(`['"]` + regexp.QuoteMeta(name) + `['"]`)
		if !member && !quoted.MatchString(text) && (!isUnit || !strings.Contains(text, "'"+unit+"'")) {
			t.Errorf("nobody says %q", name)
		}
	}
}
