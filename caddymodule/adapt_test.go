package caddymodule

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/caddyserver/caddy/v2/caddyconfig"
)

// fixture is one file in Caddy's own format: a Caddyfile, a line of dashes, and
// the JSON or the error that it adapts to.
type fixture struct{ name, caddyfile, want string }

func fixtures(t *testing.T, folder string) []fixture {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("testdata", folder, "*.caddyfiletest"))
	if err != nil {
		t.Fatal(err)
	}
	if len(paths) == 0 {
		t.Fatalf("no fixtures in %s", folder)
	}
	var all []fixture
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		caddyfile, want, found := strings.Cut(string(text), "----------\n")
		if !found {
			t.Fatalf("%s: no line of dashes", path)
		}
		all = append(all, fixture{strings.TrimSuffix(filepath.Base(path), ".caddyfiletest"), caddyfile, want})
	}
	return all
}

func TestAdapt(t *testing.T) {
	t.Parallel()
	for _, f := range fixtures(t, "adapt") {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			got, warnings, err := caddyconfig.GetAdapter("caddyfile").Adapt([]byte(f.caddyfile), nil)
			if err != nil {
				t.Fatal(err)
			}
			if len(warnings) > 0 {
				t.Errorf("warnings: %v", warnings)
			}
			var pretty bytes.Buffer
			if err := json.Indent(&pretty, withoutSource(t, got), "", "\t"); err != nil {
				t.Fatal(err)
			}
			if pretty.String() != strings.TrimSpace(f.want) {
				t.Errorf("got\n%s\nwant\n%s", &pretty, f.want)
			}
			mustUnmarshalStrictly(t, got)
		})
	}
}

// withoutSource leaves out where the directives stand, which TestAdaptNotesPositions
// looks at.
func withoutSource(t *testing.T, adapted []byte) []byte {
	t.Helper()
	var config struct {
		Apps struct {
			Paybridge json.RawMessage `json:"paybridge"`
		} `json:"apps"`
	}
	app := new(App)
	if err := json.Unmarshal(adapted, &config); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(config.Apps.Paybridge, app); err != nil {
		t.Fatal(err)
	}
	clearSource(app)
	bare, err := json.Marshal(app)
	if err != nil {
		t.Fatal(err)
	}
	return bytes.Replace(adapted, config.Apps.Paybridge, bare, 1)
}

func clearSource(app *App) {
	app.Source = nil
	for i := range app.Merchants {
		app.Merchants[i].Source = nil
	}
}

// mustUnmarshalStrictly insists that the app knows every member it is adapted
// to.
func mustUnmarshalStrictly(t *testing.T, adapted []byte) {
	t.Helper()
	var config struct {
		Apps struct {
			Paybridge json.RawMessage `json:"paybridge"`
		} `json:"apps"`
	}
	if err := json.Unmarshal(adapted, &config); err != nil {
		t.Fatal(err)
	}
	decoder := json.NewDecoder(bytes.NewReader(config.Apps.Paybridge))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(new(App)); err != nil {
		t.Errorf("the app does not read %s: %v", config.Apps.Paybridge, err)
	}
}

func TestAdaptErrors(t *testing.T) {
	t.Parallel()
	for _, f := range fixtures(t, "adapt_errors") {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			_, _, err := caddyconfig.GetAdapter("caddyfile").Adapt([]byte(f.caddyfile), map[string]any{"filename": "Caddyfile"})
			if err == nil {
				t.Fatalf("no error, want %s", f.want)
			}
			want := strings.TrimSpace(f.want)
			if !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "errors in the configuration") {
				t.Errorf("error %q, want only %q", err, want)
			}
			if strings.Contains(err.Error(), "canary") {
				t.Errorf("error %q gives a secret away", err)
			}
			if !strings.Contains(err.Error(), "Caddyfile:") {
				t.Errorf("error %q does not name the line", err)
			}
		})
	}
}

// Every directive that the parser knows is explained in the synopsis and shown in
// the full fixture.
func TestWordsAreDocumentedAndShown(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("caddyfile.go")
	if err != nil {
		t.Fatal(err)
	}
	synopsis := section(t, string(source), "// UnmarshalCaddyfile sets up the app.", "\nfunc ")
	shown := ""
	for _, f := range fixtures(t, "adapt") {
		if f.name == "full" {
			shown += f.caddyfile
		}
	}
	for _, names := range [][]string{slices.Collect(maps.Keys(appDirectives)), slices.Collect(maps.Keys(merchantDirectives))} {
		for _, name := range names {
			for where, text := range map[string]string{"the synopsis": synopsis, "full.caddyfiletest": shown} {
				if !slices.Contains(strings.Fields(text), name) {
					t.Errorf("%s lacks %s", where, name)
				}
			}
		}
	}
}

// section returns the text from one mark to the next.
func section(t *testing.T, text, from, to string) string {
	t.Helper()
	_, after, found := strings.Cut(text, from)
	if !found {
		t.Fatalf("no %q", from)
	}
	before, _, found := strings.Cut(after, to)
	if !found {
		t.Fatalf("no %q", to)
	}
	return before
}
