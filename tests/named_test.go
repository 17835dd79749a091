package tests

import (
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	namedDocument = regexp.MustCompile(`\b(?:docs/[a-z-]+|README|CONTRIBUTING|SECURITY)(?:\.zh)?\.md\b`)
	namedChapter  = regexp.MustCompile(`\b((?:docs/[a-z-]+|README|CONTRIBUTING|SECURITY)\.md),(?:\s|//|#)*\\?"([^"\\]+)\\?"`)
	namedRunbook  = regexp.MustCompile(`\brunbook (Paybridge\w+)`)
)

// What the code, the configuration and the help name as the place to read on is
// there: a document, its chapter, a runbook.
func TestNamedDocumentsExist(t *testing.T) {
	t.Parallel()
	extensions := []string{".go", ".example", ".mk", ".yml", ".sql", ".js", ".json", ".md"}
	runbooks := anchors(readText(t, "docs/runbooks.md"))
	chapters := 0
	for _, file := range filesThat(t, func(name string) bool { return slices.Contains(extensions, path.Ext(name)) }) {
		text := readText(t, file)
		if !strings.Contains(text, ".md") && !strings.Contains(text, "runbook ") {
			continue // most files; the expressions are slow
		}
		for _, document := range namedDocument.FindAllString(text, -1) {
			if _, found := readFromRoot(document); !found {
				t.Errorf("%s names %s, which is not there", file, document)
			}
		}
		for _, named := range namedChapter.FindAllStringSubmatch(text, -1) {
			chapters++
			if !slices.ContainsFunc(pageHeading.FindAllStringSubmatch(prose(readText(t, named[1])), -1), func(heading []string) bool {
				return heading[1] == named[2]
			}) {
				t.Errorf("%s names the chapter %q of %s, which is not there", file, named[2], named[1])
			}
		}
		for _, named := range namedRunbook.FindAllStringSubmatch(text, -1) {
			if !runbooks[strings.ToLower(named[1])] {
				t.Errorf("%s names the runbook %s, which is not there", file, named[1])
			}
		}
	}
	if chapters == 0 {
		t.Error("no chapter is named anywhere")
	}
}

// namedPath is what a document quotes as a path of the repository.
var namedPath = regexp.MustCompile("`((?:translate|caddymodule|tests|docs|\\.tools|\\.ci|\\.github)/[^ `]*)`")

// Every path of the repository that a document names is there.
func TestNamedPathsExist(t *testing.T) {
	t.Parallel()
	named := 0
	for _, document := range markdown(t) {
		for _, match := range namedPath.FindAllStringSubmatch(readText(t, document), -1) {
			named++
			if found, err := filepath.Glob(filepath.Join("..", match[1])); err != nil || len(found) == 0 {
				t.Errorf("%s names %s, which is not there", document, match[1])
			}
		}
	}
	if named == 0 {
		t.Error("no path is named anywhere")
	}
}

// Every package of the product has a place in the architecture's document.
func TestArchitectureNamesEveryPackage(t *testing.T) {
	t.Parallel()
	named := make(map[string]bool)
	for _, match := range namedPath.FindAllStringSubmatch(chapter(t, "docs/architecture.md", "## Where things are"), -1) {
		named[strings.TrimSuffix(match[1], "/")] = true
	}
	for _, name := range dependencies(t, module+"/caddymodule/...") {
		if folder, ours := strings.CutPrefix(name, module+"/"); ours && !named[folder] {
			t.Errorf("docs/architecture.md does not say what %s is for", folder)
		}
	}
}

// Every test that a document names is there: what is promised is tested.
func TestNamedTestsExist(t *testing.T) {
	t.Parallel()
	tests := make(map[string]bool)
	for _, file := range filesThat(t, func(name string) bool { return strings.HasSuffix(name, "_test.go") }) {
		for _, match := range regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`).FindAllStringSubmatch(readText(t, file), -1) {
			tests[match[1]] = true
		}
	}
	named := 0
	for _, document := range markdown(t) {
		for _, match := range regexp.MustCompile("`((?:Test|Fuzz)[A-Z]\\w*)`").FindAllStringSubmatch(readText(t, document), -1) {
			named++
			if !tests[match[1]] {
				t.Errorf("%s names %s, which is not there", document, match[1])
			}
		}
	}
	if named == 0 {
		t.Error("no test is named anywhere")
	}
}
