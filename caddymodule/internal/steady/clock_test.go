package steady

import (
	"testing"
	"time"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// machine is a machine whose clock can be set.
type machine struct {
	passed time.Duration
	off    time.Duration
}

func (m *machine) source() (time.Time, time.Duration) { return noon.Add(m.passed + m.off), m.passed }

// Whatever the machine's clock is set to, however often, the clock shows what has
// passed, and tells how far the machine's is ahead.
func TestJumps(t *testing.T) {
	t.Parallel()
	m := &machine{off: 0}
	c := New(m.source)
	for i, step := range []struct{ pass, set time.Duration }{
		{0, 0}, {time.Millisecond, time.Hour}, {0, 0}, {10 * time.Minute, 0}, {time.Second, -2 * time.Hour},
		{time.Minute, time.Hour}, {0, -24 * time.Hour}, {time.Hour, 24 * time.Hour}, {0, -jump}, {time.Minute, jump},
	} {
		m.passed += step.pass
		m.off += step.set
		if got, want := c.Now(), noon.Add(m.passed); !got.Equal(want) {
			t.Errorf("step %d: the clock shows %s, want %s", i, got, want)
		}
		if got := c.Ahead(); got != m.off {
			t.Errorf("step %d: the machine's clock is %s ahead, want %s", i, got, m.off)
		}
		if wall, _ := m.source(); !c.Wall(c.Now()).Equal(wall) {
			t.Errorf("step %d: the machine's clock shows %s, want %s", i, c.Wall(c.Now()), wall)
		}
	}
}

// A time service that corrects the clock as it goes is followed, whatever it comes
// to in the end.
func TestSlowCorrectionsAreFollowed(t *testing.T) {
	t.Parallel()
	m := &machine{}
	c := New(m.source)
	for range 100_000 {
		m.passed += time.Second
		m.off += 500 * time.Microsecond
		c.Now()
	}
	if wall, _ := m.source(); !c.Now().Equal(wall) || c.Ahead() != 0 {
		t.Errorf("the clock shows %s, the machine's %s", c.Now(), wall)
	}
}

func TestSet(t *testing.T) {
	t.Parallel()
	m := &machine{}
	c := New(m.source)
	c.Set(noon.Add(-time.Hour))
	m.passed, m.off = time.Minute, time.Hour
	if want := noon.Add(-time.Hour + time.Minute); !c.Now().Equal(want) || c.Ahead() != 2*time.Hour {
		t.Errorf("the clock shows %s, want %s; the machine's is %s ahead", c.Now(), want, c.Ahead())
	}
}

func TestMachine(t *testing.T) {
	t.Parallel()
	c := New(Machine)
	before := time.Now().Round(0)
	if now := c.Now(); now.Before(before) || now.After(time.Now().Round(0)) || c.Ahead() != 0 {
		t.Errorf("the clock shows %s", now)
	}
}
