package bodies_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/bodies"
)

// Whoever rests gives way to whoever does not, wherever it comes from.
func TestThoseWhoRestGiveWay(t *testing.T) {
	t.Parallel()
	one := func(int) string { return "attacker" }
	many := func(i int) string { return fmt.Sprint("attacker ", i) }
	for name, tc := range map[string]struct {
		source      func(int) string
		count, size int
	}{
		"one source, large bodies":    {one, 20, most - 1},
		"one source, small shares":    {one, 200, bodies.Own + 1},
		"many sources, large bodies":  {many, 20, most - 1},
		"many sources, small shares":  {many, 200, bodies.Own + 1},
		"many sources, middling ones": {many, 100, 50_000},
		"as many sources as fit in":   {many, room / (16 << 10), bodies.Own + 1}, // each has one share
	} {
		for whose, honest := range map[string]string{"another's": "honest", "of a source that rests, too": tc.source(0)} {
			t.Run(name+", "+whose, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					p := newPool()
					list := stall(p, tc.count, tc.size, tc.source)
					if held := p.Held(); held > room {
						t.Errorf("%d bytes are held, the room has %d", held, room)
					}
					time.Sleep(time.Second)
					for range 10 {
						b, err := p.Receive(t.Context(), honest, bytes.NewReader(text(most)), most)
						if err != nil {
							t.Fatalf("an honest body was refused: %v", err)
						}
						if !bytes.Equal(content(t, b), text(most)) {
							t.Error("another body came out")
						}
						b.Release()
					}
					if kept := end(t, list); kept*tc.size > room {
						t.Errorf("%d bodies of %d bytes were kept in a room of %d", kept, tc.size, room)
					}
					if p.Held() != 0 {
						t.Errorf("%d bytes are still held", p.Held())
					}
				})
			})
		}
	}
}

// A source with many bodies gives way before a source with one slow body, even when
// all of the many make progress.
func TestOneSourceCannotTakeTheRoom(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newPoolOf(8 * room)
		slow := stall(p, 1, most/2, func(int) string { return "honest" })
		for range 100 {
			time.Sleep(10 * time.Millisecond)
			defer end(t, stall(p, 1, most-1, func(int) string { return "attacker" }))
		}
		if end(t, slow) != 1 {
			t.Error("the slow body was turned away")
		}
	})
}

// Those who are turned away are told apart and counted, each once.
func TestTurnedAwayAreCounted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		counted := map[string]int{}
		p := bodies.New(bodies.Limits{Room: room, AtOnce: 2}, time.Now, func(source string) { counted[source]++ })
		list := stall(p, 10, most-1, func(int) string { return "attacker" })
		if kept := end(t, list); counted["attacker"] != 10-kept || kept == 0 || kept == 10 {
			t.Errorf("%v turned away, %d kept", counted, kept)
		}
	})
}

// What waits with its body in the room is turned away as well, and told so.
func TestBodiesThatWaitGiveWay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newPool()
		waiting := received(t, p, "attacker", most)
		if got := content(t, waiting); len(got) != most { // its room is kept for what was made of it
			t.Errorf("%d bytes", len(got))
		}
		unread := received(t, p, "attacker", most)
		time.Sleep(time.Second)
		for range 2 {
			defer received(t, p, "honest", most).Release()
		}
		<-waiting.Context().Done()
		if cause := context.Cause(waiting.Context()); !errors.Is(cause, bodies.ErrTurnedAway) {
			t.Errorf("ended with %v", cause)
		}
		if err := unread.Parse(func([]byte) error { t.Error("parsed"); return nil }); !errors.Is(err, bodies.ErrTurnedAway) {
			t.Errorf("parsing: %v", err)
		}
		waiting.Release()
		unread.Release()
	})
}

// A body whose request has run out of time before it is turned away is not taken
// for a shorter one.
func TestTurnedAwayAfterTheEndOfTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newPool()
		ctx, cancel := context.WithCancel(t.Context())
		s, done := newSender(most-bodies.Own), make(chan error)
		go func() {
			_, err := p.Receive(ctx, "attacker", s, most)
			done <- err
		}()
		synctest.Wait()
		cancel()
		time.Sleep(time.Second)
		for range 2 {
			defer received(t, p, "honest", most).Release()
		}
		s.second <- text(bodies.Own)
		if err := <-done; !errors.Is(err, bodies.ErrTurnedAway) {
			t.Errorf("%v, want %v", err, bodies.ErrTurnedAway)
		}
	})
}

func received(t *testing.T, p *bodies.Pool, source string, size int) *bodies.Body {
	t.Helper()
	b, err := p.Receive(t.Context(), source, bytes.NewReader(text(size)), most)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Large bodies are parsed a few at a time, small ones without waiting.
func TestLargeBodiesTakeTurns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newPool()
		var parsing, seen int
		var mu sync.Mutex
		held := make(chan struct{})
		var all sync.WaitGroup
		for range 10 {
			b := received(t, p, "a", 50_000)
			all.Go(func() {
				defer b.Release()
				err := b.Parse(func([]byte) error {
					mu.Lock()
					parsing++
					seen = max(seen, parsing)
					mu.Unlock()
					<-held
					mu.Lock()
					parsing--
					mu.Unlock()
					return nil
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		synctest.Wait()
		small := received(t, p, "a", 1000)
		if got := content(t, small); !bytes.Equal(got, text(1000)) {
			t.Error("another body came out")
		}
		small.Release()
		close(held)
		all.Wait()
		if seen != 2 {
			t.Errorf("%d were parsed at once, want 2", seen)
		}
	})
}

// TestManyAtOnce lets many senders compete for the room. Each body is whole or
// turned away, and the room is never overdrawn.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	p := newPool()
	var all sync.WaitGroup
	for i := range 16 {
		all.Go(func() {
			random := rand.New(rand.NewPCG(uint64(i), 1))
			for range 20 {
				size := random.IntN(most)
				b, err := p.Receive(t.Context(), fmt.Sprint(i%5), iotest.HalfReader(bytes.NewReader(text(size))), most)
				if held := p.Held(); held > room {
					t.Errorf("%d bytes are held, the room has %d", held, room)
				}
				if err != nil {
					if !errors.Is(err, bodies.ErrTurnedAway) {
						t.Error(err)
					}
					continue
				}
				err = b.Parse(func(body []byte) error {
					if !bytes.Equal(body, text(size)) {
						t.Error("another body came out")
					}
					return nil
				})
				if err != nil && !errors.Is(err, bodies.ErrTurnedAway) {
					t.Error(err)
				}
				b.Release()
			}
		})
	}
	all.Wait()
	if p.Held() != 0 {
		t.Errorf("%d bytes are still held", p.Held())
	}
}
