package bodies

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync/atomic"
)

// Body is a request body that has been received.
type Body struct {
	pool   *Pool
	source string
	ctx    context.Context
	cancel context.CancelCauseFunc
	size   int
	last   []byte      // what is being filled; it is the request's own
	away   atomic.Bool // turned away

	// The pool's lock guards these for everybody else.
	usage
	full [][]byte // what came before last
}

// Receive reads a body of at most so many bytes to its end; source is who sends
// it. The error is [ErrTooLarge], [ErrTurnedAway] or that of reading, and what
// follows of the body has not been read then. Otherwise the body must be released.
func (p *Pool) Receive(ctx context.Context, source string, from io.Reader, most int) (*Body, error) {
	b, whole, err := p.ReceiveSome(ctx, source, from, most)
	if err == nil && !whole {
		b.Release()
		return nil, ErrTooLarge
	}
	return b, err
}

// ReceiveSome reads a body as Receive does, for those who can go on without its end:
// whole is false when it is larger. What has been read of it then is in the Body.
func (p *Pool) ReceiveSome(ctx context.Context, source string, from io.Reader, most int) (b *Body, whole bool, err error) {
	b = &Body{pool: p, source: source, last: make([]byte, 0, Own)}
	b.ctx, b.cancel = context.WithCancelCause(ctx)
	switch err := b.receive(from, most); {
	case errors.Is(err, ErrTooLarge):
		return b, false, nil
	case err != nil:
		b.Release()
		return nil, false, err
	}
	return b, true, nil
}

func (b *Body) receive(from io.Reader, most int) error {
	for {
		n, err := from.Read(b.last[len(b.last):cap(b.last)])
		b.last = b.last[:len(b.last)+n]
		b.size += n
		switch {
		case b.away.Load():
			return ErrTurnedAway
		case b.size > most:
			return ErrTooLarge
		case err == io.EOF: // a wrapped one is a body that breaks off
			return nil
		case err != nil:
			return fmt.Errorf("reading body: %w", err)
		case len(b.last) == cap(b.last) && !b.putAway():
			return ErrTurnedAway
		}
	}
}

// putAway puts what has been filled into the room, and reports whether it may lie
// there.
func (b *Body) putAway() bool {
	away := b.store()
	for _, other := range away {
		other.cancel(ErrTurnedAway)
		b.pool.turnedAway(other.source)
	}
	return !b.away.Load()
}

// store does so, and returns those that had to give way.
func (b *Body) store() (away []*Body) {
	b.pool.mu.Lock()
	defer b.pool.mu.Unlock()
	if b.away.Load() {
		return nil
	}
	if away = b.pool.lend(b); b.away.Load() {
		return away
	}
	b.full = append(b.full, b.last)
	b.last = make([]byte, 0, share)
	return away
}

// Len is how many bytes have been received.
func (b *Body) Len() int { return b.size }

// Context is that of Receive, and ends with the cause [ErrTurnedAway] when the
// body is turned away. Whatever waits while the body has room waits with it.
func (b *Body) Context() context.Context { return b.ctx }

// Parse calls f with the whole body, which f must not keep, and returns its error.
// Bodies that have room take turns; when the body's context has ended before its
// turn has come, Parse returns the cause. They keep the room afterwards, for what f
// has made of them, until they are released.
func (b *Body) Parse(f func(body []byte) error) error {
	if b.since.IsZero() {
		return f(b.last)
	}
	select {
	case b.pool.turns <- struct{}{}:
	case <-b.ctx.Done():
		return context.Cause(b.ctx)
	}
	defer func() { <-b.pool.turns }()
	pieces, ok := b.pieces()
	if !ok {
		return ErrTurnedAway
	}
	if len(pieces) > 1 {
		b.last = bytes.Join(pieces, nil)
	}
	return f(b.last)
}

// Reader returns what has been received, from its beginning, to be passed on until
// Release. Whoever reads from it while the body has room must end with its context.
func (b *Body) Reader() io.Reader {
	b.pool.mu.Lock()
	defer b.pool.mu.Unlock()
	if b.away.Load() {
		return turnedAway{}
	}
	readers := make([]io.Reader, 0, len(b.full)+1)
	for _, piece := range append(slices.Clip(b.full), b.last) {
		readers = append(readers, bytes.NewReader(piece))
	}
	return io.MultiReader(readers...)
}

// turnedAway is the rest of a body that was turned away.
type turnedAway struct{}

func (turnedAway) Read([]byte) (int, error) { return 0, ErrTurnedAway }

// Small returns the whole of a body that fits into what every request has for
// itself. It is the request's own also after [Body.Release].
func (b *Body) Small() (body []byte, ok bool) {
	if !b.since.IsZero() {
		return nil, false
	}
	return b.last, true
}

// pieces returns what the body consists of, and lets go of it but for the last piece.
// Whoever is turned away afterwards has been read already.
func (b *Body) pieces() (pieces [][]byte, ok bool) {
	b.pool.mu.Lock()
	defer b.pool.mu.Unlock()
	if b.away.Load() {
		return nil, false
	}
	pieces, b.full = b.full, nil
	return append(pieces, b.last), true
}

// Release gives back the room. It may be called again.
func (b *Body) Release() {
	if !b.since.IsZero() {
		b.pool.mu.Lock()
		b.pool.takeBack(b)
		b.pool.mu.Unlock()
	}
	b.cancel(nil)
}
