package tests

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// project makes a folder with the scripts of .ci and some files.
func project(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, ".ci"), os.DirFS(filepath.Join("..", ".ci"))); err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// script runs a script of .ci in a folder and returns what it prints and its exit
// status.
func script(dir, name string, args ...string) (string, int) {
	cmd := exec.Command(filepath.Join(dir, ".ci", name), args...)
	cmd.Env = append(os.Environ(), "MAKEFLAGS=", "MFLAGS=", "GOFLAGS=", "GOWORK=off")
	out, _ := cmd.CombinedOutput() // the status says it
	return string(out), cmd.ProcessState.ExitCode()
}

const parts = `
lint:
	@echo 'caddymodule/app.go:12:3: this is never used (unused)'; exit 1
packages:
	@printf -- '--- FAIL: TestOne (0.00s)\n    one_test.go:3: wrong\n    --- FAIL: TestOne/sub (0.00s)\nFAIL\nFAIL\texample/one\t0.1s\nok  \texample/two\t0.2s\nFAIL\n'; exit 1
system:
	@printf 'ok  \texample/system\t0.3s\n'
fuzz:
	@printf 'panic: oh no\n'; kill -9 $$$$
race:
	@printf '==7==ERROR: ThreadSanitizer: SEGV\nThreadSanitizer: CHECK failed: tsan_rtl.cpp:346\nSIGSEGV: segmentation violation\nfatal error: all goroutines are asleep\nWARNING: DATA RACE\n'; exit 1
`

// TestKeepGoing: a part that fails does not end the others, and what has failed is
// listed in the end, by name.
func TestKeepGoing(t *testing.T) {
	t.Parallel()
	dir := project(t, map[string]string{"xcaddy.mk": parts})
	out, status := script(dir, "keep-going", "lint", "packages", "system", "fuzz", "race", "no-such-part")
	if status != 1 {
		t.Errorf("status %d", status)
	}
	for _, want := range []string{"    one_test.go:3: wrong", "ok  \texample/two\t0.2s", "ok  \texample/system\t0.3s"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not shown", want)
		}
	}
	_, summary, _ := strings.Cut(out, "==> 5 of 6 parts have failed\n")
	want := "lint:\ncaddymodule/app.go:12:3: this is never used (unused)\n" +
		"packages:\n--- FAIL: TestOne (0.00s)\n    --- FAIL: TestOne/sub (0.00s)\nFAIL\texample/one\t0.1s\n" +
		"fuzz:\npanic: oh no\n" +
		"race:\n==7==ERROR: ThreadSanitizer: SEGV\nThreadSanitizer: CHECK failed: tsan_rtl.cpp:346\nSIGSEGV: segmentation violation\nfatal error: all goroutines are asleep\nWARNING: DATA RACE\n" +
		"no-such-part:\nno test has failed; see what is printed above\n"
	if summary != want {
		t.Errorf("the end is %q, want %q, of\n%s", summary, want, out)
	}

	out, status = script(dir, "keep-going", "system", "system")
	if status != 0 || !strings.HasSuffix(out, "\n==> all 2 parts have passed: system system\n") {
		t.Errorf("status %d of what passes:\n%s", status, out)
	}
}

// TestPartsOfTest: the makefile's test keeps going through all there is.
func TestPartsOfTest(t *testing.T) {
	t.Parallel()
	recipe := regexp.MustCompile(`(?m)^test: .*\n\t@\.ci/keep-going (.*)$`).FindStringSubmatch(readText(t, "xcaddy.mk"))
	if recipe == nil || recipe[1] != "lint packages system without-ifma simulate-short fuzz-short" {
		t.Errorf("test keeps going through %q", recipe)
	}
}

// TestFuzzKeepsGoing: every fuzz target gets its turn, also after one has failed.
func TestFuzzKeepsGoing(t *testing.T) {
	t.Parallel()
	const target = "package p\n\nimport \"testing\"\n\nfunc FuzzBad(f *testing.F) {\n\tf.Add(1)\n\tf.Fuzz(func(t *testing.T, n int) { t.Error(\"wrong\") })\n}\n"
	dir := project(t, map[string]string{
		"go.mod":           "module example\n\ngo 1.24\n",
		"a/a_test.go":      target,
		"b/b_test.go":      strings.ReplaceAll(target, "Bad", "AlsoBad"),
		"broken/x_test.go": target + "does not compile",
		"c/c_test.go":      strings.NewReplacer("FuzzBad", "FuzzGood", "t.Error(\"wrong\")", "").Replace(target),
		"c/c.go":           "package p\n",
		"d/no_fuzz.txt":    "",
	})
	out, status := script(dir, "fuzz", "10x")
	if status != 1 {
		t.Errorf("status %d", status)
	}
	for _, want := range []string{"--- FAIL: FuzzBad", "--- FAIL: FuzzAlsoBad", "broken/x_test.go:", "FuzzGood in ./c", "\nPASS\n"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not shown in\n%s", want, out)
		}
	}
}

// TestBusy: the command's status is the script's, and nothing goes on burning.
func TestBusy(t *testing.T) {
	t.Parallel()
	dir := project(t, nil)
	if out, status := script(dir, "busy", "sh", "-c", "echo at work; exit 7"); status != 7 || out != "at work\n" {
		t.Errorf("status %d, said %q", status, out)
	}
	// Its output ends when the last burner has.
	if out, status := script(dir, "busy", "sh", "-c", "kill -9 $PPID"); status != -1 {
		t.Errorf("status %d when killed, said %q", status, out)
	}
}
