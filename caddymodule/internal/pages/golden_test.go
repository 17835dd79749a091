package pages

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
)

var update = flag.Bool("update", false, "write the golden pages anew")

func TestGoldenPages(t *testing.T) {
	t.Parallel()
	expected := make(map[string]bool)
	for name, page := range samples(t) {
		for _, lang := range []bilingual.Lang{bilingual.Zh, bilingual.En} {
			file := filepath.Join("testdata", "golden", name+"."+string(lang)+".html")
			expected[file] = true
			t.Run(filepath.Base(file), func(t *testing.T) {
				t.Parallel()
				var got bytes.Buffer
				if err := render(&got, page, lang, "NONCE"); err != nil {
					t.Fatal(err)
				}
				compareGolden(t, file, got.Bytes())
			})
		}
	}
	files, err := filepath.Glob("testdata/golden/*.html")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if !expected[file] {
			t.Errorf("%s belongs to no page", file)
		}
	}
}

// compareGolden compares what the page says; its style and scripts are files of
// their own.
func compareGolden(t *testing.T, file string, page []byte) {
	t.Helper()
	got := withoutEmbedded(page)
	if *update {
		if err := os.WriteFile(file, got, 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("page differs from %s; run with -update and look at the difference\ngot:\n%s", file, got)
	}
}

// withoutEmbedded replaces the style and the scripts by their file names.
func withoutEmbedded(page []byte) []byte {
	page = bytes.Replace(page, []byte(style), []byte("/* style.css */\n"), 1)
	for _, d := range designs {
		if d.script != "" {
			page = bytes.Replace(page, []byte(d.script), []byte("// scripts\n"), 1)
		}
	}
	return page
}
