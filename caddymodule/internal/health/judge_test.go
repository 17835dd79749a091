package health

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// state is what a judge of a test goes by.
type state struct {
	commit error
	free   uint64
	diskIO error
	skew   time.Duration
	timed  bool
}

func (s *state) judge() *Judge {
	return New(Limits{MinFreeDisk: 256 << 20, MaxSkew: 30 * time.Second}, Sources{
		Commit: func(context.Context) error { return s.commit },
		Disk:   "/ledger",
		Skew:   func() (time.Duration, bool) { return s.skew, s.timed },
		Now:    time.Now,
		free:   func(string) (uint64, error) { return s.free, s.diskIO },
	})
}

// Each condition alone makes a bridge not ready, and names itself.
func TestJudge(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		change func(*state)
		fails  string // the check; "" for none
		detail string
		warns  bool
	}{
		"all is well":                  {func(*state) {}, "", "", false},
		"clock never compared":         {func(s *state) { s.timed, s.skew = false, time.Hour }, "", "", false},
		"clock just right":             {func(s *state) { s.skew = 30 * time.Second }, "", "", false},
		"disk just right":              {func(s *state) { s.free = 256 << 20 }, "", "", false},
		"ledger does not commit":       {func(s *state) { s.commit = errors.New("disk is full") }, "ledger", "disk is full", false},
		"disk below the watermark":     {func(s *state) { s.free = 256<<20 - 1 }, "disk", "256 MiB free", false},
		"disk is gone":                 {func(s *state) { s.diskIO = errors.New("no such device") }, "disk", "no such device", false},
		"the gateway's clock is ahead": {func(s *state) { s.skew = 31 * time.Second }, "", "", true},
		"the gateway's clock is late":  {func(s *state) { s.skew = -time.Minute }, "", "", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &state{free: 1 << 40, timed: true}
			tc.change(s)
			report := s.judge().Judge(t.Context())
			if report.Ready() != (tc.fails == "") {
				t.Errorf("ready: %t; %+v", report.Ready(), report)
			}
			for _, check := range report.Checks {
				warned := check.OK && !check.Advice.IsZero()
				if check.OK != (check.Name != tc.fails) || !check.OK && check.Advice.IsZero() || warned != (tc.warns && check.Name == "clock") {
					t.Errorf("%+v", check)
				}
				if check.Name == tc.fails && !strings.Contains(check.Detail.Error(), tc.detail) {
					t.Errorf("%q does not say %q", check.Detail, tc.detail)
				}
			}
		})
	}
}

func TestLedgerElsewhereNeedsNoDisk(t *testing.T) {
	t.Parallel()
	j := New(Limits{MinFreeDisk: 1 << 62}, Sources{Commit: func(context.Context) error { return nil }, Now: time.Now})
	if r := j.Judge(t.Context()); !r.Ready() {
		t.Errorf("%+v", r)
	}
}

// However many ask, and whether they hang up or not, there is one commit a second.
func TestProbesAreShared(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var commits atomic.Int64
		j := New(Limits{}, Sources{Now: time.Now, Commit: func(ctx context.Context) error {
			commits.Add(1)
			time.Sleep(100 * time.Millisecond) // in a bubble
			return ctx.Err()
		}})
		hungUp, cancel := context.WithCancel(t.Context())
		cancel()
		ask := func() {
			var all sync.WaitGroup
			for range 20 {
				all.Go(func() {
					if c := j.Ledger(hungUp); !c.OK {
						t.Errorf("%+v", c)
					}
				})
			}
			all.Wait()
		}
		ask()
		ask()
		if n := commits.Load(); n != 1 {
			t.Errorf("%d commits", n)
		}
		time.Sleep(probeEvery)
		ask()
		if n := commits.Load(); n != 2 {
			t.Errorf("%d commits after a second", n)
		}
	})
}

// A ledger that hangs is one that does not commit.
func TestProbeIsGivenUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		j := New(Limits{}, Sources{Now: time.Now, Commit: func(ctx context.Context) error {
			<-ctx.Done()
			return ctx.Err()
		}})
		start := time.Now()
		if c := j.Ledger(t.Context()); c.OK || time.Since(start) != probeTime {
			t.Errorf("%+v after %s", c, time.Since(start))
		}
	})
}

// The public answer says that something is wrong and never what.
func TestAnswer(t *testing.T) {
	t.Parallel()
	s := &state{free: 1 << 40, commit: errors.New("/var/lib/secret is full")}
	w := httptest.NewRecorder()
	Readiness(s.judge().Judge(t.Context())).Write(w)
	var got Answer
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if w.Code != http.StatusServiceUnavailable || got.Status != "not ready" || got.Checks["ledger"] != "failing" || got.Checks["disk"] != "ok" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if strings.Contains(w.Body.String(), "secret") {
		t.Errorf("it tells why: %s", w.Body)
	}
	for _, tc := range []struct {
		answer Answer
		code   int
	}{{Live(), http.StatusOK}, {Stopped(), http.StatusServiceUnavailable}} {
		if got := tc.answer.Code(); got != tc.code {
			t.Errorf("%+v: %d", tc.answer, got)
		}
	}
}

func TestFreeDisk(t *testing.T) {
	t.Parallel()
	if free, err := FreeDisk(t.TempDir()); err != nil || free == 0 {
		t.Errorf("%d, %v", free, err)
	}
	if free, size, err := DiskSpace(t.TempDir()); err != nil || free == 0 || size < free {
		t.Errorf("%d of %d, %v", free, size, err)
	}
	if _, err := FreeDisk(t.TempDir() + "/nothing"); err == nil {
		t.Error("a folder that is not there has room")
	}
}
