package ledger

import (
	"fmt"
	"sync/atomic"
)

// leastSize is the largest size that a file was seen with. SQLite makes neither a
// ledger's file nor its log smaller while they are open: nothing here vacuums, and the
// log is begun anew from its start, in the room it has. So who finds one smaller finds
// that somebody has cut it off, or is copying another over it. Nil stands for a file whose size
// means nothing.
type leastSize struct{ atomic.Int64 }

// load comes before the file is looked at: it grows at any time.
func (l *leastSize) load() int64 {
	if l == nil {
		return 0
	}
	return l.Load()
}

func (l *leastSize) note(size int64) {
	if l == nil {
		return
	}
	for {
		if was := l.Load(); was >= size || l.CompareAndSwap(was, size) {
			return
		}
	}
}

// isCut notes the size of a file and reports whether it was larger. That stays on
// record, however large it becomes: a copy over it grows to the end, and a commit that
// was under way makes a log that was emptied as long as before, with a hole in it.
func (w *whereabouts) isCut(name string, size, least int64) bool {
	if size >= least {
		w.least[name].note(size)
		return false
	}
	w.writtenOver(name, fmt.Sprintf("it had %d bytes, and then %d", least, size))
	return true
}

func (w *whereabouts) writtenOver(name, why string) {
	err := fmt.Errorf("%w: %s was cut off, or another was copied over it: %s; what was in it does not come back: "+
		"stop this bridge, keep a copy of the files, and restore a backup", ErrFileGone, name, why)
	w.cut.CompareAndSwap(nil, &err)
}
