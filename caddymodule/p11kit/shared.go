package p11kit

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"
)

// place is what the children for a token are started with, and which token they
// serve.
type place struct {
	program   string
	processes int
	module    string    // the path of the token's library
	changed   time.Time // its file: a new one wants new children
	token     string    // the part of a URI that names the token
}

// shared are the pools of the process. Clients that reach a token in the same way,
// with the same PIN, have one between them, so that a configuration that replaces
// another one needs no more sessions: tokens have a limit of them.
var shared = struct {
	mu    sync.Mutex
	pools map[place][]*pool
}{pools: make(map[place][]*pool)}

// join returns the pool that another client has, nil if there is none or it does
// not work: then a new one tells why, and tries the PIN again.
func join(from place, pin string, c *Client) *pool {
	shared.mu.Lock()
	defer shared.mu.Unlock()
	for _, p := range shared.pools[from] {
		if p.login.pin() == pin && p.works() {
			p.users[c] = struct{}{}
			return p
		}
	}
	return nil
}

// open makes a pool, and lets other clients join.
func open(ctx context.Context, from place, u URI, l *login, c *Client) (*pool, error) {
	p, err := newPool(ctx, from, u, l, c)
	if err != nil {
		return nil, err
	}
	shared.mu.Lock()
	defer shared.mu.Unlock()
	shared.pools[from] = append(shared.pools[from], p)
	return p, nil
}

// leave ends a client's use of a pool, and closes it after the last one.
func leave(p *pool, c *Client) {
	shared.mu.Lock()
	delete(p.users, c)
	last := len(p.users) == 0
	if last {
		rest := slices.DeleteFunc(shared.pools[p.place], func(other *pool) bool { return other == p })
		if shared.pools[p.place] = rest; len(rest) == 0 {
			delete(shared.pools, p.place)
		}
	}
	shared.mu.Unlock()
	if last {
		p.close()
	}
}

// tell tells the clients of a pool that its token is away, or with nil that it is
// back.
func (p *pool) tell(err error) {
	for _, c := range p.clients() {
		c.config.OnState(p.name, err)
	}
}

// tellShort tells them that the token takes only so many sessions, or with nil that it
// takes all.
func (p *pool) tellShort(sessions int, err error) {
	for _, c := range p.clients() {
		c.config.OnShort(p.name, sessions, err)
	}
}

func (p *pool) clients() []*Client {
	shared.mu.Lock()
	defer shared.mu.Unlock()
	return slices.Collect(maps.Keys(p.users))
}

// Sessions returns how many sessions with tokens the process has, and how many it wants.
func Sessions() (open, wanted int) {
	shared.mu.Lock()
	defer shared.mu.Unlock()
	for _, pools := range shared.pools {
		for _, p := range pools {
			open += p.sessions()
			wanted += p.place.processes
		}
	}
	return open, wanted
}
