package tests

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/paybridge/paybridge/tests/chromium"
	"github.com/paybridge/paybridge/tests/ledgerless"
	"github.com/paybridge/paybridge/tests/lossydisk"
	"github.com/paybridge/paybridge/tests/pgtest"
)

// bridgeBinary is Caddy with Paybridge as `make build` leaves it.
var bridgeBinary string

// binaries is a folder for what tests build and share. It goes when all have ended.
var binaries string

// bridgeBinaryVariable names the binary to test instead.
const bridgeBinaryVariable = "PAYBRIDGE_TEST_CADDY"

func TestMain(m *testing.M) {
	lossydisk.ServeIfAsked()
	ledgerless.ServeIfAsked()
	os.Setenv("LC_ALL", "C.UTF-8") // commands print in the language of the environment
	code, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func run(m *testing.M) (int, error) {
	var err error
	if binaries, err = os.MkdirTemp("", "paybridge-tests-"); err != nil {
		return 0, fmt.Errorf("making folder: %w", err)
	}
	defer os.RemoveAll(binaries)
	if bridgeBinary, err = findBridge(); err != nil {
		return 0, err
	}
	code := m.Run()
	return code, errors.Join(pgtest.Stop(), chromium.Stop())
}

// findBridge takes the binary that make has built, or builds one where go test
// runs without make.
func findBridge() (string, error) {
	path := os.Getenv(bridgeBinaryVariable)
	if path == "" {
		path = filepath.Join("..", "caddy")
	}
	if _, err := os.Stat(path); err == nil {
		return filepath.Abs(path)
	}
	path = filepath.Join(binaries, "caddy")
	build := exec.Command("go", "build", "-o", path, "../caddymodule/cmd/caddy")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building the bridge: %w\n%s", err, out)
	}
	return path, nil
}
