package caddymodule

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
	"github.com/caddyserver/caddy/v2/caddyconfig/httpcaddyfile"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/paybridge/paybridge/caddymodule/internal/configerror"
	"github.com/paybridge/paybridge/caddymodule/internal/gateway"
	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
	"github.com/paybridge/paybridge/caddymodule/internal/oldgateway"
)

func init() {
	httpcaddyfile.RegisterGlobalOption("paybridge", parseGlobalOption)
	httpcaddyfile.RegisterHandlerDirective("paybridge", parseDirective)
	httpcaddyfile.RegisterDirectiveOrder("paybridge", httpcaddyfile.Before, "respond")
}

// parseGlobalOption sets up the app from the global option "paybridge".
func parseGlobalOption(d *caddyfile.Dispenser, existing any) (any, error) {
	if existing != nil {
		d.Next() // the second one
		return nil, d.Err("paybridge is given twice; put everything into one block")
	}
	app := new(App)
	if err := app.UnmarshalCaddyfile(d); err != nil {
		return nil, configerror.LogIfMany(caddy.Log().Named("paybridge"), err)
	}
	return httpcaddyfile.App{Name: "paybridge", Value: caddyconfig.JSON(app, nil)}, nil
}

// parseDirective sets up the handler from the directive "paybridge", which
// takes neither a block nor arguments but Caddy's matcher:
//
//	paybridge [<matcher>]
func parseDirective(h httpcaddyfile.Helper) (caddyhttp.MiddlewareHandler, error) {
	h.Next()
	if h.NextArg() {
		return nil, h.Errf("unexpected %q: the paybridge directive takes no arguments; settings belong into the global option { paybridge { … } }", h.Val())
	}
	if h.NextBlock(0) {
		return nil, h.Errf("unexpected %q: the paybridge directive takes no block; settings belong into the global option { paybridge { … } }", h.Val())
	}
	return new(Handler), nil
}

// appDirectives are the directives of the global option's block.
var appDirectives map[string]subdirective[*App]

func init() { // the table refers to functions that refer to the table
	appDirectives = map[string]subdirective[*App]{
		"public_url":      {read: func(a *App, d *caddyfile.Dispenser) error { return oneArg(d, &a.PublicURL) }},
		"ledger":          {read: (*App).readLedger},
		"gateway":         {read: (*App).readGateway},
		"old_gateway":     {read: (*App).readOldGateway},
		"default_route":   {read: func(a *App, d *caddyfile.Dispenser) error { return oneArg(d, &a.DefaultRoute) }},
		"keep_old_orders": {read: func(a *App, d *caddyfile.Dispenser) error { return durationArg(d, &a.KeepOldOrders) }},
		"rollback":        {read: (*App).readRollback},
		"merchant":        {read: (*App).readMerchant, repeat: true},
		"merchants":       {read: (*App).readMerchantsFile, repeat: true},
		"tran_codes":      {read: (*App).readTranCodes},
		"timeouts":        {read: (*App).readTimeouts},
		"order_prefix":    {read: func(a *App, d *caddyfile.Dispenser) error { return oneArg(d, &a.OrderPrefix) }},
		"subject":         {read: func(a *App, d *caddyfile.Dispenser) error { return oneArg(d, &a.Subject) }},
		"order_expiry":    {read: func(a *App, d *caddyfile.Dispenser) error { return durationArg(d, &a.OrderExpiry) }},
		"notice_reply":    {read: func(a *App, d *caddyfile.Dispenser) error { return oneArg(d, &a.NoticeReply) }},

		"health":          {read: (*App).readHealth},
		"wechat":          {read: (*App).readWeChat},
		"keys":            {read: (*App).readKeys, repeat: true},
		"rsa":             {read: func(a *App, d *caddyfile.Dispenser) error { return oneArg(d, &a.RSA) }},
		"sm2":             {read: func(a *App, d *caddyfile.Dispenser) error { return oneArg(d, &a.SM2) }},
		"scheduling":      {read: func(a *App, d *caddyfile.Dispenser) error { return oneArg(d, &a.Scheduling) }},
		"console_actions": {read: flag(func(a *App) *bool { return &a.ConsoleActions })},
		"notify_schedule": {read: func(a *App, d *caddyfile.Dispenser) error { return scheduleArgs(d, &a.NotifySchedule) }},
		"query_schedule":  {read: func(a *App, d *caddyfile.Dispenser) error { return scheduleArgs(d, &a.QuerySchedule) }},
	}
}

// UnmarshalCaddyfile sets up the app. Syntax:
//
//	paybridge {
//		public_url   <https://host>
//		ledger       sqlite [<path>] | postgres <{env.NAME}>
//		gateway      <https://host/path> {
//			<any subdirective of reverse_proxy>
//		}
//		old_gateway  <https://host> {
//			<any subdirective of reverse_proxy>
//		}
//		default_route old|v2
//		keep_old_orders <duration>
//		rollback     [off] {
//			min_payments <number>
//			window       <duration>
//			max_worse    <percentage points>
//		}
//		merchant     <merid> {
//			sign_key          <{file.PATH}|{env.NAME}>
//			previous_sign_key <{file.PATH}|{env.NAME}> until <yyyy-MM-dd>
//			gateway_merchant  <12 digits>
//			private_key       <path>|<pkcs11:…> [<{file.PATH}|{env.NAME}>]
//			previous_private_key <path>|<pkcs11:…> [<{file.PATH}|{env.NAME}>] until <yyyy-MM-dd>
//			gateway_key       <path>
//			previous_gateway_key <path> until <yyyy-MM-dd>
//			suite             intl|gm
//			subject           <text>
//			allow_callbacks   <cidr...>
//			callback_ca       <path>
//			callback_https_only
//			jsapi             hosted|raw
//			wechat_app        <appid> <{file.PATH}|{env.NAME}> [payway <number>]
//			redirect_hosts    <host...>
//			redirect_to_backurl_hosts
//			rollback          [off] {
//				<as above>
//			}
//		}
//		merchants    <path of a JSON file>
//		tran_codes {
//			pay|refund|query|refund_query|close <code>
//		}
//		timeouts {
//			read|gateway|reply <duration>
//		}
//		order_prefix <up to 6 letters or digits>
//		subject      <text>
//		order_expiry <duration>
//		notice_reply <text>
//		notify_schedule <interval...>
//		query_schedule  <interval...>
//		health {
//			min_free_disk  <size>
//			max_clock_skew <duration>
//		}
//		wechat {
//			authorize <url>
//			token     <url>
//		}
//		rsa          fast|standard
//		sm2          fast|standard
//		scheduling   batch|normal
//		keys         pkcs11 {
//			module    <path of a PKCS#11 library>
//			program   <path of p11-kit>
//			processes <1 to 64>
//			timeout   <duration>
//		}
//		console_actions
//	}
//
// merchant, merchants and wechat_app may be given more than once, everything else
// once; keys once for each store. The error is a [configerror.List] of all that is wrong and can be told without
// opening a file.
func (a *App) UnmarshalCaddyfile(d *caddyfile.Dispenser) error {
	if err := checkUTF8(d); err != nil {
		return positioned(d, err)
	}
	d.Next() // the option's name
	a.Source = configerror.Source{"paybridge": positionOf(d)}
	var errs configerror.List
	errs.Add(positionOf(d), positioned(d, readBlock(d, block[*App]{name: "paybridge", directives: appDirectives, source: a.Source}, a)))
	unread := len(errs) > 0
	wrong, err := a.checkRead()
	if err != nil {
		return d.WrapErr(err)
	}
	if unread {
		wrong = wrong.WithoutMissing()
	}
	return append(errs, wrong...).Err()
}

// checkRead checks what has been read, as Provision will, without files.
func (a *App) checkRead() (configerror.List, error) {
	text, err := json.Marshal(a)
	if err != nil {
		return nil, fmt.Errorf("writing JSON: %w", err)
	}
	app := new(App)
	if err := json.Unmarshal(text, app); err != nil {
		return nil, fmt.Errorf("reading JSON: %w", err)
	}
	app.setDefaults()
	errs := slices.Concat(app.check(), merchants.CheckSecrets(app.Merchants), merchants.Check(app.Merchants), app.findDoubts(app.Merchants))
	if len(app.Merchants) == 0 && len(app.MerchantsFiles) == 0 && !app.isFront() {
		errs.Add(app.Source.At("paybridge"), errNoMerchants)
	}
	return errs, nil
}

// inner is a block within the app's.
func (a *App) inner(name string, directives map[string]subdirective[*App]) block[*App] {
	return block[*App]{name: name, directives: directives, source: a.Source, within: name + "."}
}

func (a *App) readGateway(d *caddyfile.Dispenser) error {
	a.Gateway = new(gateway.Gateway)
	return a.Gateway.UnmarshalCaddyfile(d)
}

func (a *App) readOldGateway(d *caddyfile.Dispenser) error {
	old := new(oldgateway.Gateway)
	if err := old.UnmarshalCaddyfile(d); err != nil {
		return err
	}
	a.OldGateway = old
	return nil
}

func (a *App) readTranCodes(d *caddyfile.Dispenser) error {
	codes := &a.TranCodes
	directives := make(map[string]subdirective[*App])
	for name, code := range map[string]*string{
		"pay": &codes.Pay, "refund": &codes.Refund, "query": &codes.Query,
		"refund_query": &codes.RefundQuery, "close": &codes.Close,
	} {
		directives[name] = subdirective[*App]{read: func(_ *App, d *caddyfile.Dispenser) error { return oneArg(d, code) }}
	}
	return readBlock(d, a.inner("tran_codes", directives), a)
}

func (a *App) readTimeouts(d *caddyfile.Dispenser) error {
	directives := make(map[string]subdirective[*App])
	for name, limit := range map[string]*caddy.Duration{
		"read": &a.Timeouts.Read, "gateway": &a.Timeouts.Gateway, "reply": &a.Timeouts.Reply,
	} {
		directives[name] = subdirective[*App]{read: func(_ *App, d *caddyfile.Dispenser) error { return durationArg(d, limit) }}
	}
	return readBlock(d, a.inner("timeouts", directives), a)
}

func (a *App) readMerchantsFile(d *caddyfile.Dispenser) error {
	var path string
	if err := oneArg(d, &path); err != nil {
		return err
	}
	a.Source[configerror.Indexed("merchants", len(a.MerchantsFiles))] = positionOf(d)
	a.MerchantsFiles = append(a.MerchantsFiles, path)
	return nil
}

var _ caddyfile.Unmarshaler = (*App)(nil)
