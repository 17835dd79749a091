package fastrsa

import (
	"slices"
	"testing"
)

// TestTurns: who is alone works at once, others wait for who works, and the second works
// when a whole batch waits.
func TestTurns(t *testing.T) {
	t.Parallel()
	c, all := newCrew(2), waiters(7)
	first := c.join(all[0])
	if first == nil {
		t.Fatal("the first waits while nobody works")
	}
	for i := 1; i < batch; i++ {
		if c.join(all[i]) != nil {
			t.Fatalf("number %d works beside the first", i)
		}
	}
	second := c.join(all[batch])
	if second == nil {
		t.Fatal("a whole batch waits and nobody takes it")
	}
	if got, want := c.with(all[batch]), []*operation{all[4], all[1], all[2], all[3]}; !slices.Equal(got, want) {
		t.Errorf("the batch is %p, want %p", got, want)
	}
	if c.join(all[5]) != nil || c.join(all[6]) != nil {
		t.Error("there are two spaces, and a third works")
	}
	if c.leave(second); len(all[5].turn) != 0 {
		t.Error("who waits works although the first still does")
	}
	if c.leave(first); len(all[5].turn) != 1 || <-all[5].turn == nil || len(all[6].turn) != 0 {
		t.Error("the space was not handed on to who has waited longest, and to nobody else")
	}
	if got := c.with(all[5]); !slices.Equal(got, []*operation{all[5], all[6]}) {
		t.Errorf("who got the space does %p", got)
	}
	if c.leave(first); len(c.free) != c.spaces {
		t.Errorf("%d of %d spaces are free at the end", len(c.free), c.spaces)
	}
}

// TestManyProcessors: half of the processors may each work alone, then a batch is waited for.
func TestManyProcessors(t *testing.T) {
	t.Parallel()
	c, all := newCrew(8), waiters(8)
	for i, o := range all {
		switch alone, w := i < 4, c.join(o); {
		case alone && w == nil:
			t.Fatalf("number %d waits while half of the processors do nothing", i)
		case !alone && (w != nil) != (i == 4+batch-1):
			t.Fatalf("number %d works: %v", i, w != nil)
		}
	}
}

// TestFullHouse: with every space taken more than a batch waits, and each space that is
// given back goes to the next at once.
func TestFullHouse(t *testing.T) {
	t.Parallel()
	c, all := newCrew(1), waiters(2+batch)
	w := c.join(all[0])
	for _, o := range all[1:] {
		if c.join(o) != nil {
			t.Fatal("there is one space, and a second works")
		}
	}
	if c.leave(w); len(all[1].turn) != 1 {
		t.Fatal("the space was not handed on")
	}
	if got := c.with(all[1]); !slices.Equal(got, all[1:1+batch]) {
		t.Errorf("the batch is %p, want %p", got, all[1:1+batch])
	}
	if c.leave(w); len(all[1+batch].turn) != 1 {
		t.Error("the last one waits for ever")
	}
}

// TestNothingIsKept: what has been given out is in no slot of the list any more, or a key
// that a reload has taken out would stay in memory.
func TestNothingIsKept(t *testing.T) {
	t.Parallel()
	c, all := newCrew(1), waiters(2*batch)
	w := c.join(all[0])
	for _, o := range all[1:] {
		c.join(o)
	}
	for len(c.waiting) > 0 {
		c.leave(w) // and the first of them takes it
		c.with(all[0])
	}
	for i, o := range c.waiting[:cap(c.waiting)] {
		if o != nil {
			t.Errorf("slot %d keeps an operation", i)
		}
	}
}

func waiters(n int) []*operation {
	all := make([]*operation, n)
	for i := range all {
		all[i] = &operation{turn: make(chan *space, 1)}
	}
	return all
}
