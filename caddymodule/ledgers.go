package caddymodule

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/caddyserver/caddy/v2"
	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
	"github.com/paybridge/paybridge/caddymodule/internal/processors"
)

func init() {
	caddy.RegisterModule(SQLite{})
	caddy.RegisterModule(Postgres{})
}

// LedgerStore says where a ledger is kept. Its modules are the guests of the
// namespace paybridge.ledgers.
type LedgerStore interface {
	// check returns what is wrong with a provisioned store. Errors of Provision
	// would come wrapped in the names of Caddy's modules.
	check() error
	// identity tells two ledgers apart without giving away a password.
	identity() string
	open(ctx context.Context, log *zap.Logger, now func() time.Time) (*ledger.Ledger, error)
}

// SQLite keeps the ledger in one file beside the server. It needs nothing else
// and serves one bridge.
type SQLite struct {
	// The file. Default: paybridge/ledger.db in Caddy's data folder. Its folder
	// is made if it does not exist.
	Path string `json:"path,omitempty"`
}

// CaddyModule returns the Caddy module information.
func (SQLite) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{ID: "paybridge.ledgers.sqlite", New: func() caddy.Module { return new(SQLite) }}
}

// Provision resolves the path.
func (s *SQLite) Provision(caddy.Context) error {
	s.Path = caddy.NewReplacer().ReplaceKnown(s.Path, "")
	if s.Path == "" {
		s.Path = filepath.Join(caddy.AppDataDir(), "paybridge", "ledger.db")
	}
	path, err := filepath.Abs(s.Path)
	if err != nil {
		return fmt.Errorf("ledger sqlite: %w", err)
	}
	s.Path = path
	return nil
}

func (*SQLite) check() error { return nil }

// identity is the same for every name of one file.
func (s *SQLite) identity() string {
	path, err := ledger.Resolve(s.Path)
	if err != nil {
		path = s.Path // opening it will fail and say why
	}
	return "sqlite " + path
}

func (s *SQLite) open(ctx context.Context, log *zap.Logger, now func() time.Time) (*ledger.Ledger, error) {
	path, err := ledger.Resolve(s.Path)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("making the ledger's folder: %w", err)
	}
	return ledger.OpenSQLite(ctx, s.Path, ledger.WithLogger(log), ledger.WithObserver(observed), ledger.WithClock(now),
		ledger.WithGathering(processors.Short))
}

// Postgres keeps the ledger in a PostgreSQL database that several bridges may
// share.
type Postgres struct {
	// The connection string, as a placeholder that says where it is kept:
	// {env.NAME} or {file.PATH}. It holds a password.
	DSN string `json:"dsn"`

	dsn string
}

// CaddyModule returns the Caddy module information.
func (Postgres) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{ID: "paybridge.ledgers.postgres", New: func() caddy.Module { return new(Postgres) }}
}

// Provision resolves the connection string into an unexported member.
func (p *Postgres) Provision(caddy.Context) error {
	if p.checkLiteral() == nil {
		p.dsn = caddy.NewReplacer().ReplaceKnown(p.DSN, "")
	}
	return nil
}

func (p *Postgres) check() error {
	if err := p.checkLiteral(); err != nil {
		return err
	}
	if p.dsn == "" {
		return errors.New("ledger postgres: no connection string; write {env.NAME} or {file.PATH} and set it")
	}
	return nil
}

// checkLiteral refuses a password that stands in the configuration.
func (p *Postgres) checkLiteral() error {
	if p.DSN != "" && !merchants.IsPlaceholder(p.DSN) {
		return errors.New("ledger postgres: a connection string must not stand in the configuration, where /config shows its password; write {env.NAME} or {file.PATH}")
	}
	return nil
}

func (p *Postgres) identity() string { return fmt.Sprintf("postgres %x", sha256.Sum256([]byte(p.dsn))) }

func (p *Postgres) open(ctx context.Context, log *zap.Logger, now func() time.Time) (*ledger.Ledger, error) {
	return ledger.OpenPostgres(ctx, p.dsn, ledger.WithLogger(log), ledger.WithObserver(observed), ledger.WithClock(now))
}

// loadStore loads the ledger's guest module, sqlite by default.
func (a *App) loadStore(ctx caddy.Context) error {
	if a.LedgerRaw == nil {
		a.LedgerRaw = []byte(`{"store":"sqlite"}`)
	}
	guest, err := ctx.LoadModule(a, "LedgerRaw")
	if err != nil {
		return fmt.Errorf("ledger: %w", err)
	}
	store, ok := guest.(LedgerStore)
	if !ok {
		return fmt.Errorf("ledger: %T is no ledger", guest)
	}
	a.store = store
	return store.check()
}

var (
	_ caddy.Provisioner = (*SQLite)(nil)
	_ caddy.Provisioner = (*Postgres)(nil)
	_ LedgerStore       = (*SQLite)(nil)
	_ LedgerStore       = (*Postgres)(nil)
)
