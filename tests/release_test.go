package tests

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
)

// release is what .ci/release has built, for the architecture of this machine.
type release struct {
	dir     string
	version string // without its v
}

// releaseTools are what .ci/release needs beside Go and git.
func releaseTools(t *testing.T) {
	t.Helper()
	for _, tool := range []string{"nfpm", "cyclonedx-gomod"} {
		if _, err := os.Stat("../.build/tools/" + tool); err != nil {
			if os.Getenv("PAYBRIDGE_REQUIRE_RELEASE") != "" {
				t.Fatal(err)
			}
			t.Skip("no " + tool + ": make -f xcaddy.mk " + ".build/tools/" + tool + " builds it")
		}
	}
	if len(cloneVersion(t)) == 0 {
		t.Skip("there is no history that says which version this is")
	}
}

// buildRelease carries out .ci/release of a copy of this repository, with an umask
// and more of the environment.
func buildRelease(t *testing.T, root, umask string, environment ...string) release {
	t.Helper()
	dir := t.TempDir()
	script, err := filepath.Abs(filepath.Join(root, ".ci/release"))
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("sh", "-c", `umask "$1" && exec "$2" "$3" "$4"`, "sh", umask, script, dir, runtime.GOARCH)
	cmd.Env = append(os.Environ(), environment...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return release{dir: dir, version: strings.TrimPrefix(cloneVersion(t)[0], "v")}
}

// one returns the only file of a release that a pattern matches.
func (r release) one(t *testing.T, pattern string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(r.dir, pattern))
	if err != nil || len(found) != 1 {
		t.Fatalf("%s matches %q, %v", pattern, found, err)
	}
	return found[0]
}

func (r release) sums(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(r.dir, "SHA256SUMS"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// What a release consists of, and that it can be built again: the checksums of one
// commit are the same in another folder, in another zone, by another user.
func TestRelease(t *testing.T) {
	t.Parallel()
	releaseTools(t)
	r := buildRelease(t, "..", "022")

	check := exec.Command("sha256sum", "--check", "--strict", "SHA256SUMS")
	check.Dir = r.dir
	if out, err := check.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	if sums := strings.Count(r.sums(t), "\n"); sums != 4 { // binary, SBOM, .deb, .rpm
		t.Errorf("%d files:\n%s", sums, r.sums(t))
	}

	binary := r.one(t, "paybridge_*_linux_"+runtime.GOARCH)
	out, err := exec.Command(binary, "paybridge", "version").Output()
	if err != nil || !strings.Contains(string(out), " v"+r.version+"\n") {
		t.Errorf("the binary is %s, %v", out, err)
	}
	if out, err := exec.Command("go", "version", "-m", binary).Output(); err != nil || !strings.Contains(string(out), "\tCGO_ENABLED=0\n") {
		t.Errorf("not static: %v", err)
	}
	wantParts(t, binary)

	elsewhere := copyRepository(t)
	again := buildRelease(t, elsewhere, "077", append(historyOf(t, elsewhere), "TZ=Asia/Shanghai", "LANG=zh_CN.UTF-8", "USER=somebody", "GOFLAGS=-buildvcs=false")...)
	if got, want := again.sums(t), r.sums(t); got != want {
		t.Errorf("the same commit gives other bytes:\n%s\n%s", got, want)
	}

	t.Run("installed", func(t *testing.T) { installRelease(t, r) })
}

// wantParts insists that the list of parts beside a binary names what is in it.
func wantParts(t *testing.T, binary string) {
	t.Helper()
	text, err := os.ReadFile(binary + ".cdx.json")
	if err != nil {
		t.Fatal(err)
	}
	var bom struct {
		BOMFormat string
		Metadata  struct {
			Component struct{ Name, Version string }
		}
		Components []struct{ Name, Version string }
	}
	if err := json.Unmarshal(text, &bom); err != nil {
		t.Fatal(err)
	}
	if main := bom.Metadata.Component; bom.BOMFormat != "CycloneDX" || main.Name != "github.com/paybridge/paybridge" || main.Version != cloneVersion(t)[0] {
		t.Errorf("the list of parts is of %+v", main)
	}
	parts := make(map[string]string)
	for _, c := range bom.Components {
		parts[c.Name] = c.Version
	}
	out, err := exec.Command("go", "version", "-m", binary).Output()
	if err != nil {
		t.Fatal(err)
	}
	modules := regexp.MustCompile(`(?m)^\tdep\t(\S+)\t(\S+)`).FindAllStringSubmatch(string(out), -1)
	if len(modules) < 50 {
		t.Fatalf("%d modules", len(modules))
	}
	for _, module := range modules {
		if parts[module[1]] != module[2] {
			t.Errorf("the list of parts has %s %q, the binary %s", module[1], parts[module[1]], module[2])
		}
	}
}

// copyRepository copies what a clone has, and the tools, to a folder of another name.
func copyRepository(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "a clone of its own")
	list := exec.Command("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	list.Dir = ".."
	names, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	for name := range strings.SplitSeq(strings.TrimSuffix(string(names), "\x00"), "\x00") {
		source := filepath.Join("..", name)
		info, err := os.Stat(source)
		if os.IsNotExist(err) { // deleted, and not committed
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(readText(t, name)), info.Mode().Perm()&0o700); err != nil {
			t.Fatal(err)
		}
	}
	tools, err := filepath.Abs("../.build/tools")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, ".build"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(tools, filepath.Join(dir, ".build/tools")); err != nil {
		t.Fatal(err)
	}
	return dir
}

// historyOf lends this clone's history to a copy, with an index of its own.
func historyOf(t *testing.T, dir string) []string {
	t.Helper()
	path := func(args ...string) string {
		cmd := exec.Command("git", append([]string{"rev-parse", "--path-format=absolute"}, args...)...)
		cmd.Dir = ".."
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		return string(bytes.TrimSpace(out))
	}
	index, err := os.ReadFile(path("--git-path", "index"))
	if err != nil {
		t.Fatal(err)
	}
	own := filepath.Join(t.TempDir(), "index")
	if err := os.WriteFile(own, index, 0o600); err != nil {
		t.Fatal(err)
	}
	return []string{"GIT_DIR=" + path("--git-dir"), "GIT_WORK_TREE=" + dir, "GIT_INDEX_FILE=" + own}
}
