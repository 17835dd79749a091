package p11kit

import (
	"context"
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
	shared.mu.Lock()
	var told []func(string, error)
	for c := range p.users {
		told = append(told, c.config.OnState)
	}
	shared.mu.Unlock()
	for _, onState := range told {
		onState(p.name, err)
	}
}
