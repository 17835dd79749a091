//go:build linux

package tests

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
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

// wantPolicy checks that all threads have a policy.
func (p *process) wantPolicy(want int) {
	p.t.Helper()
	if got := p.policies(); len(got) != 1 || got[strconv.Itoa(want)] == 0 {
		p.t.Errorf("threads by policies are %v, want all %d", got, want)
	}
}

// skipForeignPolicy skips a test where bridges begin with a policy that they keep.
func skipForeignPolicy(t *testing.T) {
	t.Helper()
	is, err := unix.SchedGetAttr(0, 0)
	if err != nil || is.Policy != unix.SCHED_NORMAL && is.Policy != unix.SCHED_BATCH {
		t.Skipf("tests have the policy %+v, %v", is, err)
	}
}

// TestScheduling looks at the threads of a bridge that pays: as configured, from the start
// on and after a reload, and as before where a reload has failed.
func TestScheduling(t *testing.T) {
	t.Parallel()
	skipForeignPolicy(t)
	w := newWorld(t, settings{Extra: hasty})
	plain := w.settings.Extra
	configure := func(extra string) {
		w.settings.Extra = plain + "\n\t\t" + extra
		w.writeConfig(w.bridge)
	}
	pays := func() {
		t.Helper()
		if reply := w.pay("gm", w.payment("gm", "WxSao", 1999)); reply.RespCode != "00" {
			t.Fatalf("pay: %s", reply.Inner)
		}
	}
	w.bridge.start()
	pays()
	w.bridge.wantPolicy(unix.SCHED_BATCH)

	configure("scheduling normal")
	if err := w.bridge.reload(w.ctx()); err != nil {
		t.Fatal(err)
	}
	pays()
	w.bridge.wantPolicy(unix.SCHED_NORMAL)

	good := w.bridge.url
	w.bridge.url = strings.TrimSuffix(w.backURLs["intl"], "/notify?from=canary-backurl&x=1") // where somebody else listens
	configure("scheduling batch")
	w.bridge.url = good
	if err := w.bridge.reload(w.ctx()); err == nil {
		t.Fatal("the address of another server can be listened on")
	}
	pays()
	w.bridge.wantPolicy(unix.SCHED_NORMAL)
	w.rest()
}

// Where a filter of system calls refuses, the bridge pays, and the log tells what to do.
func TestSchedulingRefused(t *testing.T) {
	t.Parallel()
	skipForeignPolicy(t)
	w := newWorld(t, settings{Extra: hasty})
	w.bridge.startUnderStrace(os.DevNull, "-e", "inject=sched_setscheduler:error=EPERM")
	if reply := w.pay("gm", w.payment("gm", "WxSao", 1999)); reply.RespCode != "00" {
		t.Fatalf("pay: %s", reply.Inner)
	}
	w.bridge.wantPolicy(unix.SCHED_NORMAL)
	const want = "let it call sched_setscheduler"
	if log := w.bridge.log(); !strings.Contains(log, want) {
		t.Errorf("the log does not say %q:\n%s", want, log)
	}
	w.rest()
}
