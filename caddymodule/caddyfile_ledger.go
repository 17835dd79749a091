package caddymodule

import (
	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
)

// readLedger reads the store's name and leaves the rest to the store.
func (a *App) readLedger(d *caddyfile.Dispenser) error {
	if !d.NextArg() {
		return d.Err("ledger: a store is missing; write: ledger sqlite [PATH], or: ledger postgres {env.NAME}")
	}
	store := d.Val()
	if _, err := caddy.GetModule("paybridge.ledgers." + store); err != nil {
		return d.Errf("ledger: unknown store %q; write: ledger sqlite [PATH], or: ledger postgres {env.NAME}", store)
	}
	module, err := caddyfile.UnmarshalModule(d, "paybridge.ledgers."+store)
	if err != nil {
		return err
	}
	a.LedgerRaw = caddyconfig.JSONModuleObject(module, "store", store, nil)
	return nil
}

// UnmarshalCaddyfile sets up the store. Syntax:
//
//	ledger sqlite [<path>]
func (s *SQLite) UnmarshalCaddyfile(d *caddyfile.Dispenser) error {
	d.Next() // the store's name
	if d.NextArg() {
		s.Path = d.Val()
	}
	return endOfStore(d, "sqlite")
}

// UnmarshalCaddyfile sets up the store. Syntax:
//
//	ledger postgres <{env.NAME}|{file.PATH}>
func (p *Postgres) UnmarshalCaddyfile(d *caddyfile.Dispenser) error {
	d.Next() // the store's name
	if !d.NextArg() {
		return d.Err("ledger postgres: a connection string is missing; write {env.NAME} or {file.PATH}")
	}
	p.DSN = d.Val()
	if err := p.checkLiteral(); err != nil {
		return d.WrapErr(err)
	}
	if d.NextArg() {
		return d.Err("ledger postgres: unexpected text after the placeholder (not shown, it may be part of a secret); remove it")
	}
	return endOfStore(d, "postgres")
}

func endOfStore(d *caddyfile.Dispenser, store string) error {
	if d.NextArg() || d.NextBlock(d.Nesting()) {
		return d.Errf("ledger %s: unexpected %q; remove it", store, d.Val())
	}
	return nil
}

var (
	_ caddyfile.Unmarshaler = (*SQLite)(nil)
	_ caddyfile.Unmarshaler = (*Postgres)(nil)
)
