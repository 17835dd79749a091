package pages

import (
	"io/fs"
	"regexp"
	"testing"
)

func TestScripts(t *testing.T) {
	t.Parallel()
	// What scripts must not have, and why.
	rules := map[string]*regexp.Regexp{
		"words belong to scenes":          regexp.MustCompile(`[^\x00-\x7f]`),
		"scripts write no HTML":           regexp.MustCompile(`innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|\.srcdoc`),
		"scripts run no text":             regexp.MustCompile(`\beval\(|\bFunction\(|set(Timeout|Interval)\(\s*['"` + "`]"),
		"the script element would end":    regexp.MustCompile(`(?i)</script|<!--`),
		"old web views: newer operators":  regexp.MustCompile(`\?\.[^0-9]|\?\?|\*\*=|&&=|\|\|=|\.\.\.`),
		"old web views: newer statements": regexp.MustCompile(`catch\s*\{|for await|\bimport\b|\bexport\b|#[a-z]+\s*[=(;]|[0-9]n\b`),
		"old web views: newer methods":    regexp.MustCompile(`\.(finally|flat|flatMap|fromEntries|matchAll|replaceAll|at|allSettled|any|trimEnd|trimStart|toggleAttribute|requestSubmit|replaceChildren)\(|AbortController|globalThis`),
		"other windows and what is kept":  regexp.MustCompile(`postMessage|localStorage|sessionStorage|document\.cookie|window\.open\(`),
	}
	files, err := fs.Glob(scriptFiles, "scripts/*.js")
	if err != nil || len(files) == 0 {
		t.Fatalf("scripts: %v, %v", files, err)
	}
	for _, file := range files {
		text, err := scriptFiles.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for why, rule := range rules {
			if found := rule.FindString(string(text)); found != "" {
				t.Errorf("%s contains %q: %s", file, found, why)
			}
		}
	}
}
