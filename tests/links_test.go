package tests

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// markdown lists the repository's pages, by their paths from the root.
func markdown(t *testing.T) []string {
	t.Helper()
	return filesThat(t, func(name string) bool { return strings.HasSuffix(name, ".md") })
}

// filesThat lists files of the repository by their paths from the root, without
// those of git and those that were built.
func filesThat(t *testing.T, wanted func(name string) bool) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir("..", func(file string, entry fs.DirEntry, err error) error {
		switch name := entry.Name(); {
		case err != nil:
			return err
		case entry.IsDir() && (name == ".git" || name == ".build"):
			return fs.SkipDir
		case entry.Type().IsRegular() && wanted(name):
			relative, err := filepath.Rel("..", file)
			found = append(found, filepath.ToSlash(relative))
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// prose is a page without its blocks of code.
func prose(text string) string {
	var lines []string
	fenced := false
	for line := range strings.Lines(text) {
		if strings.HasPrefix(strings.TrimSpace(line), "```") {
			fenced = !fenced
		} else if !fenced {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "")
}

var (
	pageLink     = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	pageHeading  = regexp.MustCompile(`(?m)^#+ (.+)$`)
	noAnchorSign = regexp.MustCompile(`[^\p{L}\p{M}\p{N}_\- ]`)
)

// anchors are the places of a page that a link can name, as GitHub makes them
// from the headings.
func anchors(text string) map[string]bool {
	all := make(map[string]bool)
	for _, heading := range pageHeading.FindAllStringSubmatch(prose(text), -1) {
		anchor := strings.ReplaceAll(noAnchorSign.ReplaceAllString(strings.ToLower(heading[1]), ""), " ", "-")
		for n, first := 1, anchor; all[anchor]; n++ {
			anchor = fmt.Sprintf("%s-%d", first, n)
		}
		all[anchor] = true
	}
	return all
}

// brokenLinks tells of the links of a page that lead to no file or no heading of
// the repository, or into the other language. Links that lead elsewhere are not
// followed.
func brokenLinks(page, text string, read func(file string) (string, bool)) []string {
	var broken []string
	for _, link := range pageLink.FindAllStringSubmatch(prose(text), -1) {
		if strings.Contains(link[1], ":") {
			continue
		}
		file, anchor, _ := strings.Cut(link[1], "#")
		target := page
		if file != "" {
			target = path.Join(path.Dir(page), file)
		}
		content, found := read(target)
		switch {
		case !found:
			broken = append(broken, link[1]+" leads to no file")
		case anchor != "" && !anchors(content)[anchor]:
			broken = append(broken, link[1]+" leads to no heading")
		case inOtherLanguage(page, target):
			broken = append(broken, link[1]+" leads to the other language")
		}
	}
	return broken
}

// inOtherLanguage tells whether a link leads from a page in one language to one
// in the other. The links of a page to its own translation are what the reader
// changes languages with.
func inOtherLanguage(page, target string) bool {
	name := func(file string) string { return strings.TrimSuffix(strings.TrimSuffix(file, ".md"), ".zh") }
	if !strings.HasSuffix(target, ".md") || path.Base(target) == "CHANGELOG.md" || name(page) == name(target) {
		return false
	}
	return strings.HasSuffix(page, ".zh.md") != strings.HasSuffix(target, ".zh.md")
}

// readFromRoot reads a file of the repository; of a folder it says only that it
// is there.
func readFromRoot(file string) (string, bool) {
	file = filepath.Join("..", file)
	if info, err := os.Stat(file); err == nil && info.IsDir() {
		return "", true
	}
	text, err := os.ReadFile(file)
	return string(text), err == nil
}

// Every link of every page leads somewhere.
func TestLinksResolve(t *testing.T) {
	t.Parallel()
	for _, page := range markdown(t) {
		for _, broken := range brokenLinks(page, readText(t, page), readFromRoot) {
			t.Errorf("%s: %s", page, broken)
		}
	}
}

// The check of links notices what it is for.
func TestBrokenLinksAreNoticed(t *testing.T) {
	t.Parallel()
	pages := map[string]string{
		"guide/a.md":    "# An `x` of y's\n\n```sh\n# not a heading\n```\n## 甲 B\n## 甲 B\n",
		"guide/a.zh.md": "# 甲\n",
	}
	read := func(file string) (string, bool) {
		text, found := pages[file]
		return text, found
	}
	for link, want := range map[string]int{
		"a.md": 0, "a.zh.md": 0, "a.md#an-x-of-ys": 0, "#甲-b": 0, "#甲-b-1": 0, "https://example.com/#x": 0,
		"b.md": 1, "../a.md": 1, "a.md#not-a-heading": 1, "#甲-b-2": 1,
	} {
		text := pages["guide/a.md"] + "[there](" + link + ")"
		if broken := brokenLinks("guide/a.md", text, read); len(broken) != want {
			t.Errorf("%s: %q", link, broken)
		}
	}
	if broken := brokenLinks("guide/b.md", "[there](a.zh.md)", read); len(broken) != 1 {
		t.Error("a link into the other language is not noticed")
	}
}

// The README is what a newcomer reads to the end.
func TestReadmeIsShort(t *testing.T) {
	t.Parallel()
	const most = 250
	for _, readme := range []string{"README.md", "README.zh.md"} {
		if lines := strings.Count(readText(t, readme), "\n"); lines > most {
			t.Errorf("%s has %d lines, more than %d: move what not everybody needs into docs/", readme, lines, most)
		}
	}
}

// Whoever opens the README finds every document from there.
func TestReadmeLeadsToEveryDocument(t *testing.T) {
	t.Parallel()
	for i, readme := range []string{"README.md", "README.zh.md"} {
		text := readText(t, readme)
		for _, pair := range documents(t) {
			if document := pair[i]; document != readme && !strings.Contains(text, "]("+document+")") {
				t.Errorf("%s does not lead to %s", readme, document)
			}
		}
	}
}
