package delivery

import (
	"cmp"
	"math/rand/v2"
	"time"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/tracing"
)

// Defaults of a Config.
const (
	DefaultTimeout   = 10 * time.Second
	DefaultPerHost   = 4
	DefaultOverall   = 256
	DefaultUserAgent = "paybridge"
)

// Config is what a Dispatcher works with. Ledger and Lookup are needed; zero
// values of the others stand for their defaults.
type Config struct {
	// Ledger holds the notifications.
	Ledger Ledger
	// Lookup finds the target of a merchant, at every attempt anew.
	Lookup Lookup
	// Log gets one line for each attempt; nil loses them.
	Log *zap.Logger
	// Observer hears of every attempt; nil for none.
	Observer Observer
	// Tracer begins the spans of attempts; nil for none.
	Tracer *tracing.Tracer

	// Timeout bounds a call, from the name service to the last byte.
	Timeout time.Duration
	// PerHost is the greatest number of calls to one host at a time.
	PerHost int
	// Overall is the greatest number of calls at a time.
	Overall int
	// PerMerchant is the greatest number of calls of one merchant at a time,
	// whatever hosts they go to; a quarter of Overall when zero.
	PerMerchant int
	// UserAgent is the header of that name.
	UserAgent string

	// Now is the clock; time.Now when nil.
	Now func() time.Time
	// Random returns a number in [0,1), for jitter; nil for a random one.
	Random func() float64
}

func (c Config) withDefaults() Config {
	c.Timeout = cmp.Or(c.Timeout, DefaultTimeout)
	c.PerHost = cmp.Or(c.PerHost, DefaultPerHost)
	c.Overall = cmp.Or(c.Overall, DefaultOverall)
	c.PerMerchant = cmp.Or(c.PerMerchant, max(1, c.Overall/4))
	c.UserAgent = cmp.Or(c.UserAgent, DefaultUserAgent)
	if c.Log == nil {
		c.Log = zap.NewNop()
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Random == nil {
		c.Random = rand.Float64
	}
	return c
}
