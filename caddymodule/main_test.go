package caddymodule

import (
	"fmt"
	"os"
	"testing"

	"github.com/caddyserver/caddy/v2"

	_ "github.com/caddyserver/caddy/v2/modules/standard"

	"github.com/paybridge/paybridge/tests/leaks"
)

// TestMain runs the tests with folders of their own for what Caddy keeps, and
// fails when they leave a goroutine behind.
func TestMain(m *testing.M) { os.Exit(runTests(m)) }

func runTests(m *testing.M) int {
	_ = os.Setenv("LC_ALL", "C.UTF-8") // commands print in the language of the environment
	home, err := os.MkdirTemp("", "paybridge-test-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(home) }()
	for _, name := range []string{"HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"} {
		if err := os.Setenv(name, home); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
	}
	if err := setSecrets(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return leaks.Run(m, caddy.Stop)
}

// What the placeholders of the test configurations stand for. They are
// canaries too: none may show up in a log or in the configuration.
const (
	signKey     = "canary-sign-key-0123456789abcdef"
	oldSignKey  = "canary-old-sign-key-0123456789ab"
	pfxPassword = "secret"
	appSecret   = "canary-app-secret"
	ledgerDSN   = "postgres://paybridge:canary-dsn-password@127.0.0.1:1/paybridge"
)

func setSecrets() error {
	for name, value := range map[string]string{
		"PAYBRIDGE_TEST_SIGN_KEY":     signKey,
		"PAYBRIDGE_TEST_OLD_SIGN_KEY": oldSignKey,
		"PAYBRIDGE_TEST_PFX_PASSWORD": pfxPassword,
		"PAYBRIDGE_TEST_APP_SECRET":   appSecret,
		"PAYBRIDGE_TEST_DSN":          ledgerDSN,
		"PAYBRIDGE_TEST_EMPTY":        "",
	} {
		if err := os.Setenv(name, value); err != nil {
			return err
		}
	}
	return nil
}
