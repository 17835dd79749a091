//go:build simulation

package simulation

import (
	"flag"
	"fmt"
	"os/exec"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

var (
	seedFlag  = flag.Uint64("seed", 0, "the seed of the world that TestSeed plays")
	firstFlag = flag.Uint64("first", 1, "the first seed of TestWorlds")
	forFlag   = flag.Duration("for", 0, "how long TestWorlds goes on at most; 0 for as long as it takes")
	stopFlag  = flag.Bool("stop", false, "ends TestWorlds at the first world in which something does not hold, which is not shrunk")
	onlyFlag  = flag.String("only", "", "what of its plan TestSeed plays, as a report of TestWorlds says it")
	loudFlag  = flag.Bool("loud", false, "shows what the bridges log")
	seedsFlag = flag.Int("seeds", 20, "how many worlds TestWorlds plays")

	ordersFlag = flag.Int("orders", ordersMost, "a world has fewer orders than so many; a seed makes another world with another number")
)

// wantOrders refuses a number that is too small.
func wantOrders(t *testing.T) {
	t.Helper()
	if *ordersFlag < 6 {
		t.Fatalf("-orders %d: a world has five orders at least; write 6 or more", *ordersFlag)
	}
}

// TestSeed plays one world and tells its story.
func TestSeed(t *testing.T) {
	if *seedFlag == 0 {
		t.Skip("needs -seed")
	}
	wantOrders(t)
	p, err := drawPlan(*seedFlag, *ordersFlag).only(*onlyFlag)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Print(p)
	out := play(t, p)
	fmt.Print(out.tale(""))
	for _, v := range out.violations {
		t.Error(v)
	}
}

// TestWorlds plays world after world, as many at once as there are cores.
func TestWorlds(t *testing.T) {
	wantOrders(t)
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // worlds are small and leave much behind
	sum := total{cover: newCoverage(), began: time.Now(), spent: processorTime()}
	var next atomic.Uint64
	next.Store(*firstFlag)
	var players sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		players.Go(func() {
			for {
				seed := next.Add(1) - 1
				if seed >= *firstFlag+uint64(*seedsFlag) || *stopFlag && t.Failed() || sum.over() {
					return
				}
				out := play(t, drawPlan(seed, *ordersFlag))
				sum.add(out)
				if len(out.violations) > 0 {
					report(t, out)
				}
			}
		})
	}
	players.Wait()
	fmt.Print(&sum)
}

// total is what many worlds came to.
type total struct {
	mu               sync.Mutex
	began            time.Time
	spent            time.Duration // processor time of the process before
	cover            *coverage
	worlds, payments int
}

// over reports whether no further world is to be played.
func (s *total) over() bool { return *forFlag > 0 && time.Since(s.began) > *forFlag }

func (s *total) add(out outcome) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.worlds++
	s.payments += out.payments
	s.cover.add(out.cover)
	if s.worlds%1000 == 0 {
		fmt.Println(s.figures())
	}
}

// figures are those that a run is measured by.
func (s *total) figures() string {
	spent := processorTime() - s.spent
	return fmt.Sprintf("%d worlds, %d payments in %s; %.0f payments per second of a processor",
		s.worlds, s.payments, time.Since(s.began).Round(time.Second), float64(s.payments)/spent.Seconds())
}

// processorTime is what the process has used so far, of all processors.
func processorTime() time.Duration {
	var used syscall.Rusage
	must(syscall.Getrusage(syscall.RUSAGE_SELF, &used))
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// String tells it.
func (s *total) String() string { return fmt.Sprintf("%s\n%s", s.figures(), s.cover) }

// report tells of a world in which something does not hold, and how to see it again
// in as small a world as can be found.
func report(t *testing.T, out outcome) {
	t.Helper()
	for _, v := range out.violations {
		t.Error(v)
	}
	small := out.plan
	if !*stopFlag {
		small = shrink(t, out)
	}
	t.Logf("seed %d at commit %s; again with: go test -tags simulation ./caddymodule/internal/simulation -v -run '^TestSeed$' -seed %d -orders %d -only %q\n%s",
		out.plan.seed, commit(), out.plan.seed, out.plan.most, small.kept(), small)
}

// commit is that of the source, as far as it can be known.
func commit() string {
	text, err := exec.Command("git", "rev-parse", "HEAD").Output()
	if err != nil {
		return "unknown"
	}
	return strings.TrimSpace(string(text))
}

// sameSeeds is how many worlds are played twice, beside those of parted.
const sameSeeds = 6

// parted are seeds of worlds that did not come out the same: several requests, or loops of a
// bridge, had waited for one thing, or as long as it took, and went on at one instant.
var parted = []uint64{117, 165, 244, 927, 2009, 2021, 3002, 3010}

// TestSameSeedSameStory: a world is told twice in the same words.
func TestSameSeedSameStory(t *testing.T) {
	seeds := slices.Clone(parted)
	for i := range uint64(sameSeeds) {
		seeds = append(seeds, *firstFlag+i)
	}
	for _, seed := range seeds {
		a, b := play(t, drawPlan(seed, *ordersFlag)), play(t, drawPlan(seed, *ordersFlag))
		if a.digest() != b.digest() {
			t.Errorf("seed %d tells two stories, which part at\n%s", seed, parting(a, b))
		}
	}
}

// parting is where two stories part.
func parting(a, b outcome) string {
	for i := range min(len(a.story), len(b.story)) {
		if a.story[i] != b.story[i] {
			return fmt.Sprintf("  %v\n  %v", a.story[i], b.story[i])
		}
	}
	return "their end"
}
