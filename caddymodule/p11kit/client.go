package p11kit

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"
)

// Defaults and bounds of a [Config].
const (
	DefaultProgram   = "p11-kit"
	DefaultProcesses = 4
	MaxProcesses     = 64
	DefaultTimeout   = 2 * time.Second
)

// Config says how tokens are reached. The zero Config has the defaults.
type Config struct {
	// Program is p11-kit's command. Default: DefaultProgram, found in PATH.
	Program string

	// Module is the path of the tokens' PKCS#11 library, for URIs that name none by
	// module-path=.
	Module string

	// Processes is how many children there are for each token, and so how many
	// operations are done at once. Default: DefaultProcesses.
	Processes int

	// Timeout is how long an operation may take, the wait for a session and other
	// attempts included. Default: DefaultTimeout.
	Timeout time.Duration

	// OnState is told when a token is away, with the reason, and when it is back,
	// with nil. It may be nil.
	OnState func(token string, err error)

	// OnShort is told when a token that is there takes only so many sessions, fewer than
	// Processes, with the reason that it gives for another one, and when it takes all,
	// with nil. It may be nil.
	OnShort func(token string, sessions int, err error)
}

func (c Config) check() error {
	switch {
	case c.Processes < 0 || c.Processes > MaxProcesses:
		return fmt.Errorf("processes: %d must be from 1 to %d", c.Processes, MaxProcesses)
	case c.Timeout < 0:
		return errors.New("timeout: must not be negative")
	}
	return nil
}

// placeOf is where a key's token is. Of a library that is not there p11-kit says
// nothing.
func (c Config) placeOf(u URI) (place, error) {
	module := cmp.Or(u.module, c.Module)
	if module == "" {
		return place{}, errors.New("the token's PKCS#11 library is not named: name it once as the module, or in the URI by ?module-path=/usr/lib/…")
	}
	file, err := os.Stat(module)
	if err != nil {
		return place{}, fmt.Errorf("the PKCS#11 library: %w", err)
	}
	return place{c.Program, c.Processes, module, file.ModTime(), u.Token()}, nil
}

// Client reaches tokens for one load of a configuration. A token that it could not
// reach, or that has refused a PIN, it does not ask again: a configuration with a
// thousand keys in it is refused as soon as one with a single key, and after one
// try of the PIN. Clients that use the same token with the same settings share its
// children. A Client is safe for concurrent use.
type Client struct {
	config Config

	mu     sync.Mutex
	pools  map[place]*pool
	failed map[place]error
	pins   refusals
	closed bool
}

// New returns a client. It starts nothing.
func New(c Config) (*Client, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	c.Program = cmp.Or(c.Program, DefaultProgram)
	c.Processes = cmp.Or(c.Processes, DefaultProcesses)
	c.Timeout = cmp.Or(c.Timeout, DefaultTimeout)
	if c.OnState == nil {
		c.OnState = func(string, error) {}
	}
	if c.OnShort == nil {
		c.OnShort = func(string, int, error) {}
	}
	return &Client{config: c, pools: make(map[place]*pool), failed: make(map[place]error)}, nil
}

// Key finds the private key that a URI names. The token's first key starts its
// children and logs in. pin may be empty where the URI names a file with the PIN,
// or the token wants none; all keys of a token have one PIN.
func (c *Client) Key(ctx context.Context, u URI, pin string) (*Key, error) {
	pin, err := u.pin(pin)
	if err != nil {
		return nil, err
	}
	p, err := c.pool(ctx, u, pin)
	if err != nil {
		return nil, err
	}
	return newKey(p, u, c.config.Timeout)
}

// pool returns the sessions with a key's token.
func (c *Client) pool(ctx context.Context, u URI, pin string) (*pool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil, ErrClosed
	}
	from, err := c.config.placeOf(u)
	if err != nil {
		return nil, err
	}
	if p := c.pools[from]; p != nil {
		if p.login.pin() != pin {
			return nil, fmt.Errorf("%s: two of its keys are given different PINs; a token has one", p.name)
		}
		return p, nil
	}
	if err := c.failed[from]; err != nil {
		return nil, err
	}
	p := join(from, pin, c)
	if p == nil {
		p, err = open(ctx, from, u, newLogin(pin, &c.pins), c)
	}
	if err != nil {
		c.failed[from] = err
		return nil, err
	}
	c.pools[from] = p
	return p, nil
}

// Close ends all children that no other client uses. Operations that are in hand
// end as they would; later ones fail with [ErrClosed] where the children have ended.
func (c *Client) Close() error {
	c.mu.Lock()
	c.closed = true
	pools := c.pools
	c.pools = nil
	c.mu.Unlock()
	for _, p := range pools {
		leave(p, c)
	}
	return nil
}

// maxPIN is the longest PIN, in bytes.
const maxPIN = 255

// pin is the PIN that was given, or that of the file which the URI names.
func (u URI) pin(given string) (string, error) {
	switch {
	case u.pinFile == "":
		return given, nil
	case given != "":
		return "", errors.New("the PIN is given twice: leave pin-source= or the other one out")
	}
	text, err := os.ReadFile(u.pinFile)
	if err != nil {
		return "", fmt.Errorf("reading the PIN that pin-source= names: %w", err)
	}
	pin := strings.TrimRight(string(text), "\r\n")
	if pin == "" || len(pin) > maxPIN || strings.ContainsAny(pin, "\r\n") {
		return "", fmt.Errorf("reading the PIN that pin-source= names: %s must hold one line with nothing but the PIN", u.pinFile)
	}
	return pin, nil
}
