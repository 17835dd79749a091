// Package oldtraffic counts what still goes to the old gateway, by merchant and path,
// so that somebody can see when it may be switched off. Requests only count in memory;
// from time to time that is added to the ledger.
package oldtraffic

import (
	"context"
	"strings"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/writebehind"
)

const (
	// maxKept bounds what is kept in memory. The rest is counted together.
	maxKept = 10_000
	// maxKeptStrange bounds what of that anybody can make up.
	maxKeptStrange = 1000
	// maxText bounds merchant numbers and paths, in bytes.
	maxText = 100
)

// Store is where counts are kept: the ledger.
type Store interface {
	AddOldTraffic(ctx context.Context, seen []ledger.OldTraffic) (written int, err error)
}

// Counter counts. Its methods may be called from many goroutines.
type Counter struct {
	store Store
	now   func() time.Time
	*writebehind.Writer

	mu      sync.Mutex
	counts  map[source]ledger.OldTraffic
	strange int // of counts
}

// source is where requests come from and what they ask for.
type source struct{ merID, path string }

// New makes a Counter that works until it is closed.
func New(store Store, log *zap.Logger, now func() time.Time) *Counter {
	c := &Counter{store: store, now: now, counts: map[source]ledger.OldTraffic{}}
	c.Writer = writebehind.Start(log, writebehind.Words{
		Doing: "recording what goes to the old gateway",
		Away:  "what goes to the old gateway cannot be recorded; trying on",
		Back:  "what goes to the old gateway is recorded again",
		Lost:  "stopped with counts of what goes to the old gateway that could not be recorded",
	}, c.write)
	return c
}

// Saw counts a request that was passed on. strange tells that anybody could have made
// up its merchant or path.
func (c *Counter) Saw(merID, path string, strange bool) {
	s := source{cut(merID), cut(path)}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.add(s, ledger.OldTraffic{MerID: s.merID, Path: s.path, Last: c.now(), Times: 1, Strange: strange})
}

// cut is the beginning of a text that anybody may have sent. It does not keep the rest in
// memory.
func cut(text string) string { return strings.Clone(text[:min(len(text), maxText)]) }

// add adds to what is kept, under nobody's name when there is no room.
func (c *Counter) add(s source, o ledger.OldTraffic) {
	kept, known := c.counts[s]
	if !known && (len(c.counts) >= maxKept || o.Strange && c.strange >= maxKeptStrange) {
		s, o.MerID, o.Path, o.Strange = source{}, "", "", true
		kept, known = c.counts[s]
	}
	switch {
	case known:
		o.Times += kept.Times
		o.Strange = kept.Strange
		if kept.Last.After(o.Last) {
			o.Last = kept.Last
		}
	case o.Strange:
		c.strange++
	}
	c.counts[s] = o
}

// write adds to the ledger what was counted since the last time. When that fails it is
// kept.
func (c *Counter) write(ctx context.Context) error {
	seen := c.take()
	if len(seen) == 0 {
		return nil
	}
	written, err := c.store.AddOldTraffic(ctx, seen)
	if err != nil {
		c.mu.Lock()
		defer c.mu.Unlock()
		for _, o := range seen[written:] {
			c.add(source{o.MerID, o.Path}, o)
		}
	}
	return err
}

func (c *Counter) take() []ledger.OldTraffic {
	c.mu.Lock()
	defer c.mu.Unlock()
	seen := make([]ledger.OldTraffic, 0, len(c.counts))
	for _, o := range c.counts {
		seen = append(seen, o)
	}
	c.counts, c.strange = map[source]ledger.OldTraffic{}, 0
	return seen
}
