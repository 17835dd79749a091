package tests

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/paybridge/paybridge"

// dependencies lists the packages that a package is built of.
func dependencies(t *testing.T, pattern string) []string {
	t.Helper()
	out, err := exec.Command("go", "list", "-deps", pattern).Output()
	if err != nil {
		t.Fatalf("listing dependencies of %s: %v", pattern, err)
	}
	return strings.Fields(string(out))
}

// TestDataFlowsOneWay keeps the houses apart: the pure core knows no transport,
// log or database, production knows nothing of the tests, and the other side shares
// no code with the bridge.
func TestDataFlowsOneWay(t *testing.T) {
	t.Parallel()
	for pattern, forbidden := range map[string][]string{
		module + "/translate/...": {
			"github.com/caddyserver/", "go.uber.org/zap", "net/http", "database/sql", module + "/caddymodule", module + "/tests",
		},
		module + "/caddymodule/...": {module + "/tests"},
		// A mistake of the bridge must not hide behind the same one on the other side.
		module + "/tests/sandbox/...": {module + "/translate", module + "/caddymodule"},
	} {
		found := dependencies(t, pattern)
		if len(found) == 0 {
			t.Fatalf("%s has no packages", pattern)
		}
		for _, dependency := range found {
			for _, prefix := range forbidden {
				if dependency == strings.TrimSuffix(prefix, "/") || strings.HasPrefix(dependency, strings.TrimSuffix(prefix, "/")+"/") {
					t.Errorf("%s is built of %s", pattern, dependency)
				}
			}
		}
	}
}

// TestModules checks the modules of what make builds: ours, and no sandbox.
func TestModules(t *testing.T) {
	t.Parallel()
	modules := listModules(t, bridgeBinary)
	for _, want := range []string{
		"paybridge", "http.handlers.paybridge", "paybridge.ledgers.sqlite", "paybridge.ledgers.postgres",
		"caddy.listeners.paybridge", "http.handlers.reverse_proxy",
	} {
		if !slices.Contains(modules, want) {
			t.Errorf("%s is missing", want)
		}
	}
	for _, name := range modules {
		if strings.Contains(name, "sandbox") {
			t.Errorf("production has %s", name)
		}
	}
}

// TestPlainBuildHasTheSameModules compares what xcaddy builds with what the
// plain build builds where xcaddy cannot be had.
func TestPlainBuildHasTheSameModules(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "caddy")
	build := exec.Command("go", "build", "-o", path, "../caddymodule/cmd/caddy")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if a, b := listModules(t, bridgeBinary), listModules(t, path); !slices.Equal(a, b) {
		t.Errorf("the builds differ: %v and %v", a, b)
	}
}

func listModules(t *testing.T, binary string) []string {
	t.Helper()
	out, err := exec.Command(binary, "list-modules").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.Fields(string(out))
}
