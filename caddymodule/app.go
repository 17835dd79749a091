package caddymodule

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/caddyserver/caddy/v2"
	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/admission"
	"github.com/paybridge/paybridge/caddymodule/internal/bridge"
	"github.com/paybridge/paybridge/caddymodule/internal/configcheck"
	"github.com/paybridge/paybridge/caddymodule/internal/delivery"
	"github.com/paybridge/paybridge/caddymodule/internal/health"
	"github.com/paybridge/paybridge/caddymodule/internal/inbound"
	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
	"github.com/paybridge/paybridge/translate"
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
	PublicURL string `json:"public_url"`

	// Where orders are written down. Default: sqlite in Caddy's data folder.
	LedgerRaw json.RawMessage `json:"ledger,omitempty" caddy:"namespace=paybridge.ledgers inline_key=store"`

	// The v2 gateway.
	Gateway *Gateway `json:"gateway"`

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

	// The intervals between the looks at an order without news; the last one
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

	// Lets the console (directive paybridge_console) make changes: send
	// notifications again, pause and resume merchants. Default: it only shows;
	// changes are made with the command line.
	ConsoleActions bool `json:"console_actions,omitempty"`

	ctx      caddy.Context
	log      *zap.Logger
	rareLog  *zap.Logger // log for what may happen a thousand times a second: one line a minute
	store    LedgerStore
	settings *bridge.Settings
	engine   atomic.Pointer[engine]
	judge    atomic.Pointer[health.Judge] // set before engine is
	started  chan struct{}
	notices  *admission.Gate       // before notices are opened
	returns  *admission.Gate       // before WeChat is asked who a payer is
	doubts   []configcheck.Finding // found in the configuration

	configured []merchants.Config // those of files, too
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
// It reads files and opens nothing else.
func (a *App) Provision(ctx caddy.Context) error {
	a.ctx, a.log, a.started = ctx, ctx.Logger(), make(chan struct{})
	a.rareLog = sampled(a.log, 1, 0)
	a.notices, a.returns = newGates()
	if err := showMetrics(ctx); err != nil {
		return err
	}
	if err := checkPrimitives(); err != nil {
		return err
	}
	a.setDefaults()
	if err := a.check(); err != nil {
		return err
	}
	if err := a.Health.provision(); err != nil {
		return err
	}
	if err := a.WeChat.provision(); err != nil {
		return err
	}
	if a.Gateway == nil {
		a.Gateway = new(Gateway)
	}
	if err := a.Gateway.provision(ctx); err != nil {
		return err
	}
	if err := a.loadStore(ctx); err != nil {
		return err
	}
	registry, err := a.loadMerchants()
	if err != nil {
		return err
	}
	notify, err := schedule("notify_schedule", a.NotifySchedule, delivery.DefaultSchedule())
	if err != nil {
		return err
	}
	query, err := schedule("query_schedule", a.QuerySchedule, bridge.DefaultQuerySchedule())
	if err != nil {
		return err
	}
	if err := a.checkDoubts(); err != nil {
		return err
	}
	a.settings = &bridge.Settings{
		NotifySchedule: notify,
		QuerySchedule:  query,
		Merchants:      registry,
		Gateway:        a.Gateway,
		GatewayURL:     a.Gateway.URL,
		NotifyURL:      a.address(inbound.NotifyPath),
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
	} {
		if *d.value == 0 {
			*d.value = caddy.Duration(d.want)
		}
	}
}

// check validates the members that need no guest and no file.
func (a *App) check() error {
	if a.PublicURL == "" {
		return errors.New("public_url: missing; write: public_url https://pay.example.com")
	}
	if !plainAddress(a.PublicURL) {
		shown := a.PublicURL
		if strings.Contains(shown, "@") {
			shown = "***@" + shown[strings.LastIndex(shown, "@")+1:] // it may hold a password
		}
		return fmt.Errorf("public_url: %q is not the outside address of this server; write https://pay.example.com without a path", shown)
	}
	if err := a.checkRSA(); err != nil {
		return err
	}
	if len(a.OrderPrefix) > translate.MaxOrderPrefix || !letters(a.OrderPrefix) {
		return fmt.Errorf("order_prefix: %q must be at most %d letters or digits", a.OrderPrefix, translate.MaxOrderPrefix)
	}
	for name, limit := range map[string]caddy.Duration{"read": a.Timeouts.Read, "gateway": a.Timeouts.Gateway, "reply": a.Timeouts.Reply} {
		if limit < 0 {
			return fmt.Errorf("timeouts: %s must not be negative", name)
		}
	}
	if a.Timeouts.Reply > maxReply {
		return fmt.Errorf("timeouts: reply must not be longer than %s, merchants' programs give up then", time.Duration(maxReply))
	}
	if a.Timeouts.Gateway >= a.Timeouts.Reply {
		return errors.New("timeouts: gateway must be shorter than reply, or a merchant cannot be told what the gateway said")
	}
	if a.OrderExpiry < caddy.Duration(time.Minute) {
		return errors.New("order_expiry: must be a minute or longer")
	}
	return nil
}

// schedule validates the intervals of a word, or returns the default.
func schedule(word string, given []caddy.Duration, otherwise delivery.Schedule) (delivery.Schedule, error) {
	if len(given) == 0 {
		return otherwise, nil
	}
	var intervals delivery.Schedule
	for _, interval := range given {
		intervals = append(intervals, time.Duration(interval))
	}
	if err := intervals.Validate(); err != nil {
		return nil, fmt.Errorf("%s: %w", word, err)
	}
	return intervals, nil
}

// plainAddress reports whether text is scheme and host and nothing else.
func plainAddress(text string) bool {
	u, err := url.Parse(text)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" {
		return false
	}
	u.Path = strings.TrimSuffix(u.Path, "/")
	return *u == url.URL{Scheme: u.Scheme, Host: u.Host}
}

func letters(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	}) < 0
}

// loadMerchants resolves the merchants of the configuration and of the files.
func (a *App) loadMerchants() (*merchants.Registry, error) {
	for _, c := range a.Merchants {
		if err := c.CheckSecrets(); err != nil {
			return nil, err
		}
	}
	all := append([]merchants.Config(nil), a.Merchants...)
	repl := caddy.NewReplacer()
	for _, path := range a.MerchantsFiles {
		configs, err := merchants.ReadFile(repl.ReplaceKnown(path, ""))
		if err != nil {
			return nil, err
		}
		all = append(all, configs...)
	}
	if len(all) == 0 {
		return nil, errors.New("merchants: there is none; add a merchant block or a merchants file")
	}
	a.configured = all
	keys := newRSAKeys(a.RSA, a.log)
	loader := merchants.Loader{
		Resolve: func(s string) string { return repl.ReplaceKnown(s, "") },
		RSA:     keys.choose,
		Refused: func(reason v2.Reason) {
			observed.MessageRefused(reason)
			a.log.Warn("gateway message could not be opened", zap.Stringer("reason", reason))
		},
		PreviousKeyUsed: func(gatewayMerchant string, used v2.Used) {
			a.log.Info("gateway message needed a previous key", zap.String("gateway_merchant", gatewayMerchant),
				zap.Bool("previous_private_key", used.PreviousOwn), zap.Bool("previous_gateway_key", used.PreviousPeer))
		},
	}
	registry, err := loader.Load(all)
	if err == nil {
		keys.log(a.log)
	}
	return registry, err
}

// Start opens the ledger, or joins it if the configuration before has it open,
// and lets requests in.
func (a *App) Start() error {
	e, err := acquireEngine(a.ctx, a.store, a.log)
	if err != nil {
		return err
	}
	a.judge.Store(a.newJudge(e))
	a.engine.Store(e)
	e.attach(a)
	serving.Add(a)
	close(a.started)
	a.warnOfSites()
	a.log.Info("paybridge serves", zap.Int("merchants", a.settings.Merchants.Len()), zap.String("gateway_host", a.Gateway.url.Host))
	return nil
}

// Stop does nothing: requests are still under way then, and notifications must
// go out while they are. A newer configuration has taken over already.
func (*App) Stop() error { return nil }

// Cleanup ends the work with this configuration and lets go of the ledger that
// Start acquired; the last configuration to do so closes it. Caddy calls it also
// when starting failed and there was no Stop.
func (a *App) Cleanup() error {
	serving.Remove(a)
	a.WeChat.cleanup()
	if a.Gateway != nil {
		defer a.Gateway.retire() // when the engine works with a newer configuration, or with none
	}
	e := a.engine.Swap(nil)
	if e == nil {
		if a.wasValidated() {
			a.warnOfSites()
		}
		return nil
	}
	defer e.detach(a)
	return releaseEngine(e)
}

var (
	_ caddy.App          = (*App)(nil)
	_ caddy.Provisioner  = (*App)(nil)
	_ caddy.CleanerUpper = (*App)(nil)
)
