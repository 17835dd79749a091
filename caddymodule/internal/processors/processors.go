package processors

import (
	"bytes"
	"strconv"
	"strings"
)

// spare is how many tasks may wait for a processor before there are too few: whoever asks
// runs itself, and one more waits now and then on a machine that is half idle.
const spare = 1

// tooMany reports whether so many running tasks, the waiting ones among them, are more than
// so many processors can take.
func tooMany(running, processors int) bool { return processors > 0 && running > processors+spare }

// runningTasks reads how many tasks run or want to from the text of /proc/loadavg, of which
// it is the number before the slash: "0.20 0.18 0.12 3/80 11206".
func runningTasks(loadavg []byte) (int, bool) {
	fields := bytes.Fields(loadavg)
	const at = 3
	if len(fields) <= at {
		return 0, false
	}
	running, _, found := bytes.Cut(fields[at], []byte("/"))
	n, err := strconv.Atoi(string(running))
	return n, found && err == nil
}

// countList reads how many there are from a list of the kernel's, such as "0-3,8".
func countList(list string) (int, bool) {
	count := 0
	for part := range strings.SplitSeq(strings.TrimSpace(list), ",") {
		first, last, isRange := strings.Cut(part, "-")
		if !isRange {
			last = first
		}
		from, err := strconv.ParseUint(first, 10, 16)
		if err != nil {
			return 0, false
		}
		to, err := strconv.ParseUint(last, 10, 16)
		if err != nil || to < from {
			return 0, false
		}
		count += int(to-from) + 1
	}
	return count, true
}
