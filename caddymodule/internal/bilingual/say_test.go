package bilingual

import (
	"go/ast"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// sayers are the functions whose first text is looked up in the catalogue, with the
// place of that text among their arguments.
var sayers = map[string]int{"Say": 0, "say": 0, "table": 0, "noneNote": 1}

// TestCatalogue walks every sentence that is said in the words of the catalogue:
// each is in it, shows the same values in both languages, and is given as many; and
// nothing is in it that nobody says.
func TestCatalogue(t *testing.T) {
	t.Parallel()
	said := make(map[string]bool)
	for _, files := range sources(t) {
		for _, f := range files {
			ast.Inspect(f.file, func(n ast.Node) bool {
				call, is := n.(*ast.CallExpr)
				if !is {
					return true
				}
				en, given, is := saidBy(call)
				if !is {
					return true
				}
				said[en] = true
				at := f.set.Position(call.Pos())
				zh, known := chinese[en]
				if !known {
					t.Errorf("%s: the catalogue has no Chinese for\n\t%q", at, en)
				}
				if shown := values(en); given >= 0 && given != len(shown) {
					t.Errorf("%s: %q shows %d values and is given %d", at, en, len(shown), given)
				}
				if given >= 0 && barePercent(en+zh) {
					t.Errorf("%s: %q has a %% that would be read as a verb: write it twice", at, en)
				}
				if known && zh == en && worded(en) && !slices.Contains(namesOnly, en) {
					t.Errorf("%s: %q is %q in Chinese", at, en, zh)
				}
				return true
			})
		}
	}
	for en, zh := range chinese {
		if !said[en] {
			t.Errorf("nobody says %q (%q)", en, zh)
		}
		if !slices.Equal(values(en), values(zh)) {
			t.Errorf("other values in Chinese: %q, %q", en, zh)
		}
	}
	parts := len(chineseOfCommands) + len(chineseOfMoving) + len(chineseOfErrors) + len(chineseOfSelfcheck) + len(chineseOfExplain) +
		len(chineseOfTimeline) + len(chineseOfUsage) + len(chineseOfStatements) + len(chineseOfCauses) + len(chineseOfMessages)
	if parts != len(chinese) {
		t.Errorf("%d sentences are in more than one part of the catalogue", parts-len(chinese))
	}
}

// namesOnly are sentences of names that are the same in both languages.
var namesOnly = []string{"Content-Type %s", "respcode %s %s, %s", "gateway_merchant %s, merid %s", "tranCode", "respCode"}

// worded reports whether a sentence has a word to translate.
func worded(en string) bool {
	return strings.ContainsFunc(verb.ReplaceAllString(en, ""), func(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' })
}

// saidBy is the sentence that a call says, without the line ends around it, and how
// many values it is given; -1 where that cannot be told.
func saidBy(call *ast.CallExpr) (en string, given int, is bool) {
	name := ""
	switch f := call.Fun.(type) {
	case *ast.Ident:
		name = f.Name
	case *ast.SelectorExpr:
		name = f.Sel.Name
	}
	place, is := sayers[name]
	if !is || place >= len(call.Args) {
		return "", 0, false
	}
	literal, is := call.Args[place].(*ast.BasicLit)
	if !is {
		return "", 0, false
	}
	text, err := strconv.Unquote(literal.Value)
	if err != nil || text == "" {
		return "", 0, false
	}
	given = len(call.Args) - place - 1
	if strings.ToLower(name) != "say" || call.Ellipsis.IsValid() {
		given = -1
	}
	return strings.Trim(text, "\n"), given, true
}

func TestLangOfEnvironment(t *testing.T) {
	for name, tc := range map[string]struct {
		all, messages, lang string
		want                Lang
	}{
		"nothing":             {"", "", "", En},
		"Chinese":             {"", "", "zh_CN.UTF-8", Zh},
		"zh alone":            {"", "", "zh", Zh},
		"Taiwan":              {"", "", "zh_TW.Big5", Zh},
		"Singapore":           {"", "", "zh-SG@pinyin", Zh},
		"English":             {"", "", "en_US.UTF-8", En},
		"C":                   {"", "", "C", En},
		"C.UTF-8":             {"", "", "C.UTF-8", En},
		"POSIX":               {"", "", "POSIX", En},
		"another":             {"", "", "zha_CN", En},
		"LC_ALL above":        {"C", "zh_CN", "zh_CN", En},
		"LC_MESSAGES above":   {"", "zh_CN.UTF-8", "en_GB.UTF-8", Zh},
		"LC_MESSAGES, POSIX":  {"", "POSIX", "zh_CN.UTF-8", En},
		"LC_ALL above others": {"zh_CN", "C", "C", Zh},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("LC_ALL", tc.all)
			t.Setenv("LC_MESSAGES", tc.messages)
			t.Setenv("LANG", tc.lang)
			if got := LangOfEnvironment(); got != tc.want {
				t.Errorf("%s, want %s", got, tc.want)
			}
		})
	}
}
