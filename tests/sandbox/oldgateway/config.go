package oldgateway

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"time"
)

// Merchant is a merchant as the old gateway knows it.
type Merchant struct {
	// ID is the merid, eight digits.
	ID string
	// Key is the key of its md5 signatures.
	Key string
}

// Config is what a [Gateway] is made of. The zero value of every member but
// Merchants means its default.
type Config struct {
	Merchants []Merchant
	// Ladder is what is waited between the calls of a notification: that of the
	// specification (§3.4) by default, which is ten calls.
	Ladder []time.Duration
	// HTTP makes the calls of notifications, with a client that waits 10 s by
	// default.
	HTTP *http.Client
	// Now is the gateway's clock, time.Now by default.
	Now func() time.Time
}

// Ladder is that of the specification: three calls ten seconds apart, three a
// minute apart, then every three minutes, ten calls in all.
func Ladder() []time.Duration {
	return []time.Duration{
		10 * time.Second, 10 * time.Second, 10 * time.Second,
		time.Minute, time.Minute, time.Minute,
		3 * time.Minute, 3 * time.Minute, 3 * time.Minute,
	}
}

// beijing is the zone of every time on the wire.
var beijing = time.FixedZone("CST", 8*60*60)

var merchantID = regexp.MustCompile(`^[0-9]{8}$`)

func (c Config) withDefaults() Config {
	if c.Ladder == nil {
		c.Ladder = Ladder()
	}
	if c.HTTP == nil {
		c.HTTP = &http.Client{
			Timeout:       10 * time.Second,
			Transport:     &http.Transport{}, // its own, so that Close leaves others' connections alone
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		}
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return c
}

// index checks the merchants and returns them by their number.
func (c Config) index() (map[string]Merchant, error) {
	if len(c.Merchants) == 0 {
		return nil, errors.New("no merchants")
	}
	merchants := make(map[string]Merchant, len(c.Merchants))
	for _, m := range c.Merchants {
		if !merchantID.MatchString(m.ID) {
			return nil, fmt.Errorf("merchant %q: the number must have 8 digits", m.ID)
		}
		if m.Key == "" {
			return nil, fmt.Errorf("merchant %s: the key is empty", m.ID)
		}
		if _, twice := merchants[m.ID]; twice {
			return nil, fmt.Errorf("merchant %s: named twice", m.ID)
		}
		merchants[m.ID] = m
	}
	return merchants, nil
}
