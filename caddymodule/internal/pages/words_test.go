package pages

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/paybridge/paybridge/translate"
)

// asked finds the scenes and labels that templates name.
var (
	askedScene = regexp.MustCompile(`\.(?:Scene|SceneTo|Later) "([a-z]+)"`)
	askedLabel = regexp.MustCompile(`Say "([a-z]+)"`)
)

func templateText(t *testing.T, name string) string {
	t.Helper()
	text, err := templateFiles.ReadFile("templates/" + name + ".html")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func hasHan(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

func checkPhrase(t *testing.T, where string, p phrase) {
	t.Helper()
	if !hasHan(p.zh) {
		t.Errorf("%s: no Chinese: %q", where, p.zh)
	}
	if p.en == "" || hasHan(p.en) {
		t.Errorf("%s: no English: %q", where, p.en)
	}
}

func TestScenesAreComplete(t *testing.T) {
	t.Parallel()
	for name, page := range samples(t) {
		for scene, s := range page.scenes() {
			where := name + " " + scene
			checkPhrase(t, where+" title", s.title)
			checkPhrase(t, where+" text", s.text)
			if s.button != (phrase{}) {
				checkPhrase(t, where+" button", s.button)
			}
		}
	}
}

func TestScenesAreShown(t *testing.T) {
	t.Parallel()
	pages := samples(t)
	var states []string // by .Page.Shown
	for _, view := range translate.PayerViews() {
		states = append(states, string(view))
	}
	for name, also := range map[string][]string{
		"wechatpay": nil, "hosted": nil, "outside": nil, "result_open": states, "refusal_busy": nil,
	} {
		page := pages[name]
		shown := make(map[string]bool)
		for _, match := range askedScene.FindAllStringSubmatch(templateText(t, page.name()), -1) {
			shown[match[1]] = true
		}
		for _, state := range also {
			shown[state] = true
		}
		got, want := slices.Sorted(maps.Keys(shown)), slices.Sorted(maps.Keys(page.scenes()))
		if !slices.Equal(got, want) {
			t.Errorf("page %s shows %v of its scenes %v", name, got, want)
		}
	}
}

func TestLabelsAreCompleteAndShown(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	for name := range designs {
		text.WriteString(templateText(t, name))
	}
	text.WriteString(templateText(t, "layout"))
	asked := make(map[string]bool)
	for _, match := range askedLabel.FindAllStringSubmatch(text.String(), -1) {
		asked[match[1]] = true
	}
	if got, want := slices.Sorted(maps.Keys(asked)), slices.Sorted(maps.Keys(labels)); !slices.Equal(got, want) {
		t.Errorf("templates ask for %v of %v", got, want)
	}
	for name, label := range labels {
		checkPhrase(t, name, label)
	}
}

func TestReasons(t *testing.T) {
	t.Parallel()
	label := regexp.MustCompile(`^[a-z_]+$`)
	titles := make(map[string]Reason)
	for _, reason := range Reasons() {
		row := reason.row()
		if row.reason != reason {
			t.Errorf("%s has two rows, or none", reason)
		}
		if !label.MatchString(string(reason)) {
			t.Errorf("%q is no label", reason)
		}
		if reason.Status() < 400 || reason.Status() > 599 {
			t.Errorf("%s has status %d", reason, reason.Status())
		}
		for _, title := range []string{row.scene.title.zh, row.scene.title.en} {
			if other, used := titles[title]; used {
				t.Errorf("%s and %s are both called %q", reason, other, title)
			}
			titles[title] = reason
		}
	}
	if Reason("new").Status() != Internal.Status() {
		t.Error("an unknown reason is not internal")
	}
}

// A payer of whom nobody knows whether they have paid is not sent to pay again.
func TestNobodyIsToldToPayTwice(t *testing.T) {
	t.Parallel()
	for _, reason := range []Reason{UnknownMerchant, UnknownOrder, OldOrder, AlreadyPaid, Busy, NotServed, Internal} {
		text := reason.row().scene.text
		if !strings.Contains(text.zh, "请不要重复支付") || !strings.Contains(strings.ToLower(text.en), "do not pay again") {
			t.Errorf("%s reads %q and %q", reason, text.zh, text.en)
		}
	}
}

func TestRefusalOffersItsLink(t *testing.T) {
	t.Parallel()
	for _, reason := range Reasons() {
		for _, address := range []string{"", sampleResult, "javascript:alert(1)"} {
			page := written(Refusal{reason, address}, "zh").Body.String()
			want := address == sampleResult && reason.row().scene.button != (phrase{})
			if got := strings.Contains(page, `href="`); got != want {
				t.Errorf("%s with link %q: a button %v, want %v", reason, address, got, want)
			}
		}
	}
}
