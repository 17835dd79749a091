package rollback

import (
	"cmp"
	"errors"
	"time"

	"github.com/caddyserver/caddy/v2"
)

// Config is a [Rule] as the operator writes it: for all merchants, in the app, or for
// one, in its own block. A nil Config, which is none, is right.
type Config struct {
	// Nobody is turned back. It stands alone.
	Off bool `json:"off,omitempty"`

	// How many new payments must have been answered by v2 within the window, at
	// least; fewer say nothing. Default: a merchant's is the app's, the app's is 50.
	MinPayments int `json:"min_payments,omitempty"`

	// How long is looked back. Default: a merchant's is the app's, the app's is 10m.
	Window caddy.Duration `json:"window,omitempty"`

	// How many percentage points more than the old gateway v2 may refuse: with 20, a
	// merchant whose old side refuses 5 of 100 is turned back when v2 refuses more
	// than 25. Default: a merchant's is the app's, the app's is 20.
	MaxWorse int `json:"max_worse,omitempty"`
}

// defaults is what nobody has written.
var defaults = Rule{MinPayments: 50, Window: 10 * time.Minute, MaxWorse: 20}

const (
	leastPayments = 5
	leastWindow   = caddy.Duration(time.Minute)
	longestWindow = caddy.Duration(24 * time.Hour)
)

// RuleOf is the rule for a merchant: what its own Config leaves out is the app's. ok is
// false when it is never turned back.
func RuleOf(app, own *Config) (r Rule, ok bool) {
	c := cmp.Or(own, app)
	if c == nil || c.Off {
		return Rule{}, false
	}
	if app == nil {
		app = c
	}
	return Rule{
		MinPayments: cmp.Or(c.MinPayments, app.MinPayments, defaults.MinPayments),
		Window:      cmp.Or(time.Duration(c.Window), time.Duration(app.Window), defaults.Window),
		MaxWorse:    cmp.Or(c.MaxWorse, app.MaxWorse, defaults.MaxWorse),
	}, true
}

// Check is a check of one member of a [Config], 0 where it was left out.
type Check struct {
	Word string // of the Caddyfile, that the check is about
	Of   func(*Config) error
}

// Checks are the checks of a [Config] that is not nil.
var Checks = []Check{
	{"rollback", (*Config).checkOff},
	{"rollback.min_payments", (*Config).checkMinPayments},
	{"rollback.window", (*Config).checkWindow},
	{"rollback.max_worse", (*Config).checkMaxWorse},
}

func (c *Config) checkOff() error {
	if c.Off && *c != (Config{Off: true}) {
		return errors.New("rollback: off stands beside other members, and nobody can tell which is meant; keep one or the other")
	}
	return nil
}

func (c *Config) checkMinPayments() error {
	if c.MinPayments != 0 && c.MinPayments < leastPayments {
		return errors.New("rollback: min_payments must be 5 or more; fewer payments say nothing about a gateway")
	}
	return nil
}

func (c *Config) checkWindow() error {
	if c.Window != 0 && (c.Window < leastWindow || c.Window > longestWindow) {
		return errors.New("rollback: window must be from 1m to 24h")
	}
	return nil
}

func (c *Config) checkMaxWorse() error {
	if c.MaxWorse < 0 || c.MaxWorse >= percent {
		return errors.New("rollback: max_worse must be from 1 to 99 percentage points")
	}
	return nil
}
