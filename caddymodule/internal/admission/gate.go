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
// a good message waits longer there, and is judged. When bad ones come from more senders
// than can be remembered, all go there but those whose last message was good.
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
	proven     proven
	clean, bad *lane
	now        func() time.Time
}

// New returns a gate.
func New(l Limits, now func() time.Time) *Gate {
	return &Gate{clean: newLane(l.Clean, l.Waiting), bad: newLane(l.Bad, l.Waiting), now: now}
}

// Verdict says what became of a message.
type Verdict int

// The verdicts.
const (
	Unknown Verdict = iota // it could not be judged, such as when a key was away
	Good                   // it was what it says
	Bad                    // anybody could have sent it
)

// Judge waits for the message's turn and has it judged. The error is that of ctx, or
// [ErrCrowded]; then the message was not judged.
func (g *Gate) Judge(ctx context.Context, s Sender, judge func() Verdict) error {
	s.Source = Network(s.Source)
	l, err := g.enter(ctx, s)
	if err != nil {
		return err
	}
	defer l.leave()
	switch judge() {
	case Good:
		g.proven.add(s, g.now())
	case Bad:
		g.proven.remove(s)
		g.record.count(s, g.now())
	}
	return nil
}

func (g *Gate) suspects(s Sender) bool { return g.record.suspicious(s, g.proven.has(s), g.now()) }

// enter waits for a turn in the lane of a sender, which may be another one when
// the turn comes: of many at once, only the first were not known as bad.
func (g *Gate) enter(ctx context.Context, s Sender) (*lane, error) {
	if !g.suspects(s) {
		if err := g.clean.enter(ctx, s); err != nil {
			return nil, err
		}
		if !g.suspects(s) {
			return g.clean, nil
		}
		g.clean.leave()
	}
	return g.bad, g.bad.enter(ctx, s)
}
