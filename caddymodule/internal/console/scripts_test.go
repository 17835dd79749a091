package console

import (
	"io/fs"
	"path"
	"regexp"
	"strings"
	"testing"
)

func webFile(t *testing.T, name string) string {
	t.Helper()
	text, err := webFiles.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func scripts(t *testing.T) []string {
	t.Helper()
	names, err := fs.Glob(webFiles, "web/*.js")
	if err != nil || len(names) == 0 {
		t.Fatalf("scripts: %v, %v", names, err)
	}
	return names
}

// everything is the page and all scripts.
func everything(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	all.WriteString(webFile(t, "web/index.html"))
	for _, name := range scripts(t) {
		all.WriteString(webFile(t, name))
	}
	return all.String()
}

// rules are what scripts must not have, and why.
var rules = map[string]*regexp.Regexp{
	"texts stand in the catalogs":     regexp.MustCompile(`\p{Han}`),
	"punctuation is in the catalogs":  regexp.MustCompile(`\+ '(: | \(|, |; )' \+`),
	"scripts write no HTML":           regexp.MustCompile(`innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|srcdoc|createContextualFragment|setHTML`),
	"scripts run no text":             regexp.MustCompile(`\beval\(|\bFunction\(|set(Timeout|Interval)\(\s*['"` + "`]"),
	"a policy forbids styles":         regexp.MustCompile(`setAttribute\('style'|style:`),
	"nothing is kept in the browser":  regexp.MustCompile(`localStorage|sessionStorage|indexedDB|document\.cookie`),
	"nothing comes from elsewhere":    regexp.MustCompile(`https?://[^w]|import\(|importScripts|WebSocket|EventSource|sendBeacon`),
	"other windows are not spoken to": regexp.MustCompile(`postMessage|window\.open\(|\bopener\b`),
	"lines lose their indentation":    regexp.MustCompile("`"),
	"what is logged counts as broken": regexp.MustCompile(`console\.`),
}

func TestScripts(t *testing.T) {
	t.Parallel()
	for _, name := range scripts(t) {
		text := webFile(t, name)
		for why, rule := range rules {
			if found := rule.FindString(text); found != "" {
				t.Errorf("%s contains %q: %s", name, found, why)
			}
		}
		if lines := strings.Count(text, "\n"); lines > 400 {
			t.Errorf("%s has %d lines", name, lines)
		}
	}
}

// TestScriptsAreWhole: every script is loaded by main.js or by what that loads,
// and everything that is imported is there.
func TestScriptsAreWhole(t *testing.T) {
	t.Parallel()
	imported := regexp.MustCompile(`from '\./([a-z0-9]+\.js)'`)
	made := []string{"texts.js", "states.js", "actionnames.js"}
	reached := map[string]bool{"main.js": true}
	for _, name := range made {
		reached[name] = true
	}
	for queue := []string{"main.js"}; len(queue) > 0; queue = queue[1:] {
		for _, match := range imported.FindAllStringSubmatch(webFile(t, "web/"+queue[0]), -1) {
			if !reached[match[1]] {
				reached[match[1]] = true
				queue = append(queue, match[1])
			}
		}
	}
	for _, name := range scripts(t) {
		if !reached[path.Base(name)] {
			t.Errorf("nobody loads %s", name)
		}
	}
	if len(reached) != len(scripts(t))+len(made) {
		t.Errorf("loaded are %v", reached)
	}
}

// TestElementsExist: what scripts look for by its id is in the page.
func TestElementsExist(t *testing.T) {
	t.Parallel()
	page := webFile(t, "web/index.html")
	found := regexp.MustCompile(`byID\('([a-z]+)'\)`).FindAllStringSubmatch(everything(t), -1)
	if len(found) == 0 {
		t.Error("scripts look for nothing")
	}
	for _, match := range found {
		if !strings.Contains(page, `id="`+match[1]+`"`) {
			t.Errorf("the page has no %s", match[1])
		}
	}
}

// TestStyle: nothing moves, nothing is loaded, and colours stand in the two
// schemes alone, where Chromium's tests check their contrast.
func TestStyle(t *testing.T) {
	t.Parallel()
	style := webFile(t, "web/style.css")
	if found := regexp.MustCompile(`animation|transition|@keyframes|scroll-behavior|url\(|@import`).FindString(style); found != "" {
		t.Errorf("the style contains %q", found)
	}
	light, rest, _ := strings.Cut(style, "@media (prefers-color-scheme: dark)")
	dark, rest, found := strings.Cut(rest, "\n}\n")
	if !found {
		t.Fatal("the style does not begin with its two schemes")
	}
	colour := regexp.MustCompile(`#[0-9a-f]{3,8}\b`)
	named := regexp.MustCompile(`--[a-z-]+: #[0-9a-f]{6};`)
	if inLight, inDark := len(named.FindAllString(light, -1)), len(named.FindAllString(dark, -1)); inLight == 0 || inLight != inDark {
		t.Errorf("%d colours in the light scheme, %d in the dark one", inLight, inDark)
	}
	if stray := colour.FindAllString(rest, -1); len(stray) > 0 {
		t.Errorf("colours outside of the schemes: %v", stray)
	}
	for _, used := range regexp.MustCompile(`var\((--[a-z-]+)\)`).FindAllStringSubmatch(style, -1) {
		if !strings.Contains(light, used[1]+":") {
			t.Errorf("no colour %s", used[1])
		}
	}
}
