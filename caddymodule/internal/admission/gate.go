// Package admission bounds what bad messages cost without refusing good ones.
//
// Judging a message from outside is dear (a private-key operation, a call to
// WeChat), and anybody can send one. Whether it was bad is known only afterwards:
// whoever counts before refuses good ones in a burst, and whoever refuses by
// address refuses everybody behind a load balancer or a carrier's one address.
//
// So every message is judged, in turn. A sender is an address and the merchant that
// it names. One that has sent bad messages too often goes on in another lane. The
// width of that lane bounds the share of bad work, and the senders in it take turns:
// a good message waits longer there, and is judged.
package admission

import (
	"context"
	"errors"
	"time"
)

// ErrCrowded refuses a message of a sender with too many that wait already.
var ErrCrowded = errors.New("too many messages wait to be judged")

// Sender is who a message comes from, as far as it says so.
type Sender struct {
	// Source is an address. Of IPv6 the network of 64 bits counts: one customer
	// has all of its addresses.
	Source string
	// Merchant is the merchant that the message speaks of.
	Merchant string
}

// Limits say how much work is done at once. All must be set.
type Limits struct {
	Clean   int // messages judged at once, of senders with few bad ones
	Bad     int // and of the others
	Waiting int // messages that wait in a lane before its longest queues are cut
}

// Gate has messages judged in turn.
type Gate struct {
	record     record
	clean, bad *lane
	now        func() time.Time
}

// New returns a gate.
func New(l Limits, now func() time.Time) *Gate {
	return &Gate{clean: newLane(l.Clean, l.Waiting), bad: newLane(l.Bad, l.Waiting), now: now}
}

// Judge waits for the message's turn and judges it; judge reports whether it was
// bad. The error is that of ctx, or [ErrCrowded]; then the message was not
// judged.
func (g *Gate) Judge(ctx context.Context, s Sender, judge func() (bad bool)) error {
	s.Source = Network(s.Source)
	l, err := g.enter(ctx, s)
	if err != nil {
		return err
	}
	defer l.leave()
	if judge() {
		g.record.count(s, g.now())
	}
	return nil
}

// enter waits for a turn in the lane of a sender, which may be another one when
// the turn comes: of many at once, only the first were not known as bad.
func (g *Gate) enter(ctx context.Context, s Sender) (*lane, error) {
	if !g.record.suspicious(s, g.now()) {
		if err := g.clean.enter(ctx, s); err != nil {
			return nil, err
		}
		if !g.record.suspicious(s, g.now()) {
			return g.clean, nil
		}
		g.clean.leave()
	}
	return g.bad, g.bad.enter(ctx, s)
}
