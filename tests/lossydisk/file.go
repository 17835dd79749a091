//go:build linux

package lossydisk

import (
	"bytes"
	"context"
	"math/rand/v2"
	"syscall"
	"time"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
)

// sector is what a disk writes whole or not at all.
const sector = 512 // bytes

// file is a file as programs see it, and as the disk has it. The lock of its disk
// guards it.
type file struct {
	fs.Inode
	disk    *disk
	seen    []byte   // by programs
	durable []byte   // after a power cut, whatever becomes of pending
	pending []change // since the last sync, in order
	named   bool     // its name is durable
	changed time.Time
}

// change is a write, or a new length.
type change struct {
	at     int64
	data   []byte
	resize bool // to at; there is no data
}

// on returns content after the change.
func (c change) on(content []byte) []byte {
	end := c.at + int64(len(c.data))
	if missing := end - int64(len(content)); missing > 0 {
		content = append(content, make([]byte, missing)...)
	}
	if c.resize {
		return content[:c.at]
	}
	copy(content[c.at:], c.data)
	return content
}

// torn is the change as far as a disk got that lost its power while it wrote.
func (c change) torn(random *rand.Rand) change {
	if sectors := len(c.data) / sector; sectors > 0 {
		c.data = c.data[:sector*random.IntN(sectors+1)]
	}
	return c
}

func (f *file) change(c change) {
	f.seen = c.on(f.seen)
	f.pending = append(f.pending, c)
	f.changed = time.Now()
}

// sync makes durable what was written.
func (f *file) sync() {
	for _, c := range f.pending {
		f.durable = c.on(f.durable)
	}
	f.pending, f.named = nil, true
}

// lose decides what the disk has of the file after a power cut, and reports whether
// programs see something else then. Each write since the last sync survives with the
// chance keep.
func (f *file) lose(keep float64, random *rand.Rand) (changed bool) {
	for _, c := range f.pending {
		if random.Float64() >= keep {
			continue
		}
		if random.IntN(3) == 0 {
			c = c.torn(random)
		}
		f.durable = c.on(f.durable)
	}
	f.pending, f.named = nil, true
	if bytes.Equal(f.seen, f.durable) {
		return false
	}
	f.seen = append([]byte(nil), f.durable...)
	return true
}

// flip turns all bits of a sector.
func (f *file) flip(at int) {
	for i := at; i < at+sector; i++ {
		for _, content := range [][]byte{f.seen, f.durable} {
			if i < len(content) {
				content[i] = ^content[i]
			}
		}
	}
}

// forget has the kernel read the file anew. The disk must not be locked: the kernel
// may ask for the file meanwhile.
func (f *file) forget() { _ = f.NotifyContent(0, 0) }

func (f *file) fill(a *fuse.Attr) {
	a.Mode = syscall.S_IFREG | 0o600
	a.Size = uint64(len(f.seen))
	a.Blocks = (a.Size + sector - 1) / sector
	a.SetTimes(nil, &f.changed, &f.changed)
}

// Getattr implements [fs.NodeGetattrer].
func (f *file) Getattr(_ context.Context, _ fs.FileHandle, out *fuse.AttrOut) syscall.Errno {
	defer f.disk.lock()()
	f.fill(&out.Attr)
	return 0
}

// Setattr implements [fs.NodeSetattrer].
func (f *file) Setattr(_ context.Context, _ fs.FileHandle, in *fuse.SetAttrIn, out *fuse.AttrOut) syscall.Errno {
	defer f.disk.lock()()
	if size, ok := in.GetSize(); ok {
		if errno := f.disk.mayWrite(); errno != 0 {
			return errno
		}
		f.change(change{at: int64(size), resize: true})
	}
	f.fill(&out.Attr)
	return 0
}

// Open implements [fs.NodeOpener].
func (f *file) Open(_ context.Context, flags uint32) (fs.FileHandle, uint32, syscall.Errno) {
	defer f.disk.lock()()
	if flags&(syscall.O_WRONLY|syscall.O_RDWR) != 0 {
		return f, 0, f.disk.mayOpen()
	}
	return f, 0, f.disk.mayRead()
}

// Read implements [fs.FileReader].
func (f *file) Read(_ context.Context, into []byte, at int64) (fuse.ReadResult, syscall.Errno) {
	defer f.disk.lock()()
	if errno := f.disk.mayRead(); errno != 0 || at >= int64(len(f.seen)) {
		return fuse.ReadResultData(nil), errno
	}
	return fuse.ReadResultData(into[:copy(into, f.seen[at:])]), 0
}

// Write implements [fs.FileWriter].
func (f *file) Write(ctx context.Context, data []byte, at int64) (uint32, syscall.Errno) {
	defer f.disk.lock()()
	may := f.disk.mayWrite
	if isWriteBack(ctx) {
		may = f.disk.mayWriteBack
	}
	if errno := may(); errno != 0 {
		return 0, errno
	}
	f.change(change{at: at, data: append([]byte(nil), data...)})
	return uint32(len(data)), 0
}

// isWriteBack reports whether the kernel writes by itself what programs have put into
// memory that they have mapped: then no process is named. (Nor is one of another PID
// namespace, which no test has.)
func isWriteBack(ctx context.Context) bool {
	caller, ok := fuse.FromContext(ctx)
	return ok && caller.Pid == 0
}

// Fsync implements [fs.FileFsyncer].
func (f *file) Fsync(context.Context, uint32) syscall.Errno {
	defer f.disk.lock()()
	errno, lost := f.disk.maySync()
	switch {
	case lost:
		f.pending = nil // clean in the cache, and never on the disk
	case errno == 0:
		f.sync()
	}
	return errno
}

// Flush implements [fs.FileFlusher]. Closing a file syncs nothing.
func (f *file) Flush(context.Context) syscall.Errno { return 0 }
