package ledger_test

import (
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/route"
	"github.com/paybridge/paybridge/tests/pgtest"
	"github.com/paybridge/paybridge/translate"
)

// What is not finished is moved with the clock at the next opening, once, and what
// is over stays as it was recorded.
func TestClockOffsetIsTaken(t *testing.T) {
	t.Parallel()
	p := sqlitePlace{filepath.Join(t.TempDir(), "ledger.db")}
	l := p.open(t)
	open := mustBegin(t, l, sample(1))
	for _, at := range []time.Time{noon, after(time.Minute)} {
		if err := l.AddEvents(t.Context(), open.Key, ledger.Event{At: at, Kind: "not_found", Source: "refund", Repeats: true}); err != nil {
			t.Fatal(err)
		}
	}
	pay(t, l, sample(2), after(-time.Hour))
	over := mustOrder(t, l, sample(2).Key)
	before, err := l.Events(t.Context(), over.Key)
	if err != nil || len(before.Items) == 0 {
		t.Fatalf("events %+v, %v", before, err)
	}
	waiting := mustNotification(t, l, sample(2).Key)
	marked := ledger.Key{MerID: "89900001", OrderID: "old"}
	if _, err := l.MarkOld(t.Context(), marked, noon); err != nil {
		t.Fatal(err)
	}
	for _, ahead := range []time.Duration{time.Minute, -time.Hour} { // the last counts
		if err := l.KeepClockOffset(t.Context(), ahead); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	machine := ledger.WithClock(func() time.Time { return after(-time.Minute) })
	for _, side := range []route.Side{route.Old, ""} { // the second time nothing is left to be moved
		l = p.open(t, machine)
		o := mustOrder(t, l, open.Key)
		for name, times := range map[string][2]time.Time{
			"created": {o.CreatedAt, open.CreatedAt}, "expires": {o.ExpiresAt, open.ExpiresAt}, "next": {o.Next, open.Next},
		} {
			wantTime(t, name, times[0], times[1].Add(-time.Hour))
		}
		if !o.SentAt.Equal(open.SentAt) && !o.SentAt.Equal(open.SentAt.Add(-time.Hour)) {
			t.Errorf("sent at %s, was %s", o.SentAt, open.SentAt)
		}
		if events := happened(t, l, open.Key); len(events) != 1 || !events[0].At.Equal(after(-time.Hour)) || !events[0].LastAt.Equal(after(time.Minute-time.Hour)) {
			t.Errorf("events of an open order: %+v", events)
		}
		if events, err := l.Events(t.Context(), over.Key); err != nil || !slices.EqualFunc(events.Items, before.Items, func(a, b ledger.Event) bool { return a == b }) {
			t.Errorf("events of what is over: %+v, %v; were %+v", events, err, before)
		}
		if now := mustOrder(t, l, over.Key); now != over || now.State != translate.Paid {
			t.Errorf("what is over is\n%+v\nwas\n%+v", now, over)
		}
		until := after(-time.Hour)
		if side == "" {
			until = until.Add(time.Millisecond)
		}
		if _, err := l.PruneOld(t.Context(), until); err != nil {
			t.Fatal(err)
		}
		if got, err := l.Side(t.Context(), marked); got != side || err != nil {
			t.Errorf("what is older than %s is forgotten: the old gateway's order of %s is on side %q, want %q, %v", until, after(-time.Hour), got, side, err)
		}
		wantTime(t, "due", mustNotification(t, l, waiting.Key).Due, waiting.Due.Add(-time.Hour))
		if got := mustClaim(t, l, waiting.Due.Add(-time.Hour), 9); len(got) > 1 {
			t.Errorf("claimed %+v", got)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// A clock that was ahead while a bridge ran is put right while none does. What waits is due by
// the new clock, at the latest as much later as the bridge took to write its last sample.
func TestClockIsSetBackWhileNoBridgeRuns(t *testing.T) {
	t.Parallel()
	const ahead = 8 * time.Hour
	for name, c := range map[string]struct {
		noted time.Duration // by the bridge, for it was running still
		want  time.Time     // that is due a minute after the last sample
	}{
		"nobody saw it": {0, after(11 * time.Minute)},
		"it was seen":   {-ahead, after(time.Minute)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := sqlitePlace{filepath.Join(t.TempDir(), "ledger.db")}
			l := p.open(t)
			o := sample(1)
			o.CreatedAt, o.ExpiresAt, o.Next = after(ahead), after(ahead+2*time.Hour), after(ahead+time.Minute)
			mustBegin(t, l, o)
			for _, at := range []time.Time{noon, after(ahead)} {
				if err := l.AddSample(t.Context(), ledger.Sample{At: at, Waiting: 1}); err != nil {
					t.Fatal(err)
				}
			}
			if c.noted != 0 {
				if err := l.KeepClockOffset(t.Context(), c.noted); err != nil {
					t.Fatal(err)
				}
			}
			for range 2 { // the second time it is right
				if err := l.Close(); err != nil {
					t.Fatal(err)
				}
				l = p.open(t, ledger.WithClock(func() time.Time { return after(10 * time.Minute) }))
				wantTime(t, "due", mustOrder(t, l, o.Key).Next, c.want)
			}
			if samples, err := l.Samples(t.Context(), noon, after(24*time.Hour)); err != nil || len(samples) != 1 {
				t.Errorf("samples %+v, %v: want the one that is not yet to come", samples, err)
			}
		})
	}
}

// TestClockOffsetLeavesNothingToCome: of orders at rest, too, nothing is on record that has not
// happened yet by the clock of the machine: what happens to them next is told after it.
func TestClockOffsetLeavesNothingToCome(t *testing.T) {
	t.Parallel()
	p := sqlitePlace{filepath.Join(t.TempDir(), "ledger.db")}
	l := p.open(t)
	early, late := sample(1), sample(2)
	pay(t, l, early, noon)
	pay(t, l, late, after(time.Minute))
	told := func(k ledger.Key, at time.Time) {
		if err := l.AddEvents(t.Context(), k, ledger.Event{At: at, Kind: "call", Source: "OP2001"}); err != nil {
			t.Fatal(err)
		}
	}
	told(early.Key, noon)
	told(late.Key, noon)
	told(late.Key, after(8*time.Hour))
	before, was := happened(t, l, early.Key), happened(t, l, late.Key)
	if err := l.KeepClockOffset(t.Context(), -8*time.Hour); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	l = p.open(t, ledger.WithClock(func() time.Time { return after(time.Hour) }))
	if now := happened(t, l, early.Key); !slices.Equal(now, before) {
		t.Errorf("events of the past: %+v, were %+v", now, before)
	}
	for i := range was {
		was[i].At = was[i].At.Add(-8 * time.Hour)
	}
	if now := happened(t, l, late.Key); !slices.Equal(now, was) {
		t.Errorf("events that were to come: %+v, want %+v", now, was)
	}
}

// A clock that was ahead has marked orders of the old gateway, and is right at the next
// opening. What it marked is moved with it; the marks from before it went wrong are right,
// and do not become older, for then they would be forgotten too early.
func TestClockOffsetAgesNoMark(t *testing.T) {
	t.Parallel()
	const year = 365 * 24 * time.Hour
	for name, c := range map[string]struct {
		ahead                  time.Duration // of the machine's clock as it is now
		now                    time.Time
		wantBefore, wantMarked time.Time
	}{
		"the clock was ahead":  {-year, after(-year + time.Hour), after(-year), after(-year)},
		"the clock was behind": {year, after(year + time.Hour), noon, after(year)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := sqlitePlace{filepath.Join(t.TempDir(), "ledger.db")}
			l := p.open(t)
			before, marked := ledger.Key{MerID: "89900001", OrderID: "before"}, ledger.Key{MerID: "89900001", OrderID: "marked"}
			for k, at := range map[ledger.Key]time.Time{before: after(-year), marked: noon} {
				if _, err := l.MarkOld(t.Context(), k, at); err != nil {
					t.Fatal(err)
				}
			}
			if err := l.KeepClockOffset(t.Context(), c.ahead); err != nil {
				t.Fatal(err)
			}
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			l = p.open(t, ledger.WithClock(func() time.Time { return c.now }))
			for k, want := range map[ledger.Key]time.Time{before: c.wantBefore, marked: c.wantMarked} {
				got, err := l.OldOrder(t.Context(), k)
				if err != nil || !got.At.Equal(want) {
					t.Errorf("%s is marked with %s, %v, want %s", k.OrderID, got.At, err, want)
				}
			}
		})
	}
}

func TestCommonTime(t *testing.T) {
	t.Parallel()
	alone := sqlitePlace{filepath.Join(t.TempDir(), "ledger.db")}.open(t)
	if at, shared, err := alone.CommonTime(t.Context()); shared || err != nil {
		t.Errorf("SQLite tells the time: %s, %v", at, err)
	}
	l := postgresPlace{dsn: pgtest.Database(t), well: true}.open(t)
	before := time.Now().Truncate(time.Millisecond)
	at, shared, err := l.CommonTime(t.Context())
	if !shared || err != nil || at.Before(before) || at.After(time.Now().Add(time.Millisecond)) {
		t.Errorf("PostgreSQL tells %s, %v, want the time now", at, err)
	}
}
