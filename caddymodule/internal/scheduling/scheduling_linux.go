package scheduling

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// policies are the kernel's numbers.
var policies = map[string]uintptr{Batch: unix.SCHED_BATCH, Normal: unix.SCHED_NORMAL}

// A thread that begins has the policy of the one that began it, and the kernel's list of
// threads lacks some while others end: when nothing had to be changed a few times, with some
// time between, none is left.
const (
	passes   = 50 // at most
	unneeded = 3
	between  = time.Millisecond
)

// Set gives a policy to all threads of this process, and with them to those that begin
// later. A thread with a policy that is neither of the two keeps it: somebody wanted that.
// The error says that the kernel, or a filter of system calls, does not let us; it wraps
// [fs.ErrPermission] then.
func Set(policy string) error {
	number, known := policies[policy]
	if !known {
		return Check(policy)
	}
	if err := setAll(number); err != nil {
		return fmt.Errorf("setting the scheduling policy %s: %w", policy, err)
	}
	return nil
}

func setAll(policy uintptr) error {
	if self, err := os.Readlink("/proc/self"); err != nil || self != strconv.Itoa(os.Getpid()) {
		return fmt.Errorf("/proc is of other processes than this one's: %w", errors.ErrUnsupported)
	}
	clean := 0
	for range passes {
		switch changed, err := setThreads(policy); {
		case err != nil:
			return err
		case changed > 0:
			clean = 0
		default:
			clean++
		}
		if clean == unneeded {
			return nil
		}
		time.Sleep(between)
	}
	return errors.New("new threads begin all the time")
}

// setThreads goes through the threads once and returns how many it has changed.
func setThreads(policy uintptr) (changed int, err error) {
	threads, err := os.ReadDir("/proc/self/task")
	if err != nil {
		return 0, err
	}
	for _, thread := range threads {
		id, err := strconv.Atoi(thread.Name())
		if err != nil {
			return changed, err
		}
		switch done, err := setThread(uintptr(id), policy); {
		case errors.Is(err, unix.ESRCH): // it has ended
		case err != nil:
			return changed, err
		case done:
			changed++
		}
	}
	return changed, nil
}

// setThread gives a thread a policy, where it has another one of ours. It does so by
// sched_setscheduler(2), of which filters can see that no policy of real time is asked for.
func setThread(id, policy uintptr) (done bool, err error) {
	is, _, errno := unix.RawSyscall(unix.SYS_SCHED_GETSCHEDULER, id, 0, 0)
	if errno != 0 {
		return false, errno
	}
	if is == policy || is != unix.SCHED_NORMAL && is != unix.SCHED_BATCH {
		return false, nil
	}
	var none int32                    // a struct sched_param: these policies have no priority
	priority := unsafe.Pointer(&none) //nolint:gosec // the kernel reads it
	_, _, errno = unix.RawSyscall(unix.SYS_SCHED_SETSCHEDULER, id, policy, uintptr(priority))
	if errno != 0 {
		return false, errno
	}
	return true, nil
}
