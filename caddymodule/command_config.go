package caddymodule

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/caddyserver/caddy/v2"
	caddycmd "github.com/caddyserver/caddy/v2/cmd"
	"github.com/spf13/cobra"
	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
)

// errRefused ends a command with exitRefused when everything has been said.
var errRefused = errors.New("refused")

// errWarned ends a command with exitWarned when everything has been said.
var errWarned = errors.New("warned")

// offlineConfig is a configuration that is read and not run.
type offlineConfig struct {
	app       *App
	merchants *merchants.Registry
}

// configFlags adds the flags that name a configuration, as Caddy's own commands
// have them.
func configFlags(cmd *cobra.Command) {
	cmd.Flags().StringP("config", "c", "", "Configuration file (default ./Caddyfile)")
	cmd.Flags().StringP("adapter", "a", "", "Name of the config adapter to apply")
}

// loadOffline reads the configuration that the flags name: the app with its
// defaults, and its merchants with their keys. Guests are not loaded, nothing is
// started and nothing but files is opened.
func loadOffline(cmd *cobra.Command) (offlineConfig, error) {
	if err := checkPrimitives(); err != nil {
		return offlineConfig{}, err
	}
	app, err := offlineApp(cmd)
	if err != nil {
		return offlineConfig{}, err
	}
	registry, err := app.loadMerchants()
	if err != nil {
		return offlineConfig{}, fmt.Errorf("loading merchants: %w", err)
	}
	return offlineConfig{app: app, merchants: registry}, nil
}

// errNoConfig is that no configuration is named and none is in this folder.
var errNoConfig = errors.New("there is no Caddyfile in this folder: name the configuration with --config")

// offlineApp reads the configuration that the flags name: the app with its
// defaults, and nothing loaded.
func offlineApp(cmd *cobra.Command) (*App, error) {
	file, _ := cmd.Flags().GetString("config")
	adapter, _ := cmd.Flags().GetString("adapter")
	text, _, _, err := caddycmd.LoadConfig(file, adapter)
	if err != nil {
		return nil, err
	}
	if len(text) == 0 {
		return nil, errNoConfig
	}
	return appOf(text)
}

// appOf finds the app in a configuration in JSON.
func appOf(text []byte) (*App, error) {
	var config struct {
		Apps map[string]json.RawMessage `json:"apps"`
	}
	if err := json.Unmarshal(text, &config); err != nil {
		return nil, fmt.Errorf("reading config: %w", err)
	}
	raw, ok := config.Apps["paybridge"]
	if !ok {
		return nil, errors.New("the configuration has no paybridge block (global option, or apps.paybridge in JSON)")
	}
	app := &App{log: zap.NewNop()} // a refused message is what these commands talk about
	if err := caddy.StrictUnmarshalJSON(raw, app); err != nil {
		return nil, fmt.Errorf("reading apps.paybridge: %w", err)
	}
	app.setDefaults()
	return app, nil
}
