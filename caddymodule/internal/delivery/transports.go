package delivery

import (
	"context"
	"crypto/x509"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/crash"
)

const (
	// maxTransports bounds the policies that keep connections open.
	maxTransports = 64
	// maxIdle bounds the idle connections of one policy.
	maxIdle = 256
	// idleTimeout is shorter than what servers in the field keep a connection
	// for (Apache: 5 s), so that a call rarely meets one that is being closed.
	idleTimeout = 4 * time.Second
	maxHeader   = 64 << 10
)

// policy is what decides about connections. Merchants with equal policies share
// them; others never do, because a connection that one of them may use could be
// to an address that is closed to another.
type policy struct {
	allow   []netip.Prefix
	rootCAs *x509.CertPool
}

// policyKey is a policy as a key of maps.
type policyKey struct {
	allow   string
	rootCAs *x509.CertPool
}

func (p policy) key() policyKey {
	words := make([]string, len(p.allow))
	for i, prefix := range p.allow {
		words[i] = prefix.Masked().String()
	}
	slices.Sort(words)
	return policyKey{strings.Join(slices.Compact(words), " "), p.rootCAs}
}

// transports keeps one HTTP transport for each policy in use.
type transports struct {
	log     *zap.Logger
	life    context.Context // of all connections being made
	end     context.CancelFunc
	timeout time.Duration
	perHost int

	mu    sync.Mutex
	byKey map[policyKey]*kept
	uses  int
}

// kept is a transport and when it was used last, counted in uses.
type kept struct {
	*http.Transport
	used int
}

func newTransports(log *zap.Logger, timeout time.Duration, perHost int) *transports {
	life, end := context.WithCancel(context.Background())
	return &transports{log: log, life: life, end: end, timeout: timeout, perHost: perHost, byKey: make(map[policyKey]*kept)}
}

// get returns the transport of a policy.
func (t *transports) get(p policy) http.RoundTripper {
	key := p.key()
	t.mu.Lock()
	defer t.mu.Unlock()
	k := t.byKey[key]
	if k == nil {
		t.makeRoom()
		k = &kept{Transport: t.transport(p)}
		t.byKey[key] = k
	}
	t.uses++
	k.used = t.uses
	return k
}

// makeRoom drops the transport that was used longest ago when there are too
// many: reloads leave pools of authorities behind that nobody asks for again.
// Calls that it still carries end as usual.
func (t *transports) makeRoom() {
	if len(t.byKey) < maxTransports {
		return
	}
	var oldest policyKey
	for key, k := range t.byKey {
		if o := t.byKey[oldest]; o == nil || k.used < o.used {
			oldest = key
		}
	}
	t.byKey[oldest].CloseIdleConnections()
	delete(t.byKey, oldest)
}

// transport makes the transport of a policy. It speaks HTTP/1.1 as the old
// gateway did, and never sends a POST twice: net/http repeats one only when
// nothing of it was written.
func (t *transports) transport(p policy) *http.Transport {
	d := newDialer(t.life, t.timeout, p)
	return &http.Transport{
		Proxy:                  nil, // not that of the environment; see the package comment
		DialContext:            t.guarded(d.dial),
		DialTLSContext:         t.guarded(d.dialTLS),
		DisableCompression:     true,
		MaxIdleConns:           maxIdle,
		MaxIdleConnsPerHost:    t.perHost,
		IdleConnTimeout:        idleTimeout,
		MaxResponseHeaderBytes: maxHeader,
	}
}

type dialFunc = func(ctx context.Context, network, address string) (net.Conn, error)

// guarded makes a panic of dial an error. A transport dials on a goroutine of its own.
func (t *transports) guarded(dial dialFunc) dialFunc {
	return func(ctx context.Context, network, address string) (conn net.Conn, err error) {
		err = crash.Try(t.log, "connecting to a merchant", func() error {
			conn, err = dial(ctx, network, address)
			return err
		})
		return conn, err
	}
}

// close ends all connections that carry no call.
func (t *transports) close() {
	t.end()
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, k := range t.byKey {
		k.CloseIdleConnections()
	}
}
