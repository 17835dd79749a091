package processors

import (
	"io"
	"os"
	"sync"
)

// Short reports whether more tasks want to run on this machine than it has processors, and one
// more. In a container that is the host, whatever the container's own share: one with a small
// share is not found to be short, and one on a busy host is. Processors that are put in later
// do not count. Where the kernel does not tell, it reports false. It takes two microseconds.
func Short() bool { return theMachine().isShort() }

// machine is what is asked.
type machine struct {
	load       io.ReaderAt // /proc/loadavg, open for as long as the process lives; nil where there is none
	processors int
}

var theMachine = sync.OnceValue(func() machine {
	list, err := os.ReadFile("/sys/devices/system/cpu/online")
	if err != nil {
		return machine{}
	}
	processors, ok := countList(string(list))
	if !ok {
		return machine{}
	}
	load, err := os.Open("/proc/loadavg")
	if err != nil {
		return machine{}
	}
	return machine{load, processors}
})

func (m machine) isShort() bool {
	running, ok := m.running()
	return ok && tooMany(running, m.processors)
}

// running is how many tasks run or want to.
func (m machine) running() (int, bool) {
	if m.load == nil {
		return 0, false
	}
	var text [128]byte
	n, _ := m.load.ReadAt(text[:], 0) // what there is, and io.EOF
	return runningTasks(text[:n])
}
