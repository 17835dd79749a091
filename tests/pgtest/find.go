package pgtest

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
)

// folders is where packages put the server's programs, which distributions keep
// out of PATH.
var folders = []string{
	"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/local/pgsql/bin", "/opt/homebrew/opt/postgresql@*/bin",
}

// programs returns the paths of initdb and postgres, of one version.
func programs() (initdb, postgres string, found bool) {
	var places []string
	if path, err := exec.LookPath("initdb"); err == nil {
		places = append(places, filepath.Dir(path))
	}
	for _, pattern := range folders {
		matches, _ := filepath.Glob(pattern) // the patterns are well formed
		slices.Reverse(matches)              // the newest first
		places = append(places, matches...)
	}
	for _, place := range places {
		initdb, postgres = filepath.Join(place, "initdb"), filepath.Join(place, "postgres")
		if isFile(initdb) && isFile(postgres) {
			return initdb, postgres, true
		}
	}
	return "", "", false
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// missing ends a test that cannot have its PostgreSQL.
func missing(tb testing.TB) {
	tb.Helper()
	const advice = "no PostgreSQL here: install the package postgresql, or set PAYBRIDGE_TEST_DSN"
	if os.Getenv("PAYBRIDGE_REQUIRE_POSTGRES") != "" {
		tb.Fatal(advice)
	}
	tb.Skip(advice)
}
