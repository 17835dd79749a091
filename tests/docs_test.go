package tests

import (
	"cmp"
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/paybridge/paybridge/translate"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// readText reads a file of the repository by its path from the root.
func readText(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", path))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// chapter returns the text below a heading of a document, to the next heading.
func chapter(t *testing.T, document, heading string) string {
	t.Helper()
	_, text, found := strings.Cut("\n"+readText(t, document), "\n"+heading+"\n")
	if !found {
		t.Fatalf("%s has no heading %q", document, heading)
	}
	text, _, _ = strings.Cut(text, "\n#")
	return text
}

// rows returns the rows of the tables in a text, without their heads.
func rows(text string) [][]string {
	var all [][]string
	for table := range strings.SplitSeq(text, "\n\n") {
		for i, line := range strings.Split(strings.TrimSpace(table), "\n") {
			if i < 2 || !strings.HasPrefix(line, "|") {
				continue
			}
			cells := strings.Split(strings.Trim(line, "|"), "|")
			for i := range cells {
				cells[i] = strings.TrimSpace(cells[i])
			}
			all = append(all, cells)
		}
	}
	return all
}

var quoted = regexp.MustCompile("`([^`]+)`")

// firstQuoted returns what stands in backquotes in the first cells of the tables
// below a heading of a document.
func firstQuoted(t *testing.T, document, heading string) []string {
	t.Helper()
	var all []string
	for _, row := range rows(chapter(t, document, heading)) {
		for _, match := range quoted.FindAllStringSubmatch(row[0], -1) {
			all = append(all, match[1])
		}
	}
	if len(all) == 0 {
		t.Fatalf("%s, %s: nothing is quoted", document, heading)
	}
	return all
}

// expectRows insists that the tables below a heading of a document have these rows
// and no others. want are the first cells of each row, without backquotes.
func expectRows(t *testing.T, document, heading string, want [][]string) {
	t.Helper()
	got := rows(chapter(t, document, heading))
	if len(got) != len(want) {
		t.Errorf("%s: %d rows, want %d", heading, len(got), len(want))
	}
	for _, cells := range want {
		found := slices.ContainsFunc(got, func(row []string) bool {
			bare := strings.Split(strings.ReplaceAll(strings.Join(row, "|"), "`", ""), "|")
			return len(bare) >= len(cells) && slices.Equal(bare[:len(cells)], cells)
		})
		if !found {
			t.Errorf("%s: no row %q", heading, cells)
		}
	}
}

func TestDocumentsShowCodesAndActions(t *testing.T) {
	t.Parallel()
	var codes, results, actions [][]string
	for _, c := range v1.Codes() {
		codes = append(codes, []string{string(c), c.Message()})
	}
	for _, c := range v1.ResultCodes() {
		results = append(results, []string{string(c), c.Message()})
	}
	for _, r := range translate.Rules() {
		actions = append(actions, []string{string(r.Action), r.Channel, string(r.Mode)})
	}
	expectRows(t, "docs/merchants.md", "## respcode", codes)
	expectRows(t, "docs/merchants.md", "## resultcode", results)
	expectRows(t, "docs/merchants.md", "## Actions", actions)
}

// Which states a query tells by which resultcode stands in one table, and in the
// documents of both languages; behind the colon is a remark.
func TestDocumentsShowResultCodesOfStates(t *testing.T) {
	t.Parallel()
	for _, language := range []struct {
		document, between, colon string
		never                    string
		name                     func(translate.State) string
	}{
		{"docs/merchants.md", ", ", ":", "never", func(s translate.State) string { return strings.ReplaceAll(string(s), "_", " ") }},
		{"docs/merchants.zh.md", "、", "：", "从不使用", func(s translate.State) string { return s.Row().Chinese }},
	} {
		var want [][]string
		for _, code := range v1.ResultCodes() {
			var names []string
			for _, state := range translate.StatesWhere(func(row translate.StateRow) bool { return row.Query == code }) {
				names = append(names, language.name(state))
			}
			want = append(want, []string{string(code), cmp.Or(strings.Join(names, language.between), language.never)})
		}
		var got [][]string
		for _, row := range rows(chapter(t, language.document, "## resultcode")) {
			states, _, _ := strings.Cut(row[2], language.colon)
			got = append(got, []string{strings.Trim(row[0], "`"), states})
		}
		if !slices.EqualFunc(got, want, slices.Equal) {
			t.Errorf("%s tells %q, want %q", language.document, got, want)
		}
	}
}

func TestContributingNamesDependencies(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("go", "mod", "edit", "-json", filepath.Join("..", "go.mod")).Output()
	if err != nil {
		t.Fatal(err)
	}
	var module struct {
		Require []struct {
			Path     string
			Indirect bool
		}
	}
	if err := json.Unmarshal(out, &module); err != nil {
		t.Fatal(err)
	}
	var direct []string
	for _, r := range module.Require {
		if !r.Indirect {
			direct = append(direct, r.Path)
		}
	}
	named := firstQuoted(t, "CONTRIBUTING.md", "## Dependencies")
	slices.Sort(direct)
	slices.Sort(named)
	if !slices.Equal(named, direct) {
		t.Errorf("CONTRIBUTING.md names %q, go.mod %q", named, direct)
	}
}

// Every target of make that a document names exists.
func TestDocumentsNameTargets(t *testing.T) {
	t.Parallel()
	makefile := readText(t, "xcaddy.mk")
	named := 0
	for _, document := range markdown(t) {
		for _, command := range regexp.MustCompile(`make -f xcaddy\.mk ([a-z-]+)`).FindAllStringSubmatch(readText(t, document), -1) {
			named++
			if !strings.Contains(makefile, "\n"+command[1]+":") {
				t.Errorf("%s: xcaddy.mk has no target %s", document, command[1])
			}
		}
	}
	if named == 0 {
		t.Fatal("no document names a target")
	}
}

// The README builds the Caddy that the tests build.
func TestReadmeNamesCaddy(t *testing.T) {
	t.Parallel()
	wanted := regexp.MustCompile(`(?m)^\tgithub\.com/caddyserver/caddy/v2 (v\S+)`).FindStringSubmatch(readText(t, "go.mod"))[1]
	for _, readme := range []string{"README.md", "README.zh.md"} {
		if !strings.Contains(readText(t, readme), "xcaddy build "+wanted+" ") {
			t.Errorf("%s does not build Caddy %s", readme, wanted)
		}
	}
}

// The documents install the newest version of the changelog.
func TestDocumentsNameTheNewestVersion(t *testing.T) {
	t.Parallel()
	heading := regexp.MustCompile(`(?m)^## \[(\d+\.\d+\.\d+)\]`)
	newest := heading.FindStringSubmatch(readText(t, "CHANGELOG.md"))
	if newest == nil {
		t.Fatal("CHANGELOG.md has no version")
	}
	for _, document := range []string{"README.md", "README.zh.md", "docs/releases.md", "docs/releases.zh.md"} {
		if !strings.Contains(readText(t, document), "apt-get install ./paybridge_"+newest[1]+"_amd64.deb") {
			t.Errorf("%s does not install %s", document, newest[1])
		}
	}
}

// Every document that says which Go is needed says that of go.mod.
func TestDocumentsNameGo(t *testing.T) {
	t.Parallel()
	wanted := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindStringSubmatch(readText(t, "go.mod"))[1]
	for _, document := range markdown(t) {
		for _, named := range regexp.MustCompile(`\bGo (\d+\.\d+)\b`).FindAllStringSubmatch(readText(t, document), -1) {
			if named[1] != wanted && document != "CHANGELOG.md" {
				t.Errorf("%s names Go %s, go.mod %s", document, named[1], wanted)
			}
		}
	}
}

// Every command is in the table of commands, and nothing else is.
func TestEveryCommandIsDocumented(t *testing.T) {
	t.Parallel()
	help, err := exec.Command(bridgeBinary, "paybridge", "--help").Output()
	if err != nil {
		t.Fatal(err)
	}
	_, list, _ := strings.Cut(string(help), "Available Commands:\n")
	list, _, _ = strings.Cut(list, "\n\n")
	var commands, named []string
	for line := range strings.Lines(list) {
		commands = append(commands, strings.Fields(line)[0])
	}
	for _, text := range firstQuoted(t, "docs/daily-work.md", "## Commands") {
		named = append(named, strings.Fields(text)[0])
	}
	slices.Sort(commands)
	slices.Sort(named)
	if named = slices.Compact(named); !slices.Equal(named, commands) {
		t.Errorf("docs/daily-work.md names %q, the help %q", named, commands)
	}
}

// What an operator looks up at night is what the bridge says.
func TestTroubleshootingQuotesLogLines(t *testing.T) {
	t.Parallel()
	var sources strings.Builder
	err := filepath.WalkDir(filepath.Join("..", "caddymodule"), func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		sources.Write(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range firstQuoted(t, "docs/troubleshooting.md", "## What the log says") {
		if !strings.Contains(sources.String(), line) {
			t.Errorf("the bridge never says %q", line)
		}
	}
}

// exampleConfig is the Caddyfile for operators, in the root of the repository.
const exampleConfig = "Caddyfile.example"

// clone copies the keys that the example names, as a fresh clone has them.
func clone(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, folder := range []string{"testdata/example", "sandbox/testdata"} {
		if err := os.CopyFS(filepath.Join(dir, "tests", folder), os.DirFS(folder)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// files lists everything below a folder.
func files(t *testing.T, dir string) []string {
	t.Helper()
	var all []string
	err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		all = append(all, path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// caddyIn runs the binary in a folder, which is its home too, and returns what
// it printed.
func caddyIn(dir string, args ...string) (string, error) {
	cmd := exec.Command(bridgeBinary, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "HOME="+dir, "XDG_CONFIG_HOME="+dir, "XDG_DATA_HOME="+dir, "TMPDIR="+dir)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// switchedOff is the mark of an option in the example that is not set: a "#"
// without a blank behind it. Lines inside a block that is switched off are
// indented by tabs.
var switchedOff = regexp.MustCompile(`(?m)^(\t*)#([a-z}\t])`)

func switchOn(text string) string { return switchedOff.ReplaceAllString(text, "$1$2") }

// The example is valid in a fresh clone, as it stands and with every option
// switched on, and validating it writes nothing.
func TestExampleValidates(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(string) string{
		"as it stands":      func(text string) string { return text },
		"with every option": switchOn,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := clone(t)
			path := filepath.Join(dir, exampleConfig)
			if err := os.WriteFile(path, []byte(change(readText(t, exampleConfig))), 0o600); err != nil {
				t.Fatal(err)
			}
			before := files(t, dir)
			out, err := caddyIn(dir, "validate", "--config", exampleConfig, "--adapter", "caddyfile")
			if err != nil || strings.Contains(out, `"level":"warn"`) {
				t.Errorf("%v\n%s", err, out)
			}
			if after := files(t, dir); !slices.Equal(after, before) {
				t.Errorf("validating left %q, before there was %q", after, before)
			}
		})
	}
}

// blocks are Caddyfiles with a word in each block that does not exist, upon
// which the parser lists those that do.
var blocks = map[string]string{
	"the app":    "{\n paybridge {\n nonsense\n }\n}",
	"merchant":   "{\n paybridge {\n merchant 1 {\n nonsense\n }\n }\n}",
	"tran_codes": "{\n paybridge {\n tran_codes {\n nonsense\n }\n }\n}",
	"timeouts":   "{\n paybridge {\n timeouts {\n nonsense\n }\n }\n}",
	"health":     "{\n paybridge {\n health {\n nonsense\n }\n }\n}",
}

var knownWords = regexp.MustCompile(`write one of: ([a-z0-9_, ]+)`)

// Every directive is explained in the configuration's document and shown in the
// example.
func TestEveryWordIsDocumented(t *testing.T) {
	t.Parallel()
	explained := make(map[string]bool)
	for _, heading := range []string{"## The block `paybridge`", "## The block `merchant`", "## Smaller blocks"} {
		for _, text := range firstQuoted(t, "docs/configuration.md", heading) {
			explained[strings.Fields(text)[0]] = true
		}
	}
	shown := make(map[string]bool)
	for line := range strings.Lines(switchOn(readText(t, exampleConfig))) {
		if words := strings.Fields(line); len(words) > 0 {
			shown[words[0]] = true
		}
	}
	for block, caddyfile := range blocks {
		t.Run(block, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "Caddyfile"), []byte(caddyfile), 0o600); err != nil {
				t.Fatal(err)
			}
			out, err := caddyIn(dir, "adapt", "--config", "Caddyfile")
			known := knownWords.FindStringSubmatch(out)
			if err == nil || known == nil {
				t.Fatalf("the parser does not list its words: %v\n%s", err, out)
			}
			for _, word := range strings.Split(known[1], ", ") {
				if !explained[word] {
					t.Errorf("docs/configuration.md does not explain %s", word)
				}
				if !shown[word] {
					t.Errorf("%s does not show %s", exampleConfig, word)
				}
			}
		})
	}
}
