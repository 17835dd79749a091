package collector

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
)

// However much is kept, the heap grows by Room or by what is kept, whichever is more.
func TestPercent(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		live uint64
		want int
	}{
		{0, most}, {1, most}, {1 << 20, most}, {16 << 20, 800}, {32 << 20, 400}, {64 << 20, 200},
		{Room, usual}, {Room + 1, usual}, {10 * Room, usual}, {1 << 40, usual},
	} {
		if got := percentFor(c.live); got != c.want {
			t.Errorf("with %d MiB kept GOGC is %d, want %d", c.live>>20, got, c.want)
		}
	}
}

// child is set in the process that a test starts: the collector is one for all tests of
// this process, and the environment is read at its start.
const child = "PAYBRIDGE_COLLECTOR_CHILD"

// An operator's GOGC stands; without one, what is kept decides, and goes on deciding.
func TestTune(t *testing.T) {
	if os.Getenv(child) != "" {
		tuned()
		return
	}
	t.Parallel()
	for _, c := range []struct{ name, gogc, want string }{
		{"not set", "", "1600 then 100"},
		{"set", "150", "150 then 150"},
		{"off", "off", "-1 then -1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestTune$", "-test.v")
			cmd.Env = append(os.Environ(), child+"=1", "GOGC="+c.gogc)
			out, err := cmd.CombinedOutput()
			if err != nil || !strings.Contains(string(out), "GOGC "+c.want+"\n") {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

// tuned prints GOGC with next to nothing kept, and once much is.
func tuned() {
	Tune()
	runtime.GC()
	few := gogc()
	kept := make([]byte, 2*Room)
	for range 100 { // the cleanups of a collection run beside the program
		runtime.GC()
		if runtime.Gosched(); gogc() == usual {
			break
		}
	}
	many := gogc()
	runtime.KeepAlive(kept)
	fmt.Printf("GOGC %d then %d\n", few, many)
}
