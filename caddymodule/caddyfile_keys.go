package caddymodule

import (
	"strconv"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"

	"github.com/paybridge/paybridge/caddymodule/internal/configerror"
	"github.com/paybridge/paybridge/caddymodule/p11kit"
)

// readKeys reads the store's name and leaves the rest to the store.
func (a *App) readKeys(d *caddyfile.Dispenser) error {
	if !d.NextArg() {
		return d.Err("keys: a store is missing; write: keys pkcs11 { … }")
	}
	store := d.Val()
	if _, err := caddy.GetModule(keyStores + store); err != nil {
		return d.Errf("keys: unknown store %q; write: keys pkcs11 { … }", store)
	}
	if a.KeysRaw[store] != nil {
		return d.Errf("keys: %q is given twice; keep one", store)
	}
	a.Source["keys."+store] = positionOf(d)
	module, err := caddyfile.UnmarshalModule(d, keyStores+store)
	if err != nil {
		return err
	}
	if a.KeysRaw == nil {
		a.KeysRaw = make(caddy.ModuleMap)
	}
	a.KeysRaw[store] = caddyconfig.JSON(module, nil)
	return nil
}

// pkcs11Directives are the directives of the block of keys pkcs11.
var pkcs11Directives = map[string]subdirective[*PKCS11]{
	"module":    {read: func(p *PKCS11, d *caddyfile.Dispenser) error { return oneArg(d, &p.Module) }},
	"program":   {read: func(p *PKCS11, d *caddyfile.Dispenser) error { return oneArg(d, &p.Program) }},
	"processes": {read: readProcesses},
	"timeout":   {read: func(p *PKCS11, d *caddyfile.Dispenser) error { return durationArg(d, &p.Timeout) }},
}

func readProcesses(p *PKCS11, d *caddyfile.Dispenser) error {
	var text string
	if err := oneArg(d, &text); err != nil {
		return err
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > p11kit.MaxProcesses {
		return d.Errf("processes: %q must be a number from 1 to %d", text, p11kit.MaxProcesses)
	}
	p.Processes = n
	return nil
}

// UnmarshalCaddyfile sets up the store. Syntax:
//
//	keys pkcs11 {
//		module    <path of a PKCS#11 library>
//		program   <path of p11-kit>
//		processes <1 to 64>
//		timeout   <duration>
//	}
func (p *PKCS11) UnmarshalCaddyfile(d *caddyfile.Dispenser) error {
	d.Next() // the store's name
	return readBlock(d, block[*PKCS11]{name: "keys pkcs11", directives: pkcs11Directives, source: configerror.Source{}}, p)
}

var _ caddyfile.Unmarshaler = (*PKCS11)(nil)
