package caddymodule

import (
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"

	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
)

// merchantWords are the words of a merchant's block.
var merchantWords = map[string]subdirective[*merchants.Config]{
	"sign_key":          {read: text(func(c *merchants.Config) *string { return &c.SignKey })},
	"previous_sign_key": {read: readPreviousSignKey},
	"gateway_merchant":  {read: text(func(c *merchants.Config) *string { return &c.GatewayMerchant })},
	"private_key":       {read: readPrivateKey},
	"gateway_key":       {read: text(func(c *merchants.Config) *string { return &c.GatewayKey })},
	"suite":             {read: text(func(c *merchants.Config) *string { return &c.Suite })},
	"subject":           {read: text(func(c *merchants.Config) *string { return &c.Subject })},

	"allow_callbacks":     {read: readAllowCallbacks},
	"callback_ca":         {read: text(func(c *merchants.Config) *string { return &c.CallbackCA })},
	"callback_https_only": {read: readCallbackHTTPSOnly},
}

// text makes the reader of a word with one argument.
func text(member func(*merchants.Config) *string) func(*merchants.Config, *caddyfile.Dispenser) error {
	return func(c *merchants.Config, d *caddyfile.Dispenser) error { return oneArg(d, member(c)) }
}

func (a *App) readMerchant(d *caddyfile.Dispenser) error {
	var c merchants.Config
	if err := oneArg(d, &c.MerID); err != nil {
		return err
	}
	if err := readBlock(d, "merchant", &c, merchantWords); err != nil {
		return err
	}
	if err := c.CheckSecrets(); err != nil {
		return d.WrapErr(err)
	}
	a.Merchants = append(a.Merchants, c)
	return nil
}

func readPreviousSignKey(c *merchants.Config, d *caddyfile.Dispenser) error {
	args := d.RemainingArgs()
	if len(args) != 3 || args[1] != "until" {
		return d.Err("previous_sign_key: write: previous_sign_key {env.NAME} until yyyy-MM-dd")
	}
	c.PreviousSignKey, c.PreviousSignKeyUntil = args[0], args[2]
	return nil
}

func readPrivateKey(c *merchants.Config, d *caddyfile.Dispenser) error {
	args := d.RemainingArgs()
	if len(args) < 1 || len(args) > 2 {
		return d.Err("private_key: write: private_key PATH, and for a .pfx its password as {env.NAME} or {file.PATH} after it")
	}
	c.PrivateKey = args[0]
	if len(args) == 2 {
		c.PrivateKeyPassword = args[1]
	}
	return nil
}

func readAllowCallbacks(c *merchants.Config, d *caddyfile.Dispenser) error {
	c.AllowCallbacks = d.RemainingArgs()
	if len(c.AllowCallbacks) == 0 {
		return d.Err("allow_callbacks: a network is missing; write for example 10.20.0.0/16")
	}
	return nil
}

func readCallbackHTTPSOnly(c *merchants.Config, d *caddyfile.Dispenser) error {
	if d.NextArg() {
		return d.Errf("callback_https_only: unexpected %q; it takes no value, remove it", d.Val())
	}
	c.CallbackHTTPSOnly = true
	return nil
}
