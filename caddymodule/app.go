package caddymodule

import (
	"encoding/json"
	"strings"
	"sync/atomic"
	"time"

	"github.com/caddyserver/caddy/v2"
	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/bridge"
	"github.com/paybridge/paybridge/caddymodule/internal/collector"
	"github.com/paybridge/paybridge/caddymodule/internal/configcheck"
	"github.com/paybridge/paybridge/caddymodule/internal/configerror"
	"github.com/paybridge/paybridge/caddymodule/internal/delivery"
	"github.com/paybridge/paybridge/caddymodule/internal/gateway"
	"github.com/paybridge/paybridge/caddymodule/internal/guard"
	"github.com/paybridge/paybridge/caddymodule/internal/health"
	"github.com/paybridge/paybridge/caddymodule/internal/inbound"
	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
	"github.com/paybridge/paybridge/caddymodule/internal/oldgateway"
	"github.com/paybridge/paybridge/caddymodule/internal/rollback"
	"github.com/paybridge/paybridge/caddymodule/internal/scheduling"
	"github.com/paybridge/paybridge/caddymodule/internal/selftest"
	"github.com/paybridge/paybridge/caddymodule/internal/version"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

func init() { caddy.RegisterModule(new(App)) }

// App is the Paybridge app: who may pay, which gateway takes the payments and
// where they are written down. The handler of the same name answers requests
// with it.
type App struct {
	// Where the gateway and payers reach this server from outside, without a
	// path: https://pay.example.com. Notices are sent to
	// {public_url}/onepay/notify.
	PublicURL string `json:"public_url,omitempty"`

	// Where orders are written down. Default: sqlite in Caddy's data folder.
	LedgerRaw json.RawMessage `json:"ledger,omitempty" caddy:"namespace=paybridge.ledgers inline_key=store"`

	// The v2 gateway.
	Gateway *gateway.Gateway `json:"gateway,omitempty"`

	// The v1 gateway that is being replaced. Default: none. With no merchant
	// configured every request to the old interface is passed on to it.
	OldGateway *oldgateway.Gateway `json:"old_gateway,omitempty"`

	// Where the new orders of merchants go that have no route of their own: old, to
	// the old gateway, or v2. Needed where there are an old gateway and merchants.
	DefaultRoute string `json:"default_route,omitempty"`

	// How long it is remembered that an order went to the old gateway. Afterwards its
	// number is as good as new. Default: 30 days.
	KeepOldOrders caddy.Duration `json:"keep_old_orders,omitempty"`

	// When a merchant is turned back to the old gateway because v2 refuses too much.
	// Merchants may say otherwise. Default: never.
	Rollback *rollback.Config `json:"rollback,omitempty"`

	// Merchants, one by one.
	Merchants []merchants.Config `json:"merchants,omitempty"`

	// JSON files with more merchants, read at load and at reload.
	MerchantsFiles []string `json:"merchants_files,omitempty"`

	// The gateway's transaction codes. Default: pay OP1001, refund OP1003,
	// query OP2001, refund_query OP2002, no close.
	TranCodes bridge.TranCodes `json:"tran_codes,omitzero"`

	// How long things may take.
	Timeouts Timeouts `json:"timeouts,omitzero"`

	// Up to 6 letters or digits before every v2 order number, so that several
	// installations can share one gateway merchant. Default: none.
	OrderPrefix string `json:"order_prefix,omitempty"`

	// What the payer reads as the subject of a payment; {orderid} stands for
	// the merchant's order number. Default: 订单{orderid}.
	Subject string `json:"subject,omitempty"`

	// How long an order may be paid after it was submitted. Default: 2h.
	OrderExpiry caddy.Duration `json:"order_expiry,omitempty"`

	// The intervals between the calls of a notification; the first call is made
	// at once, and after the last one the notification waits for a person.
	// Default: 10s three times, 1m three times, 3m three times.
	NotifySchedule []caddy.Duration `json:"notify_schedule,omitempty"`

	// The intervals between the queries of an order without a result; the last one
	// repeats. An order whose code is shown starts with the third. Default: 5s,
	// 15s, 1m, 5m, 30m, 1h.
	QuerySchedule []caddy.Duration `json:"query_schedule,omitempty"`

	// What the gateway reads as "taken" in answer to a notice; sister products
	// of the gateway want S0000000. Default: success.
	NoticeReply string `json:"notice_reply,omitempty"`

	// When load balancers are told that this bridge is not ready.
	Health HealthLimits `json:"health,omitzero"`

	// Where WeChat's web authorisation is.
	WeChat WeChat `json:"wechat,omitzero"`

	// What does the arithmetic of RSA private keys: fast, with AVX-512 IFMA where
	// the processor has it and a key is of 2048 or 1024 bits, or standard, Go's
	// crypto/rsa for all. Default: fast.
	RSA string `json:"rsa,omitempty"`

	// What does the arithmetic of SM2 keys: fast, with tables of multiples, and with
	// AVX-512 IFMA where the processor has it, or standard, gmsm's for all. Default: fast.
	SM2 string `json:"sm2,omitempty"`

	// How the kernel schedules this process (Linux): batch, so that a thread that wakes
	// up waits until others have had their turn, or normal, so that it interrupts them.
	// Default: batch.
	Scheduling string `json:"scheduling,omitempty"`

	// Where private keys are that are in no file, by the name that a private_key
	// begins with: settings of the stores. Default: that of each store.
	KeysRaw caddy.ModuleMap `json:"keys,omitempty" caddy:"namespace=paybridge.keys"`

	// Lets the console (directive paybridge_console) make changes: send
	// notifications again, pause and resume merchants. Default: it only shows;
	// changes are made with the command line.
	ConsoleActions bool `json:"console_actions,omitempty"`

	// Where the directives above stand in a Caddyfile, for messages. Its reader fills
	// this in; leave it out in JSON.
	Source configerror.Source `json:"source,omitempty"`

	ctx      caddy.Context
	log      *zap.Logger
	rareLog  *zap.Logger // log for what may happen a thousand times a second: one line a minute
	store    LedgerStore
	keys     *openKeyStores
	settings *bridge.Settings
	engine   atomic.Pointer[engine]
	judge    atomic.Pointer[health.Judge] // set before engine is
	started  chan struct{}
	doubts   []configcheck.Finding // found in the configuration

	configured []merchants.Config // those of files, too

	rollbacks *guard.Rules // when merchants are turned back; nil without an old gateway

	shadow *shadowing // of what merchants ask the old gateway; nil without one
}

// Timeouts bound how long a merchant or the gateway may keep the bridge
// waiting.
type Timeouts struct {
	// Receiving a request. Default: 10s.
	Read caddy.Duration `json:"read,omitempty"`

	// One call to the gateway. Default: 10s.
	Gateway caddy.Duration `json:"gateway,omitempty"`

	// An answer to a merchant, whatever happens behind; at most 15s, since
	// merchants' programs give up at 16s. Default: 14s.
	Reply caddy.Duration `json:"reply,omitempty"`
}

// maxReply is what merchants' programs bear (seen in the field).
const maxReply = caddy.Duration(15 * time.Second)

// CaddyModule returns the Caddy module information.
func (*App) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{ID: "paybridge", New: func() caddy.Module { return new(App) }}
}

// Provision fills in defaults, checks every member and loads keys and guests.
// It reads files and opens nothing else, but for the tokens of private keys that are
// in no file. All that is wrong is logged, a line for each, since Caddy's error hides
// it behind the names of its modules.
func (a *App) Provision(ctx caddy.Context) error {
	a.ctx, a.log, a.started = ctx, ctx.Logger(), make(chan struct{})
	a.rareLog = sampled(a.log, 1, 0)
	if err := showMetrics(ctx); err != nil {
		return err
	}
	if err := selftest.Run(); err != nil {
		return err
	}
	a.setDefaults()
	a.WeChat.provision()
	if a.isFront() {
		return a.provisionFront(ctx)
	}
	registry, err := a.load(ctx)
	if err != nil {
		return configerror.Log(a.log, err)
	}
	if a.isBeside() {
		a.shadow = &shadowing{app: a}
		a.rollbacks = guard.NewRules(a.Rollback, registry.All())
	}
	a.warnOfConfig()
	a.settings = &bridge.Settings{
		NotifySchedule: schedule(a.NotifySchedule, delivery.DefaultSchedule()),
		QuerySchedule:  schedule(a.QuerySchedule, bridge.DefaultQuerySchedule()),
		Merchants:      registry,
		Gateway:        a.Gateway,
		GatewayURL:     a.Gateway.URL,
		NotifyURL:      a.address(inbound.NotifyPath),
		TryURL:         a.address(inbound.TryPath),
		ResultURL:      a.address(inbound.ResultPath),
		TranCodes:      a.TranCodes,
		OrderPrefix:    a.OrderPrefix,
		Subject:        a.Subject,
		OrderExpiry:    time.Duration(a.OrderExpiry),
		Timeouts: bridge.Timeouts{
			Gateway: time.Duration(a.Timeouts.Gateway),
			Reply:   time.Duration(a.Timeouts.Reply),
		},
	}
	return nil
}

// load checks the configuration and loads guests and merchants. The error is a
// [configerror.List] of everything that is wrong with any of them.
func (a *App) load(ctx caddy.Context) (*merchants.Registry, error) {
	errs := a.check()
	if a.Gateway.Check() == nil {
		errs.Add(a.Source.At("gateway"), a.Gateway.Provision(ctx))
	}
	if a.OldGateway != nil && a.OldGateway.Check() == nil {
		errs.Add(a.Source.At("old_gateway"), a.OldGateway.Provision(ctx))
	}
	errs.Add(a.Source.At("ledger"), a.loadStore(ctx))
	errs.Add(a.Source.At("paybridge"), a.loadKeyStores(ctx))
	registry, err := a.loadMerchants()
	errs.Add(a.Source.At("merchant"), err)
	errs = append(errs, a.findDoubts(a.configured)...)
	return registry, errs.Err()
}

// address returns the outside address of one of this server's paths.
func (a *App) address(path string) string { return strings.TrimSuffix(a.PublicURL, "/") + path }

func (a *App) setDefaults() {
	for _, d := range []struct {
		value *string
		want  string
	}{
		{&a.TranCodes.Pay, v2.TranPay},
		{&a.TranCodes.Refund, v2.TranRefund},
		{&a.TranCodes.Query, v2.TranQuery},
		{&a.TranCodes.RefundQuery, v2.TranRefundQuery},
		{&a.Subject, "订单{orderid}"},
		{&a.NoticeReply, "success"},
		{&a.RSA, merchants.Fast},
		{&a.SM2, merchants.Fast},
		{&a.Scheduling, scheduling.Batch},
	} {
		if *d.value == "" {
			*d.value = d.want
		}
	}
	for _, d := range []struct {
		value *caddy.Duration
		want  time.Duration
	}{
		{&a.Timeouts.Read, 10 * time.Second},
		{&a.Timeouts.Gateway, 10 * time.Second},
		{&a.Timeouts.Reply, 14 * time.Second},
		{&a.OrderExpiry, 2 * time.Hour},
		{&a.KeepOldOrders, 30 * 24 * time.Hour},
	} {
		if *d.value == 0 {
			*d.value = caddy.Duration(d.want)
		}
	}
	a.Health.setDefaults()
	a.WeChat.setDefaults()
}

// Start opens the ledger, or joins it if the configuration before has it open,
// and lets requests in.
func (a *App) Start() error {
	collector.Tune()
	scheduled.add(a)
	if a.isFront() {
		a.startFront()
		return nil
	}
	e, err := acquireEngine(a.ctx, a.store, a.log)
	if err != nil {
		return err
	}
	a.judge.Store(a.newJudge(e))
	a.engine.Store(e)
	e.attach(a)
	if a.shadow != nil {
		a.shadow.start(e)
	}
	refused.ForgetAll() // keys may have changed: what was kept belongs to the configuration before
	serving.Add(a)
	close(a.started)
	a.warnOfSites()
	go a.warnOfLedger(e) // which may be away
	a.log.With(version.Of().Fields()...).Info("paybridge serves",
		zap.Int("merchants", a.settings.Merchants.Len()), zap.String("gateway_host", a.Gateway.Host()))
	return nil
}

// Stop does nothing: requests are still under way then, and notifications must
// go out while they are. A newer configuration has taken over already.
func (*App) Stop() error { return nil }

// Cleanup ends the work with this configuration and lets go of the ledger that
// Start acquired; the last configuration to do so closes it. Caddy calls it also
// when starting failed and there was no Stop.
func (a *App) Cleanup() error {
	scheduled.remove(a)
	serving.Remove(a)
	if _, left := serving.Get(); !left {
		refused.Stop()
	}
	a.WeChat.cleanup()
	if a.Gateway != nil {
		defer a.Gateway.Retire() // when the engine works with a newer configuration, or with none
	}
	if a.OldGateway != nil {
		defer a.OldGateway.Retire()
	}
	e := a.engine.Swap(nil)
	if e == nil {
		if !a.hasStarted() && a.wasValidated() {
			a.warnOfSites()
		}
		return a.keys.close()
	}
	defer a.keys.closeLater(2*time.Duration(a.Timeouts.Reply), a.log) // calls in hand end within it
	defer e.detach(a)
	a.shadow.stop() // while there is a ledger
	return releaseEngine(e)
}

var (
	_ caddy.App          = (*App)(nil)
	_ caddy.Provisioner  = (*App)(nil)
	_ caddy.CleanerUpper = (*App)(nil)
)
