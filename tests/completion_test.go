package tests

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A shell completes the merchants of the bridge that runs, and says nothing when none
// does.
func TestMerchantsAreCompleted(t *testing.T) {
	t.Parallel()
	w := startWorld(t, settings{})
	complete := func(words ...string) []string {
		t.Helper()
		out, err := w.bridge.command(append([]string{"__completeNoDesc", "paybridge"}, words...)...).Output()
		if err != nil {
			t.Fatal(err)
		}
		found := strings.Fields(string(out))
		return found[:len(found)-1] // what follows is for the shell
	}
	merids := []string{shops["intl"].MerID, shops["gm"].MerID}
	slices.Sort(merids)
	for _, words := range [][]string{
		{"orders", "--address", w.bridge.admin, "--merchant", "8990"},
		{"merchant", "pause", "--address", w.bridge.admin, ""},
		{"changes", "--config", w.bridge.config, ""},
	} {
		if found := complete(words...); !slices.Equal(found, merids) {
			t.Errorf("%q: %q, want %q", words, found, merids)
		}
	}
	w.bridge.stop()
	if found := complete("merchant", "pause", "--address", w.bridge.admin, ""); len(found) > 0 {
		t.Errorf("without a bridge: %q", found)
	}
}

// The man pages of all commands show the whole usage.
func TestManPages(t *testing.T) {
	t.Parallel()
	w := newWorld(t, settings{})
	dir := filepath.Join(w.dir, "man")
	if out, err := w.bridge.command("manpage", "--directory", dir).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for page, usage := range map[string]string{
		"caddy-paybridge-merchant-pause.8": "caddy paybridge merchant pause MERID --why REASON [flags]",
		"caddy-paybridge-keygen.8":         "NAME-private.pem",
		"caddy-paybridge-version.8":        "caddy paybridge version [--running]",
	} {
		text, err := os.ReadFile(filepath.Join(dir, page))
		if err != nil {
			t.Fatal(err)
		}
		if bare := strings.ReplaceAll(string(text), `\-`, "-"); !strings.Contains(bare, usage) {
			t.Errorf("%s does not show %q:\n%s", page, usage, text)
		}
	}
}

// A Chinese locale has Chinese man pages of Paybridge's commands.
func TestChineseManPages(t *testing.T) {
	t.Parallel()
	w := newWorld(t, settings{})
	dir := filepath.Join(w.dir, "man")
	made := w.bridge.command("manpage", "--directory", dir)
	made.Env = append(made.Env, "LC_ALL=zh_CN.UTF-8")
	if out, err := made.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	pages, err := filepath.Glob(filepath.Join(dir, "caddy-paybridge*.8"))
	if err != nil || len(pages) < 30 {
		t.Fatalf("%d pages, %v", len(pages), err)
	}
	for _, page := range pages {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.ContainsFunc(string(text), isHan) {
			t.Errorf("%s is not Chinese:\n%s", filepath.Base(page), text)
		}
	}
}
