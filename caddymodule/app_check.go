package caddymodule

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/caddyserver/caddy/v2"

	"github.com/paybridge/paybridge/caddymodule/internal/configerror"
	"github.com/paybridge/paybridge/caddymodule/internal/delivery"
	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
	"github.com/paybridge/paybridge/caddymodule/internal/rollback"
	"github.com/paybridge/paybridge/caddymodule/internal/scheduling"
	"github.com/paybridge/paybridge/translate"
)

// appChecks are the checks of everything that needs no guest and no file, by the
// word of the Caddyfile that they are about. The defaults are filled in.
var appChecks = []struct {
	word  string
	check func(*App) error
}{
	{"public_url", (*App).checkPublicURL},
	{"gateway", (*App).checkGateway},
	{"old_gateway", func(a *App) error { return a.OldGateway.Check() }},
	{"old_gateway", (*App).checkFront},
	{"default_route", (*App).checkDefaultRoute},
	{"keep_old_orders", (*App).checkKeepOldOrders},
	{"rollback", (*App).checkRollback},
	{"rsa", func(a *App) error { return merchants.CheckArithmetic("rsa", a.RSA) }},
	{"sm2", func(a *App) error { return merchants.CheckArithmetic("sm2", a.SM2) }},
	{"scheduling", func(a *App) error { return scheduling.Check(a.Scheduling) }},
	{"order_prefix", (*App).checkOrderPrefix},
	{"order_expiry", (*App).checkOrderExpiry},
	{"timeouts.read", func(a *App) error { return notNegative("read", a.Timeouts.Read) }},
	{"timeouts.gateway", func(a *App) error { return notNegative("gateway", a.Timeouts.Gateway) }},
	{"timeouts.gateway", (*App).checkGatewayInTime},
	{"timeouts.reply", (*App).checkReply},
	{"notify_schedule", func(a *App) error { return checkSchedule("notify_schedule", a.NotifySchedule) }},
	{"query_schedule", func(a *App) error { return checkSchedule("query_schedule", a.QuerySchedule) }},
	{"health.min_free_disk", func(a *App) error { return a.Health.checkDisk() }},
	{"health.max_clock_skew", func(a *App) error { return a.Health.checkSkew() }},
	{"wechat.authorize", func(a *App) error { return a.WeChat.checkAuthorize() }},
	{"wechat.token", func(a *App) error { return a.WeChat.checkToken() }},
}

// check returns what is wrong with the app by itself.
func (a *App) check() configerror.List {
	var errs configerror.List
	for _, c := range appChecks {
		errs.Add(a.Source.At(c.word, "paybridge"), c.check(a))
	}
	if a.Rollback != nil {
		for _, c := range rollback.Checks {
			errs.Add(a.Source.At(c.Word, "paybridge"), c.Of(a.Rollback))
		}
	}
	return errs
}

func (a *App) checkGateway() error {
	if a.isFront() {
		return nil
	}
	return a.Gateway.Check()
}

func (a *App) checkPublicURL() error {
	if a.PublicURL == "" && a.isFront() {
		return nil // nobody is sent back here
	}
	if a.PublicURL == "" {
		return fmt.Errorf("public_url: %w; write: public_url https://pay.example.com", configerror.ErrMissing)
	}
	if plainAddress(a.PublicURL) {
		return nil
	}
	shown := a.PublicURL
	if strings.Contains(shown, "@") {
		shown = "***@" + shown[strings.LastIndex(shown, "@")+1:] // it may hold a password
	}
	return fmt.Errorf("public_url: %q is not the outside address of this server; write https://pay.example.com without a path", shown)
}

func (a *App) checkOrderPrefix() error {
	if len(a.OrderPrefix) > translate.MaxOrderPrefix || !letters(a.OrderPrefix) {
		return fmt.Errorf("order_prefix: %q must be at most %d letters or digits", a.OrderPrefix, translate.MaxOrderPrefix)
	}
	return nil
}

func (a *App) checkOrderExpiry() error {
	if a.OrderExpiry < caddy.Duration(time.Minute) {
		return errors.New("order_expiry: must be a minute or longer")
	}
	return nil
}

func notNegative(name string, limit caddy.Duration) error {
	if limit < 0 {
		return fmt.Errorf("timeouts: %s must not be negative", name)
	}
	return nil
}

func (a *App) checkReply() error {
	if a.Timeouts.Reply > maxReply {
		return fmt.Errorf("timeouts: reply must not be longer than %s, merchants' programs give up then", time.Duration(maxReply))
	}
	return notNegative("reply", a.Timeouts.Reply)
}

func (a *App) checkGatewayInTime() error {
	if a.Timeouts.Gateway >= a.Timeouts.Reply {
		return errors.New("timeouts: gateway must be shorter than reply, or a merchant cannot be told what the gateway said")
	}
	return nil
}

// checkSchedule validates the intervals of a word; none stand for the default.
func checkSchedule(word string, given []caddy.Duration) error {
	if len(given) == 0 {
		return nil
	}
	if err := schedule(given, nil).Validate(); err != nil {
		return fmt.Errorf("%s: %w", word, err)
	}
	return nil
}

// schedule returns the intervals of a word, or the default.
func schedule(given []caddy.Duration, otherwise delivery.Schedule) delivery.Schedule {
	if len(given) == 0 {
		return otherwise
	}
	intervals := make(delivery.Schedule, len(given))
	for i, interval := range given {
		intervals[i] = time.Duration(interval)
	}
	return intervals
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
