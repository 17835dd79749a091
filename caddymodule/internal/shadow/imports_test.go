package shadow

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// ways are what a package imports that can reach a network, another process or the
// kernel by itself. Packages of the standard library that have net below them for
// other reasons (crypto/x509 and mime/multipart, which read addresses and headers) dial
// nothing; which of those there are is told, too.
var ways = []string{
	"C", "crypto/tls", "golang.org/x/net/", "golang.org/x/sys/unix", "log/syslog",
	"net", "net/http", "net/mail", "net/rpc", "net/smtp", "net/textproto", "os/exec", "plugin", "syscall",
}

// known are the packages of the standard library with a way below them that this
// package may be built of: none dials.
var known = []string{"crypto/x509", "mime/multipart", "net", "net/textproto"}

// module is a package as go list tells of it.
type module struct {
	ImportPath string
	Standard   bool
	Imports    []string
	Deps       []string
}

func built(t *testing.T, of string) []module {
	t.Helper()
	out, err := exec.Command("go", "list", "-deps", "-json=ImportPath,Standard,Imports,Deps", of).Output()
	if err != nil {
		t.Fatal(err)
	}
	var list []module
	for decoder := json.NewDecoder(strings.NewReader(string(out))); ; {
		var m module
		if err := decoder.Decode(&m); errors.Is(err, io.EOF) {
			return list
		} else if err != nil {
			t.Fatal(err)
		}
		list = append(list, m)
	}
}

// reaches lists what is wrong with the packages that a package is built of.
func reaches(list []module) []string {
	var found []string
	for _, m := range list {
		if m.Standard {
			if slices.Contains(m.Deps, "net") && !slices.Contains(known, m.ImportPath) {
				found = append(found, m.ImportPath)
			}
			continue
		}
		if path, ours := strings.CutPrefix(m.ImportPath, "github.com/paybridge/paybridge/"); ours && !slices.Contains(own, path) {
			found = append(found, m.ImportPath)
		}
		for _, imported := range m.Imports {
			if isWay(imported) && !exempt[m.ImportPath+" "+imported] {
				found = append(found, m.ImportPath+" imports "+imported)
			}
		}
	}
	return found
}

func isWay(path string) bool {
	return slices.ContainsFunc(ways, func(way string) bool {
		return path == way || strings.HasSuffix(way, "/") && strings.HasPrefix(path, way)
	})
}

// exempt are imports that look like a way and are none. smx509 is crypto/x509 with SM2
// beside the others, and has left the helpers of its own tests outside of a _test file:
// TestHelpersAreUnused.
var exempt = map[string]bool{smx509 + " net": true, smx509 + " os/exec": true}

const smx509 = "github.com/emmansun/gmsm/smx509"

// own are the packages of ours that this one may be built of.
var own = []string{
	"translate", "translate/internal/readable", "translate/internal/sm2fixed", "translate/v1", "translate/v2",
	"caddymodule/internal/forms", "caddymodule/internal/leftover", "caddymodule/internal/preview", "caddymodule/internal/shadow",
}

// TestCannotSend keeps this package without a way to send anything: whatever a
// comparison does, no gateway hears of it. That the test can fail is shown with
// packages that send or could.
func TestCannotSend(t *testing.T) {
	t.Parallel()
	for _, found := range reaches(built(t, ".")) {
		t.Error(found)
	}
	for _, sender := range []string{"../delivery", "../netcause", "../inbound"} {
		if len(reaches(built(t, sender))) == 0 {
			t.Errorf("%s is taken for one that cannot send", sender)
		}
	}
}

// TestHelpersAreUnused holds smx509 to what its exemption says: os/exec is imported by
// the one file of helpers, and what that file declares is named in no other.
func TestHelpersAreUnused(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("go", "list", "-f", "{{range .GoFiles}}{{$.Dir}}/{{.}}\n{{end}}", smx509).Output()
	if err != nil {
		t.Fatal(err)
	}
	var with []string
	for _, file := range strings.Fields(string(out)) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(text, []byte("os/exec")) || bytes.Contains(text, []byte("testenv")) {
			with = append(with, filepath.Base(file))
		}
	}
	if !slices.Equal(with, []string{"internal_testenv.go"}) {
		t.Errorf("os/exec or the helpers are named in %q", with)
	}
}
