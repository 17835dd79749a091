package scheduling

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sys/unix"
)

// thread is what the kernel says of one of this process.
type thread struct {
	policy uintptr
	nice   string
}

// threads returns all threads of this process by their ids.
func threads(t *testing.T) map[int]thread {
	t.Helper()
	all := make(map[int]thread)
	paths, err := filepath.Glob("/proc/self/task/*/stat")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended
		}
		id, _, _ := strings.Cut(string(text), " ")
		n, err := strconv.Atoi(id)
		if err != nil {
			t.Fatalf("%s: %q", path, text)
		}
		_, behindName, _ := strings.Cut(string(text), ") ")
		const nice, policy = 16, 38 // fields 19 and 41 of proc_pid_stat(5)
		fields := strings.Fields(behindName)
		is, err := strconv.ParseUint(fields[policy], 10, 32)
		if err != nil {
			t.Fatalf("%s: %q", path, text)
		}
		all[n] = thread{uintptr(is), fields[nice]}
	}
	return all
}

// onThreads has so many goroutines each keep a thread of its own, after f, until the test
// ends.
func onThreads(t *testing.T, count int, f func()) (ids []int) {
	t.Helper()
	end, started := make(chan struct{}), make(chan int)
	var kept sync.WaitGroup
	for range count {
		kept.Go(func() {
			runtime.LockOSThread() // and not unlocked: the thread ends with the goroutine
			f()
			started <- unix.Gettid()
			<-end
		})
	}
	for range count {
		ids = append(ids, <-started)
	}
	t.Cleanup(func() { close(end); kept.Wait() })
	return ids
}

// coming has threads begin and end until the test ends.
func coming(t *testing.T) {
	end := make(chan struct{})
	var others sync.WaitGroup
	others.Go(func() {
		for {
			select {
			case <-end:
				return
			default:
			}
			done := make(chan struct{})
			go func() { runtime.LockOSThread(); close(done) }()
			<-done
		}
	})
	t.Cleanup(func() { close(end); others.Wait() })
}

// found is the policy that this process has, by its name. One that is not ours stays, so
// that there is nothing to test.
func found(t *testing.T) string {
	t.Helper()
	is, _, errno := unix.RawSyscall(unix.SYS_SCHED_GETSCHEDULER, 0, 0, 0)
	for name, policy := range policies {
		if errno == 0 && is == policy {
			return name
		}
	}
	t.Skipf("this process has the policy %d, %v", is, errno)
	return ""
}

func wantPolicy(t *testing.T, want uintptr, but ...int) {
	t.Helper()
	for id, is := range threads(t) {
		if is.policy != want && !slices.Contains(but, id) {
			t.Errorf("thread %d has policy %d, want %d", id, is.policy, want)
		}
	}
}

// All threads have the policy, those that begin meanwhile and later as well, with the
// priority that they had. One that somebody has given a policy of its own keeps it.
func TestSet(t *testing.T) { //nolint:paralleltest // it is the policy of the process
	set := func(policy string) {
		t.Helper()
		if err := Set(policy); err != nil {
			t.Fatal(err)
		}
	}
	before := found(t)
	t.Cleanup(func() { set(before) })
	coming(t)
	slow := onThreads(t, 1, func() { _ = unix.Setpriority(unix.PRIO_PROCESS, 0, 7) })
	idle := onThreads(t, 1, func() {
		attr := unix.SchedAttr{Policy: unix.SCHED_IDLE}
		if err := unix.SchedSetAttr(0, &attr, 0); err != nil {
			t.Error(err)
		}
	})
	onThreads(t, 20, func() {})
	for range 20 {
		set(Batch)
		wantPolicy(t, unix.SCHED_BATCH, idle...)
		onThreads(t, 3, func() {})
		wantPolicy(t, unix.SCHED_BATCH, idle...)
		set(Batch)
		set(Normal)
		wantPolicy(t, unix.SCHED_NORMAL, idle...)
	}
	set(Batch)
	is := threads(t)
	if nice := is[slow[0]].nice; nice != "7" {
		t.Errorf("a thread's nice value is %s, was 7", nice)
	}
	if policy := is[idle[0]].policy; policy != unix.SCHED_IDLE {
		t.Errorf("an idle thread has policy %d", policy)
	}
}
