package tests

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// inventedDatabase is a vulnerability database in which a function of the standard
// library is vulnerable.
func inventedDatabase(function string) map[string]string {
	const entry = `"id":"GO-2026-9999","modified":"2026-01-01T00:00:00Z"`
	return map[string]string{
		"db/index/db.json":      `{"modified":"2026-01-01T00:00:00Z"}`,
		"db/index/modules.json": `[{"path":"stdlib","vulns":[{` + entry + `}]}]`,
		"db/index/vulns.json":   `[{` + entry + `}]`,
		"db/ID/GO-2026-9999.json": `{"schema_version":"1.3.1",` + entry + `,"summary":"invented","affected":[{"package":{"name":"stdlib","ecosystem":"Go"},
			"ranges":[{"type":"SEMVER","events":[{"introduced":"0"}]}],"ecosystem_specific":{"imports":[{"path":"path","symbols":["` + function + `"]}]}}],
			"database_specific":{"url":"https://vulnerabilities.example"}}`,
		"go.mod":  "module example\n\ngo 1.26\n",
		"main.go": "package main\n\nimport \"path\"\n\nfunc main() { println(path.Clean(\"a//b\")) }\n",
	}
}

// TestVulncheck: a vulnerable function that is called is a failure, one that is not
// called is none, and where there is no database nothing passes for checked.
func TestVulncheck(t *testing.T) {
	const tool = ".build/tools/govulncheck"
	path, err := filepath.Abs(filepath.Join("..", tool))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Skip("no govulncheck: make -f xcaddy.mk " + tool + " builds it")
	}
	for name, c := range map[string]struct {
		vulnerable, database, required string
		args                           []string
		status                         int
		words                          string
	}{
		"called":                    {vulnerable: "Clean", database: "db", status: 1, words: "example.main calls path.Clean"},
		"not called":                {vulnerable: "Match", database: "db", words: "No vulnerabilities found"},
		"no database":               {database: "nowhere", status: 1, words: "NOT CHECKED"},
		"no database, if possible":  {database: "nowhere", args: []string{"--where-possible"}, words: "NOT CHECKED"},
		"no database where it must": {database: "nowhere", required: "1", args: []string{"--where-possible"}, status: 1, words: "NOT CHECKED"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := project(t, inventedDatabase(c.vulnerable))
			if err := os.MkdirAll(filepath.Join(dir, filepath.Dir(tool)), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(path, filepath.Join(dir, tool)); err != nil {
				t.Fatal(err)
			}
			t.Setenv("GOVULNDB", "file://"+filepath.Join(dir, c.database))
			t.Setenv("PAYBRIDGE_REQUIRE_VULNDB", c.required)
			out, status := script(dir, "vulncheck", c.args...)
			if status != c.status || !strings.Contains(out, c.words) {
				t.Errorf("status %d, want %d and %q:\n%s", status, c.status, c.words, out)
			}
		})
	}
}
