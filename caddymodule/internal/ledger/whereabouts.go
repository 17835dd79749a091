package ledger

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"slices"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/crash"
	"github.com/paybridge/paybridge/caddymodule/internal/outage"
)

// ErrFileGone says that a ledger's file, its log or its lock is not at its path any
// more, or not what it was: somebody has moved, deleted, replaced, cut off or written over
// it. What would be written now would be missing after the next start, so nothing is.
var ErrFileGone = errors.New("the ledger's file is gone")

// watchEvery is how often the files are inspected, beside a glance at every commit.
const watchEvery = 500 * time.Millisecond

// whereabouts knows which files a ledger on SQLite was opened with. What is open
// and what is at the path must be the same: the ledger's file is the one at its
// path.
type whereabouts struct {
	named string // the name the ledger was opened by, which may be a link
	path  string // the file itself
	files map[string]fs.FileInfo
	held  io.ReaderAt           // the file itself, whatever is at its path
	is    uint32                // its number, see copyid.go; 0 where it has none yet
	ids   []fileID              // of the files, for glances; empty where they are inspected each time
	least map[string]*leastSize // of the files that never shrink
	cut   atomic.Pointer[error] // says which of them has shrunk
	lost  atomic.Pointer[error] // by the last check
	tell  *outage.Log
	log   *zap.Logger
}

// newWhereabouts notes what is there. The lock is held and the database is open.
func newWhereabouts(named, path string, held *heldFile, is uint32, log *zap.Logger) (*whereabouts, error) {
	w := &whereabouts{named: named, path: path, held: held, is: is, files: map[string]fs.FileInfo{}, log: log}
	w.least = map[string]*leastSize{path: {}, path + logSuffix: {}}
	w.tell = outage.New(log.With(zap.String("path", path)), zap.ErrorLevel,
		"the ledger's file was moved, deleted, replaced or written over under the running bridge; no payment is taken. "+
			"Put back what was moved, or stop this bridge before you do anything else",
		"the ledger's file is back at its path; payments are taken again")
	for _, name := range []string{path, path + logSuffix, path + indexSuffix, path + lockSuffix} {
		info, err := os.Stat(name)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrFileGone, err)
		}
		if name == path {
			if err := held.foundAt(path, info); err != nil {
				return nil, err
			}
		}
		w.files[name] = info
		w.least[name].note(info.Size())
	}
	w.identify()
	return w, nil
}

// fileID says which file was at a name.
type fileID struct {
	name        string
	device, ino uint64
}

// identify notes what a glance goes by. Where this system does not tell, and where the
// ledger was opened by a link, every glance is an inspection: a link that has become
// another way to the very same file leads to another log and lock.
func (w *whereabouts) identify() {
	if w.named != w.path {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(w.files)) {
		id, ok := identified(name, w.files[name])
		if !ok {
			w.ids = nil
			return
		}
		w.ids = append(w.ids, id)
	}
}

// glance is check for every commit: it inspects the files only when one of the names
// does not lead to what it led to at the start.
func (w *whereabouts) glance() error {
	if len(w.ids) == 0 || w.lost.Load() != nil {
		return w.check()
	}
	for _, want := range w.ids {
		least := w.least[want.name].load()
		is, size, ok := identify(want.name)
		if !ok || is != want || w.isCut(want.name, size, least) {
			return w.check()
		}
	}
	return nil
}

// check inspects the files and returns an error that wraps [ErrFileGone] and [ErrUnavailable],
// and says what has happened. What comes back is found too.
func (w *whereabouts) check() error {
	err := w.inspectFiles()
	if err == nil {
		w.lost.Store(nil)
	} else {
		err = fmt.Errorf("%w: %w", ErrUnavailable, err)
		w.lost.Store(&err)
	}
	w.tell.Report(err)
	return err
}

func (w *whereabouts) inspectFiles() error {
	// A link that leads elsewhere leads to another lock as well: whoever is started
	// by that name is not kept out, so this one must stop.
	if path, err := Resolve(w.named); err != nil {
		return fmt.Errorf("%w: %w", ErrFileGone, err)
	} else if path != w.path {
		return fmt.Errorf("%w: %s leads to %s by now, and %s is open", ErrFileGone, w.named, path, w.path)
	}
	for name, open := range w.files {
		least := w.least[name].load()
		now, err := os.Stat(name)
		switch {
		case err != nil:
			return fmt.Errorf("%w: %w", ErrFileGone, err)
		case !os.SameFile(now, open):
			return fmt.Errorf("%w: %s is another file than the one that is open", ErrFileGone, name)
		}
		_ = w.isCut(name, now.Size(), least)
	}
	w.inspectHeader()
	if err := w.cut.Load(); err != nil {
		return *err
	}
	return nil
}

// inspectHeader finds that another file was copied over this one which was no smaller.
// What cannot be read says nothing: a disk may err for a moment.
func (w *whereabouts) inspectHeader() {
	if is, err := copyIDOf(w.held); err == nil && w.is != 0 && is != w.is {
		w.writtenOver(w.path, "it has the beginning of another file")
	}
}

// lastCheck returns what the last check found.
func (w *whereabouts) lastCheck() error {
	if err := w.lost.Load(); err != nil {
		return *err
	}
	return nil
}

// watch checks again and again until quit is closed.
func (w *whereabouts) watch(quit <-chan struct{}) {
	ticker := time.NewTicker(watchEvery)
	defer ticker.Stop()
	for {
		select {
		case <-quit:
			return
		case <-ticker.C:
			_ = crash.Try(w.log, "looking for the ledger's file", w.check) // logged
		}
	}
}
