package caddymodule

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/caddyserver/caddy/v2"
	caddycmd "github.com/caddyserver/caddy/v2/cmd"
	"github.com/spf13/cobra"
	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/command"
	"github.com/paybridge/paybridge/caddymodule/internal/configerror"
	"github.com/paybridge/paybridge/caddymodule/internal/inbound"
	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
	"github.com/paybridge/paybridge/caddymodule/internal/preview"
	"github.com/paybridge/paybridge/caddymodule/internal/route"
	"github.com/paybridge/paybridge/caddymodule/internal/selftest"
)

func init() {
	caddycmd.RegisterCommand(caddycmd.Command{
		Name:      "paybridge",
		Usage:     "<command>",
		Short:     "Looks into Paybridge and acts on it",
		Long:      command.Long,
		CobraFunc: func(paybridge *cobra.Command) { command.AddTo(paybridge, offline{}) },
	})
}

// offline reads configurations for commands that need no running Caddy.
type offline struct{}

// Load implements command.Offline. The only guests that are loaded are stores of
// keys.
func (offline) Load(config []byte) (command.Config, error) {
	if err := selftest.Run(); err != nil {
		return command.Config{}, err
	}
	app, err := appOf(config)
	if err != nil {
		return command.Config{}, err
	}
	ctx, cancel := caddy.NewContext(caddy.Context{Context: context.Background()})
	closeKeys := func() {
		_ = app.keys.close() // the command is over
		cancel()
	}
	registry, err := app.loadOffline(ctx)
	if err != nil {
		closeKeys()
		return command.Config{}, configerror.Log(caddy.Log().Named("paybridge"), err)
	}
	return command.Config{
		Merchants: registry, Preview: app.previewSettings(), Close: closeKeys,
		OldGateway: app.OldGateway != nil, DefaultRoute: route.Side(app.DefaultRoute),
	}, nil
}

// loadOffline loads the merchants, of which a front has none.
func (a *App) loadOffline(ctx caddy.Context) (*merchants.Registry, error) {
	if a.isFront() {
		return new(merchants.Registry), a.checkFront()
	}
	if err := a.loadKeyStores(ctx); err != nil {
		return nil, err
	}
	return a.loadMerchants()
}

// Examples implements command.Offline.
func (offline) Examples() preview.Settings {
	app := &App{PublicURL: "https://pay.example.com"}
	app.setDefaults()
	return app.previewSettings()
}

// LedgerFile implements command.Offline.
func (offline) LedgerFile(config []byte) (string, error) {
	app, err := appOf(config)
	if err != nil {
		return "", err
	}
	var store struct {
		Store string `json:"store"`
		SQLite
	}
	if app.LedgerRaw != nil {
		if err := json.Unmarshal(app.LedgerRaw, &store); err != nil {
			return "", fmt.Errorf("reading apps.paybridge.ledger: %w", err)
		}
	}
	if store.Store != "" && store.Store != "sqlite" {
		return "", fmt.Errorf("the ledger is on %s, which has tools of its own for backups", store.Store)
	}
	err = store.Provision(caddy.Context{})
	return store.Path, err
}

// appOf finds the app in a configuration in JSON, and gives it its defaults.
func appOf(config []byte) (*App, error) {
	var whole struct {
		Apps map[string]json.RawMessage `json:"apps"`
	}
	if err := json.Unmarshal(config, &whole); err != nil {
		return nil, fmt.Errorf("reading config: %w", err)
	}
	raw, ok := whole.Apps["paybridge"]
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

func (a *App) previewSettings() preview.Settings {
	return preview.Settings{
		NotifyURL:   strings.TrimSuffix(a.PublicURL, "/") + inbound.NotifyPath,
		OrderPrefix: a.OrderPrefix,
		Subject:     a.Subject,
		Expiry:      time.Duration(a.OrderExpiry),
		Pay:         a.TranCodes.Pay, Query: a.TranCodes.Query, Refund: a.TranCodes.Refund,
	}
}

var _ command.Offline = offline{}
