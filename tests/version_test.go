package tests

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/paybridge/paybridge/tests/chromium"
	"github.com/paybridge/paybridge/tests/httpclient"
)

// made is what a program is made of, as commands, API, metric and log say it.
type made struct {
	Version string `json:"version"`
	Commit  string `json:"commit"`
	Go      string `json:"go"`
	Caddy   string `json:"caddy"`
}

// versionOf asks a program which one it is.
func versionOf(t *testing.T, w *world, args ...string) made {
	t.Helper()
	out, status := w.bridge.offline("", append([]string{"version", "--json"}, args...)...)
	var m made
	if err := json.Unmarshal([]byte(out), &m); err != nil || status != 0 {
		t.Fatalf("status %d, %v: %s", status, err, out)
	}
	return m
}

// cloneVersion is the version and the commit of this clone; it is empty where there
// is no history.
func cloneVersion(t *testing.T) []string {
	t.Helper()
	out, err := exec.Command("../.ci/version").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.Fields(string(out))
}

// Whoever asks which version runs hears one thing, wherever it is asked.
func TestVersionIsTheSameEverywhere(t *testing.T) {
	t.Parallel()
	d := openDesk(t, "")
	w := d.world
	want := versionOf(t, w)
	if running := versionOf(t, w, "--running", "--address", w.bridge.admin); running != want {
		t.Errorf("the running one says %+v, the program %+v", running, want)
	}
	// The makefile has stamped it.
	if len(cloneVersion(t)) > 0 && !regexp.MustCompile(`^v\d+\.\d+\.\d+\S* [0-9a-f]{40}$`).MatchString(want.Version+" "+want.Commit) {
		t.Errorf("version %q, commit %q", want.Version, want.Commit)
	}
	if !strings.HasPrefix(want.Go, "go1.") || !strings.HasPrefix(want.Caddy, "v2.") {
		t.Errorf("%+v", want)
	}

	var document struct{ Info struct{ Version string } }
	w.bridge.read("openapi.json", &document)
	var overview struct{ Version made }
	w.bridge.read("overview", &overview)
	if document.Info.Version != want.Version || overview.Version != want {
		t.Errorf("the API says %q and %+v", document.Info.Version, overview.Version)
	}
	labels := make(map[string]string)
	for _, pair := range w.bridge.scrape()["paybridge_build_info"].GetMetric()[0].GetLabel() {
		labels[pair.GetName()] = pair.GetValue()
	}
	if got := (made{labels["version"], labels["commit"], labels["go"], labels["caddy"]}); got != want {
		t.Errorf("the metric says %+v", got)
	}
	if !logSays(w.bridge.log(), "paybridge serves", want) {
		t.Error("the log does not say it")
	}
	d.open(t, chromium.Options{Language: "en"}, "").AwaitText("Paybridge " + want.Version)
}

// read asks the admin API for what is at a path.
func (p *process) read(path string, into any) {
	p.t.Helper()
	resp, err := httpclient.Client.Get("http://" + p.admin + "/paybridge/" + path)
	if err != nil {
		p.t.Fatal(err)
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(into); err != nil {
		p.t.Fatalf("%s: %v", path, err)
	}
}

// logSays reports whether a line of a log names what a program is made of.
func logSays(log, message string, want made) bool {
	for line := range strings.Lines(log) {
		var entry struct {
			Message string `json:"msg"`
			made
		}
		if json.Unmarshal([]byte(line), &entry) == nil && entry.Message == message && entry.made == want {
			return true
		}
	}
	return false
}

// The version that the makefile stamps is the one that Go gives to a build of the
// same clone.
func TestVersionIsAsGoWritesIt(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	run := func(name string, args ...string) string {
		t.Helper()
		cmd := exec.Command(name, args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null", "TZ=Asia/Shanghai",
			"GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.com", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.com")
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%s %q: %v", name, args, err)
		}
		return strings.TrimSpace(string(out))
	}
	write := func(name, text string, mode os.FileMode) {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
	}
	write(".ci/version", readText(t, ".ci/version"), 0o700)
	if out := run(".ci/version"); out != "" {
		t.Errorf("without any history: %q", out)
	}
	write("go.mod", "module example.com/m\n\ngo 1.26\n", 0o600)
	write("main.go", "package main\n\nfunc main() {}\n", 0o600)
	write(".gitignore", "/m\n", 0o600)
	run("git", "init", "-q")
	run("git", "add", ".")

	commit := func() { run("git", "commit", "-q", "--allow-empty", "-m", "next") }
	tag := func(name string) func() { return func() { run("git", "tag", name) } }
	for _, step := range []struct {
		name string
		do   func()
	}{
		{"before any release", commit},
		{"a tag that is no version", tag("tried")},
		{"a release", tag("v0.1.0")},
		{"after a release", commit},
		{"a release candidate", tag("v0.2.0-rc.1")},
		{"after a release candidate", commit},
		{"changed since", func() { write("main.go", "package main\n\nfunc main() { println() }\n", 0o600) }},
	} {
		step.do()
		run("go", "build", "-buildvcs=true", ".")
		modules := run("go", "version", "-m", "m")
		want := regexp.MustCompile(`(?m)^\s*mod\s+example\.com/m\s+(\S+)`).FindStringSubmatch(modules)
		if want == nil {
			t.Fatalf("Go gives no version:\n%s", modules)
		}
		if got := run(".ci/version"); got != want[1]+" "+run("git", "rev-parse", "HEAD") {
			t.Errorf("%s: %s, Go says %s", step.name, got, want[1])
		}
	}
}
