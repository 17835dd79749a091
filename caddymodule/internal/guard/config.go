package guard

import (
	"errors"
	"time"

	"github.com/caddyserver/caddy/v2"
)

// Config is a [Rule] as the operator writes it. A nil Config, which is none, is right.
type Config struct {
	// How many new payments must have been answered by v2 within the window, at
	// least; fewer say nothing. Default: 50.
	MinPayments int `json:"min_payments,omitempty"`

	// How long is looked back. Default: 10m.
	Window caddy.Duration `json:"window,omitempty"`

	// How many percentage points more than the old gateway v2 may refuse: with 20, a
	// merchant whose old side refuses 5 of 100 is turned back when v2 refuses more
	// than 25. Default: 20.
	MaxWorse int `json:"max_worse,omitempty"`
}

const (
	defaultMinPayments = 50
	defaultWindow      = 10 * time.Minute
	defaultMaxWorse    = 20

	leastPayments = 5
	leastWindow   = time.Minute
	longestWindow = 24 * time.Hour
)

// SetDefaults fills in what the operator has left out.
func (c *Config) SetDefaults() {
	if c == nil {
		return
	}
	if c.MinPayments == 0 {
		c.MinPayments = defaultMinPayments
	}
	if c.Window == 0 {
		c.Window = caddy.Duration(defaultWindow)
	}
	if c.MaxWorse == 0 {
		c.MaxWorse = defaultMaxWorse
	}
}

// CheckMinPayments validates min_payments.
func (c *Config) CheckMinPayments() error {
	if c != nil && c.MinPayments < leastPayments {
		return errors.New("rollback: min_payments must be 5 or more; fewer payments say nothing about a gateway")
	}
	return nil
}

// CheckWindow validates window.
func (c *Config) CheckWindow() error {
	if c != nil && (c.Window < caddy.Duration(leastWindow) || c.Window > caddy.Duration(longestWindow)) {
		return errors.New("rollback: window must be from 1m to 24h")
	}
	return nil
}

// CheckMaxWorse validates max_worse.
func (c *Config) CheckMaxWorse() error {
	if c != nil && (c.MaxWorse < 1 || c.MaxWorse >= percent) {
		return errors.New("rollback: max_worse must be from 1 to 99 percentage points")
	}
	return nil
}

// Rule is what the operator has said; ok is false for nothing.
func (c *Config) Rule() (r Rule, ok bool) {
	if c == nil {
		return Rule{}, false
	}
	return Rule{MinPayments: c.MinPayments, Window: time.Duration(c.Window), MaxWorse: c.MaxWorse}, true
}
