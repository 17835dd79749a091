package bodies

import (
	"cmp"
	"errors"
	"slices"
	"sync"
	"time"
)

// Own is what every request may hold before it needs room, in bytes. Signed orders
// and notices of the gateway have one to three KiB.
const Own = 4 << 10

// share is what a body takes of the room at once, and how much is read into at
// once by those that have room, in bytes: a share that is not full yet is not
// counted.
const share = 16 << 10

var (
	// ErrTurnedAway refuses a body that had to give way to others.
	ErrTurnedAway = errors.New("gave way to other requests: the room for large bodies is used up")
	// ErrTooLarge refuses a body that is larger than its kind may be.
	ErrTooLarge = errors.New("too large")
)

// Limits bound a pool. All must be set.
type Limits struct {
	Room   int // bytes of all bodies together, beside what each has for itself; at least one must fit
	AtOnce int // bodies with room that are parsed at once: that takes several times their size
}

// Pool is the room for bodies, shared by all requests of a process.
type Pool struct {
	room       int
	now        func() time.Time
	turnedAway func(source string)
	turns      chan struct{}

	mu   sync.Mutex
	held int
	lent map[string]*source // those who have room
}

// New returns a pool, which calls turnedAway for every body that is turned away.
func New(l Limits, now func() time.Time, turnedAway func(source string)) *Pool {
	return &Pool{
		room: l.Room, now: now, turnedAway: turnedAway,
		turns: make(chan struct{}, l.AtOnce), lent: make(map[string]*source),
	}
}

// Held is how much of the room is used, in bytes.
func (p *Pool) Held() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.held
}

// source is a sender of bodies that have room.
type source struct {
	usage
	bodies []*Body
}

// usage is what somebody has of the room, and since when. A source has it for as long
// as the oldest of its bodies that still has room.
type usage struct {
	held  int
	since time.Time // zero if there never was anything
}

// grow adds one share.
func (u *usage) grow(now time.Time) {
	if u.held == 0 {
		u.since = now
	}
	u.held += share
}

// weight is bytes times seconds. What has just come counts by its size.
func (u *usage) weight(now time.Time) float64 {
	return float64(u.held) * max(now.Sub(u.since), time.Millisecond).Seconds()
}

// lend gives a body one more share of the room. Those that had to give way for it
// are returned; the body itself may be among them, and has got nothing then. The
// pool is locked.
func (p *Pool) lend(b *Body) (away []*Body) {
	now := p.now()
	for p.held+share > p.room {
		heaviest := p.heaviest(now)
		p.takeBack(heaviest)
		heaviest.away.Store(true)
		away = append(away, heaviest)
		if heaviest == b {
			return away
		}
	}
	from := p.lent[b.source]
	if from == nil {
		from = new(source)
		p.lent[b.source] = from
	}
	if b.held == 0 {
		from.bodies = append(from.bodies, b)
	}
	b.grow(now)
	from.grow(now)
	p.held += share
	return away
}

// heaviest is the body to turn away next. There must be one with room. The pool is
// locked.
func (p *Pool) heaviest(now time.Time) *Body {
	heavier := func(a, b *usage) int { return cmp.Compare(a.weight(now), b.weight(now)) }
	var from *source
	for _, other := range p.lent {
		if from == nil || heavier(&other.usage, &from.usage) > 0 {
			from = other
		}
	}
	return slices.MaxFunc(from.bodies, func(a, b *Body) int { return heavier(&a.usage, &b.usage) })
}

// takeBack takes away what a body has of the room. The pool is locked.
func (p *Pool) takeBack(b *Body) {
	if b.held == 0 {
		return
	}
	from := p.lent[b.source]
	from.bodies = slices.DeleteFunc(from.bodies, func(other *Body) bool { return other == b })
	from.held -= b.held
	p.held -= b.held
	b.held, b.full = 0, nil
	if from.held == 0 {
		delete(p.lent, b.source)
		return
	}
	from.since = slices.MinFunc(from.bodies, func(a, b *Body) int { return a.since.Compare(b.since) }).since
}
