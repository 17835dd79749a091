package tests

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// What GitHub runs is what a developer runs, with the Go of go.mod.
func TestCIRunsTheTests(t *testing.T) {
	t.Parallel()
	workflow := readText(t, ".github/workflows/ci.yml")
	for _, want := range []string{"- run: make -f xcaddy.mk test\n", "go-version-file: go.mod\n"} {
		if !strings.Contains(workflow, want) {
			t.Errorf("ci.yml lacks %q", want)
		}
	}
}

// Every Go module of the repository, and the base images of the container, are
// looked after by the updates of dependencies.
func TestDependencyUpdatesKnowEveryFolder(t *testing.T) {
	t.Parallel()
	folders := regexp.MustCompile(`(?m)^ +(?:- |directory: )/(\S*)$`).FindAllStringSubmatch(readText(t, ".github/dependabot.yml"), -1)
	looksAfter := func(folder string) bool {
		return slices.ContainsFunc(folders, func(match []string) bool { return path.Clean(match[1]) == folder })
	}
	kept := filesThat(t, func(name string) bool { return name == "go.mod" || name == path.Base(containerfile) })
	if len(kept) < 2 {
		t.Fatalf("found only %q", kept)
	}
	for _, file := range kept {
		if !looksAfter(path.Dir(file)) {
			t.Errorf("dependabot.yml leaves out the folder of %s", file)
		}
	}
}

// Files are as .editorconfig tells editors: with a line end at their end, no
// blanks at the ends of lines, and two blanks for each level where its section
// says so. gofmt sees to the Go files.
func TestFilesFollowEditorConfig(t *testing.T) {
	t.Parallel()
	section := regexp.MustCompile(`(?m)^\[\*\.\{([a-z,]+)\}\]\nindent_style = space$`).FindStringSubmatch(readText(t, ".editorconfig"))
	if section == nil {
		t.Fatal(".editorconfig has no section of files with blanks")
	}
	spaced := strings.Split(section[1], ",")
	plain := append([]string{"md", "mk", "sql", "html", "service", "socket", "cfg", "example", ""}, spaced...)
	for _, file := range filesThat(t, func(name string) bool { return slices.Contains(plain, strings.TrimPrefix(path.Ext(name), ".")) }) {
		if strings.Contains(file, "testdata/") || file == "caddy" {
			continue
		}
		text := readText(t, file)
		if text != "" && !strings.HasSuffix(text, "\n") {
			t.Errorf("%s does not end with a line end", file)
		}
		for line := range strings.Lines(text) {
			line = strings.TrimSuffix(line, "\n")
			if strings.TrimRight(line, " \t\r") != line {
				t.Errorf("%s has blanks at the end of a line: %q", file, line)
			}
			if strings.HasPrefix(line, "\t") && slices.Contains(spaced, strings.TrimPrefix(path.Ext(file), ".")) {
				t.Errorf("%s is indented with tabs: %q", file, line)
			}
		}
	}
}
