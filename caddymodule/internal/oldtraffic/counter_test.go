package oldtraffic

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
	"unsafe"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/writebehind"
)

// record keeps what was written.
type record struct {
	mu      sync.Mutex
	written []ledger.OldTraffic
	away    bool
}

func (r *record) AddOldTraffic(_ context.Context, seen []ledger.OldTraffic) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.away {
		return 0, ledger.ErrUnavailable
	}
	slices.SortFunc(seen, func(a, b ledger.OldTraffic) int { return strings.Compare(a.MerID+a.Path, b.MerID+b.Path) })
	r.written = seen
	return len(seen), nil
}

func TestCountsAreWritten(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := &record{away: true}
		c := New(r, zap.NewNop(), time.Now)
		defer c.Close()
		c.Saw("A", "/api/query", false)
		time.Sleep(time.Second)
		last := time.Now()
		c.Saw("A", "/api/query", false)
		c.Saw("", "/api/"+strings.Repeat("x", 200), true)
		time.Sleep(writebehind.Every)
		r.mu.Lock()
		r.away = false // nothing is lost that could not be written
		r.mu.Unlock()
		time.Sleep(writebehind.Every)
		synctest.Wait()
		want := []ledger.OldTraffic{
			{Path: "/api/" + strings.Repeat("x", 95), Last: last, Times: 1, Strange: true},
			{MerID: "A", Path: "/api/query", Last: last, Times: 2},
		}
		if !slices.Equal(r.written, want) {
			t.Errorf("%+v, want %+v", r.written, want)
		}
		c.Saw("B", "/api/query", false)
		c.Close()
		if len(r.written) != 1 || r.written[0].MerID != "B" {
			t.Errorf("at the end %+v", r.written)
		}
	})
}

// What anybody can make up has its own room, and takes nobody else's.
func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := &record{}
		c := New(r, zap.NewNop(), time.Now)
		for i := range 20 * maxKeptStrange {
			c.Saw(fmt.Sprint(i), "/api/junk", true)
		}
		c.Saw("A", "/api/query", false)
		c.Close()
		if len(r.written) > maxKeptStrange+2 || r.written[0].Times != 19*maxKeptStrange || r.written[len(r.written)-1].MerID != "A" {
			t.Errorf("%d are kept, the first is %+v, the last %+v", len(r.written), r.written[0], r.written[len(r.written)-1])
		}
		for i := range 2 * maxKept {
			c.Saw(fmt.Sprint(i), "/api/query", false)
		}
		if len(c.counts) > maxKept+1 {
			t.Errorf("%d are kept", len(c.counts))
		}
	})
}

// The beginning of a text does not keep all of it in memory: bodies have up to 4 MiB.
func TestCutKeepsNothingElse(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("9", 4<<20)
	if got := cut(long); got != long[:maxText] || unsafe.StringData(got) == unsafe.StringData(long) {
		t.Errorf("%d bytes, of the same memory: %v", len(got), unsafe.StringData(got) == unsafe.StringData(long))
	}
}
