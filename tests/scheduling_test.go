//go:build linux

package tests

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// policies counts the threads of the process by their scheduling policies.
func (p *process) policies() map[string]int {
	p.t.Helper()
	paths, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", p.cmd.Process.Pid))
	if err != nil {
		p.t.Fatal(err)
	}
	counts := make(map[string]int)
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended
		}
		_, behindName, _ := strings.Cut(string(text), ") ")
		const policy = 38 // field 41 of proc_pid_stat(5)
		counts[strings.Fields(behindName)[policy]]++
	}
	return counts
}

// TestScheduling looks at the threads of a bridge that pays: as configured, also after a
// reload, and from the start on.
func TestScheduling(t *testing.T) {
	t.Parallel()
	w := newWorld(t, settings{Extra: hasty})
	plain := w.settings.Extra
	for i, c := range []struct {
		extra string
		want  int
	}{
		{"", unix.SCHED_BATCH},
		{"scheduling normal", unix.SCHED_NORMAL},
		{"scheduling batch", unix.SCHED_BATCH},
	} {
		w.settings.Extra = plain + "\n\t\t" + c.extra
		w.writeConfig(w.bridge)
		if i == 0 {
			w.bridge.start()
		} else if err := w.bridge.reload(w.ctx()); err != nil {
			t.Fatal(err)
		}
		if reply := w.pay("gm", w.payment("gm", "WxSao", 1999)); reply.RespCode != "00" {
			t.Fatalf("pay: %s", reply.Inner)
		}
		if got := w.bridge.policies(); len(got) != 1 || got[fmt.Sprint(c.want)] == 0 {
			t.Errorf("%q: threads by policies %v, want all %d", c.extra, got, c.want)
		}
	}
	w.rest()
}
