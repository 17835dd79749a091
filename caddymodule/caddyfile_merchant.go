package caddymodule

import (
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"

	"github.com/paybridge/paybridge/caddymodule/internal/configerror"
	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
)

// merchantDirectives are the directives of a merchant's block.
var merchantDirectives = map[string]subdirective[*merchants.Config]{
	"sign_key":             {read: readSignKey},
	"previous_sign_key":    {read: readPreviousSignKey},
	"gateway_merchant":     {read: text(func(c *merchants.Config) *string { return &c.GatewayMerchant })},
	"private_key":          {read: readPrivateKey},
	"previous_private_key": {read: readPreviousPrivateKey},
	"gateway_key":          {read: text(func(c *merchants.Config) *string { return &c.GatewayKey })},
	"previous_gateway_key": {read: readPreviousGatewayKey},
	"suite":                {read: text(func(c *merchants.Config) *string { return &c.Suite })},
	"subject":              {read: text(func(c *merchants.Config) *string { return &c.Subject })},

	"allow_callbacks":     {read: list("10.20.0.0/16", func(c *merchants.Config) *[]string { return &c.AllowCallbacks })},
	"callback_ca":         {read: text(func(c *merchants.Config) *string { return &c.CallbackCA })},
	"callback_https_only": {read: flag(func(c *merchants.Config) *bool { return &c.CallbackHTTPSOnly })},

	"jsapi":                     {read: text(func(c *merchants.Config) *string { return &c.JSAPI })},
	"wechat_app":                {read: readWeChatApp, repeat: true},
	"redirect_hosts":            {read: list("shop.example.com", func(c *merchants.Config) *[]string { return &c.RedirectHosts })},
	"redirect_to_backurl_hosts": {read: flag(func(c *merchants.Config) *bool { return &c.RedirectToBackURLHosts })},

	"rollback": {read: readMerchantRollback},
}

// text makes the reader of a directive with one argument.
func text(member func(*merchants.Config) *string) func(*merchants.Config, *caddyfile.Dispenser) error {
	return func(c *merchants.Config, d *caddyfile.Dispenser) error { return oneArg(d, member(c)) }
}

// list makes the reader of a directive with one argument or more. The example says
// what one looks like.
func list(example string, member func(*merchants.Config) *[]string) func(*merchants.Config, *caddyfile.Dispenser) error {
	return func(c *merchants.Config, d *caddyfile.Dispenser) error {
		directive := d.Val()
		values := d.RemainingArgs()
		if len(values) == 0 {
			return d.Errf("%s: a value is missing; write for example %s", directive, example)
		}
		*member(c) = values
		return nil
	}
}

// flag makes the reader of a directive that stands alone.
func flag[T any](member func(*T) *bool) func(*T, *caddyfile.Dispenser) error {
	return func(into *T, d *caddyfile.Dispenser) error {
		directive := d.Val()
		if d.NextArg() {
			return d.Errf("%s: unexpected %q; it takes no value, remove it", directive, d.Val())
		}
		*member(into) = true
		return nil
	}
}

func (a *App) readMerchant(d *caddyfile.Dispenser) error {
	c := merchants.Config{Source: configerror.Source{"merid": positionOf(d)}}
	if err := oneArg(d, &c.MerID); err != nil {
		return err
	}
	err := readBlock(d, block[*merchants.Config]{name: "merchant", directives: merchantDirectives, source: c.Source}, &c)
	a.Merchants = append(a.Merchants, c) // what could be read of it is checked
	return c.Named(err)
}

// readSignKey shows nothing of what it cannot read, which may be the key.
func readSignKey(c *merchants.Config, d *caddyfile.Dispenser) error {
	args := d.RemainingArgs()
	if !readKey(args, &c.SignKey) {
		return d.Err("sign_key: write: sign_key {file.PATH}, or: sign_key {env.NAME}")
	}
	return nil
}

func readPrivateKey(c *merchants.Config, d *caddyfile.Dispenser) error {
	args := d.RemainingArgs()
	if !readKey(args, &c.PrivateKey, &c.PrivateKeyPassword) {
		return d.Err("private_key: write: private_key PATH, and for an encrypted key its password as {env.NAME} or {file.PATH} after it; or pkcs11:token=…;object=… and its PIN likewise")
	}
	return nil
}

func readPreviousSignKey(c *merchants.Config, d *caddyfile.Dispenser) error {
	args, day := untilDay(d.RemainingArgs())
	if !readKey(args, &c.PreviousSignKey) {
		return d.Err("previous_sign_key: write: previous_sign_key {env.NAME} until yyyy-MM-dd")
	}
	c.PreviousSignKeyUntil = day
	return nil
}

func readPreviousPrivateKey(c *merchants.Config, d *caddyfile.Dispenser) error {
	args, day := untilDay(d.RemainingArgs())
	if !readKey(args, &c.PreviousPrivateKey, &c.PreviousPrivateKeyPassword) {
		return d.Err("previous_private_key: write: previous_private_key PATH until yyyy-MM-dd, and for an encrypted key its password as {env.NAME} or {file.PATH} after the path")
	}
	c.PreviousPrivateKeyUntil = day
	return nil
}

func readPreviousGatewayKey(c *merchants.Config, d *caddyfile.Dispenser) error {
	args, day := untilDay(d.RemainingArgs())
	if !readKey(args, &c.PreviousGatewayKey) {
		return d.Err("previous_gateway_key: write: previous_gateway_key PATH until yyyy-MM-dd")
	}
	c.PreviousGatewayKeyUntil = day
	return nil
}

// untilDay takes "until" and a day off the end of the arguments. It returns none
// when they do not stand there.
func untilDay(args []string) (rest []string, day string) {
	at := len(args) - 2
	if at < 0 || args[at] != "until" {
		return nil, ""
	}
	return args[:at], args[at+1]
}

// readKey stores the arguments of a key: the first is needed, the others may be
// missing. It reports whether they are as many as that.
func readKey(args []string, members ...*string) bool {
	if len(args) < 1 || len(args) > len(members) {
		return false
	}
	for i, member := range members[:len(args)] {
		*member = args[i]
	}
	return true
}

func readWeChatApp(c *merchants.Config, d *caddyfile.Dispenser) error {
	args := d.RemainingArgs()
	app := merchants.WeChatAppConfig{}
	switch {
	case len(args) == 2:
	case len(args) == 4 && args[2] == "payway":
		app.PayWay = args[3]
	default:
		return d.Err("wechat_app: write: wechat_app APPID {env.NAME}, or wechat_app APPID {env.NAME} payway NUMBER")
	}
	app.AppID, app.Secret = args[0], args[1]
	c.Source[configerror.Indexed("wechat_app", len(c.WeChatApps))] = positionOf(d)
	c.WeChatApps = append(c.WeChatApps, app)
	return nil
}
