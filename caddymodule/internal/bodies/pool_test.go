package bodies_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/bodies"
)

const (
	room = 1 << 20
	most = 512 << 10
)

func newPool() *bodies.Pool {
	return newPoolOf(room)
}

func newPoolOf(room int) *bodies.Pool {
	return bodies.New(bodies.Limits{Room: room, AtOnce: 2}, time.Now, func(string) {})
}

// text is a body in which every byte says where it stands.
func text(size int) []byte { return longest[:size] }

var longest = func() []byte {
	b := make([]byte, most+1)
	for i := range b {
		b[i] = byte(i ^ i>>8)
	}
	return b
}()

// content is what a body that was received holds.
func content(t *testing.T, b *bodies.Body) []byte {
	t.Helper()
	var whole []byte
	if err := b.Parse(func(body []byte) error { whole = bytes.Clone(body); return nil }); err != nil {
		t.Error(err)
	}
	return whole
}

func TestBodiesAreReceivedWhole(t *testing.T) {
	t.Parallel()
	for _, size := range []int{0, 1, bodies.Own - 1, bodies.Own, bodies.Own + 1, 16<<10 + bodies.Own, 100_000, most} {
		for name, reader := range map[string]func(io.Reader) io.Reader{
			"at once":                func(r io.Reader) io.Reader { return r },
			"its end with the last":  iotest.DataErrReader,
			"half of what is wanted": iotest.HalfReader,
			"nothing now and then":   func(r io.Reader) io.Reader { return &hesitant{r: r} },
		} {
			t.Run(fmt.Sprintf("%d %s", size, name), func(t *testing.T) {
				t.Parallel()
				p := newPool()
				b, err := p.Receive(t.Context(), "a", reader(bytes.NewReader(text(size))), most)
				if err != nil {
					t.Fatal(err)
				}
				if held := p.Held(); size < bodies.Own && held != 0 || held > size+16<<10 {
					t.Errorf("%d bytes have %d of the room", size, held)
				}
				if !bytes.Equal(content(t, b), text(size)) {
					t.Error("another body came out")
				}
				b.Release()
				if p.Held() != 0 {
					t.Errorf("%d bytes are still held", p.Held())
				}
			})
		}
	}
}

// hesitant reads nothing every other time.
type hesitant struct {
	r     io.Reader
	times int
}

func (h *hesitant) Read(p []byte) (int, error) {
	if h.times++; h.times%2 == 0 {
		return 0, nil
	}
	return h.r.Read(p)
}

func TestBodiesAreRefused(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	for name, tc := range map[string]struct {
		from io.Reader
		want error
	}{
		"one byte too many": {bytes.NewReader(text(most + 1)), bodies.ErrTooLarge},
		"without end":       {endless{}, bodies.ErrTooLarge},
		"breaks off":        {io.MultiReader(bytes.NewReader(text(100_000)), iotest.ErrReader(broken)), broken},
		"an end too early":  {io.MultiReader(bytes.NewReader(text(100)), iotest.ErrReader(io.ErrUnexpectedEOF)), io.ErrUnexpectedEOF},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPool()
			if _, err := p.Receive(t.Context(), "a", tc.from, most); !errors.Is(err, tc.want) {
				t.Errorf("%v, want %v", err, tc.want)
			}
			if p.Held() != 0 {
				t.Errorf("%d bytes are still held", p.Held())
			}
		})
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

// sender sends a body in two parts, the second when it is told to.
type sender struct {
	first  io.Reader
	second chan []byte
	rest   io.Reader
}

func newSender(size int) *sender {
	return &sender{first: bytes.NewReader(text(size)), second: make(chan []byte, 1)}
}

func (s *sender) Read(p []byte) (int, error) {
	if s.rest == nil {
		if n, err := s.first.Read(p); err == nil {
			return n, nil
		}
		s.rest = bytes.NewReader(<-s.second)
	}
	return s.rest.Read(p)
}

// arrival is a body that is on its way.
type arrival struct {
	source string
	*sender
	body *bodies.Body
	err  error
	done chan struct{}
}

// stall lets so many senders begin, and returns when all rest.
func stall(p *bodies.Pool, count, size int, source func(i int) string) []*arrival {
	var list []*arrival
	for i := range count {
		a := &arrival{source: source(i), sender: newSender(size), done: make(chan struct{})}
		list = append(list, a)
		go func() {
			defer close(a.done)
			a.body, a.err = p.Receive(context.Background(), a.source, a.sender, most)
		}()
		synctest.Wait()
	}
	return list
}

// end lets everybody finish, and counts who was not turned away.
func end(t *testing.T, list []*arrival) (kept int) {
	t.Helper()
	for _, a := range list {
		a.second <- nil
		<-a.done
		switch {
		case a.err == nil:
			kept++
			a.body.Release()
		case !errors.Is(a.err, bodies.ErrTurnedAway):
			t.Errorf("%v", a.err)
		}
	}
	return kept
}
