//go:build linux

package lossydisk

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"syscall"
	"time"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
)

// disk is one file system.
type disk struct {
	server *fuse.Server
	root   *folder
	random *rand.Rand

	mu      sync.Mutex
	files   map[string]*file
	removed map[string]*file // whose removal is not durable
	dead    bool
	faults
}

// faults are what is wrong with a disk, a power cut apart.
type faults struct {
	readOnly  bool
	fillAfter int // writes that still succeed; never for no limit
	failSync  int // syncs that succeed before one fails; never for none
}

// never is the count of what does not come.
const never = -1

var noFaults = faults{fillAfter: never, failSync: never}

// mount makes a disk at a folder. The seed decides what it loses.
func mount(dir string, seed uint64) (*disk, error) {
	d := &disk{
		random: rand.New(rand.NewPCG(seed, 0)), faults: noFaults,
		files: make(map[string]*file), removed: make(map[string]*file),
	}
	d.root = &folder{disk: d}
	var uncached time.Duration
	server, err := fs.Mount(dir, d.root, &fs.Options{
		AttrTimeout: &uncached, EntryTimeout: &uncached,
		MountOptions: fuse.MountOptions{DirectMount: true, FsName: "lossydisk", MaxWrite: 128 << 10},
	})
	if err != nil {
		return nil, fmt.Errorf("mounting a file system at %s: %w", dir, err)
	}
	d.server = server
	return d, nil
}

func (d *disk) lock() (unlock func()) {
	d.mu.Lock()
	return d.mu.Unlock
}

// set changes a disk while programs use it.
func (d *disk) set(change func()) {
	defer d.lock()()
	change()
}

// mayRead says why nobody can read now.
func (d *disk) mayRead() syscall.Errno {
	if d.dead {
		return syscall.EIO
	}
	return 0
}

// mayOpen says why nobody can open a file for writing, or take one away.
func (d *disk) mayOpen() syscall.Errno {
	switch {
	case d.dead:
		return syscall.EIO
	case d.readOnly:
		return syscall.EROFS
	}
	return 0
}

// mayWrite says why nobody can write now, and counts the writes of a disk that fills.
func (d *disk) mayWrite() syscall.Errno {
	switch errno := d.mayOpen(); {
	case errno != 0:
		return errno
	case d.fillAfter == 0:
		return syscall.ENOSPC
	case d.fillAfter > 0:
		d.fillAfter--
	}
	return 0
}

// mayWriteBack says why the kernel cannot write back mapped memory. A disk that is full or
// read-only takes it, so that programs go on seeing what they wrote there, as on local file
// systems, which keep its room for it, and keep it in memory where they cannot write it
// (XFS since Linux 5.19). Otherwise the kernel would read this one's file anew, and what
// they wrote would be gone under their hands.
func (d *disk) mayWriteBack() syscall.Errno { return d.mayRead() }

// maySync says why a sync fails, and whether what it should have written is lost.
func (d *disk) maySync() (errno syscall.Errno, lost bool) {
	if d.dead {
		return syscall.EIO, false
	}
	lost = d.failSync == 0
	if d.failSync != never {
		d.failSync--
	}
	if lost {
		return syscall.EIO, true
	}
	return 0, false
}

func (d *disk) cut() { d.set(func() { d.dead = true }) }

func (d *disk) restore(keep float64) {
	unlock := d.lock()
	for name, f := range d.removed {
		if d.files[name] == nil && d.random.IntN(2) == 0 { // the removal is lost
			d.files[name] = f
			d.root.AddChild(name, f.EmbeddedInode(), true)
		}
	}
	clear(d.removed)
	var other []*file
	for name, f := range d.files {
		if !f.named && d.random.Float64() >= keep {
			delete(d.files, name)
			d.root.RmChild(name)
			continue
		}
		if f.lose(keep, d.random) {
			other = append(other, f)
		}
	}
	d.dead = false
	unlock() // the kernel may ask for the files meanwhile
	for _, f := range other {
		f.forget()
	}
}

func (d *disk) flip(name string, at int) error {
	unlock := d.lock()
	f := d.files[name]
	if f == nil || at >= len(f.seen) {
		unlock()
		return fmt.Errorf("file %q has nothing at %d", name, at)
	}
	f.flip(at)
	unlock()
	f.forget()
	return nil
}

// folder is the one folder of a disk.
type folder struct {
	fs.Inode
	disk *disk
}

// Create implements [fs.NodeCreater].
func (r *folder) Create(ctx context.Context, name string, _, _ uint32, out *fuse.EntryOut) (*fs.Inode, fs.FileHandle, uint32, syscall.Errno) {
	defer r.disk.lock()()
	if errno := r.disk.mayOpen(); errno != 0 {
		return nil, nil, 0, errno
	}
	f := &file{disk: r.disk, changed: time.Now()}
	r.disk.files[name] = f
	node := r.NewPersistentInode(ctx, f, fs.StableAttr{Mode: syscall.S_IFREG})
	f.fill(&out.Attr)
	return node, f, 0, 0
}

// Unlink implements [fs.NodeUnlinker].
func (r *folder) Unlink(_ context.Context, name string) syscall.Errno {
	defer r.disk.lock()()
	if errno := r.disk.mayOpen(); errno != 0 {
		return errno
	}
	if f := r.disk.files[name]; f != nil && f.named {
		r.disk.removed[name] = f
	}
	delete(r.disk.files, name)
	return 0
}

// Fsync implements [fs.NodeFsyncer] for the folder: names and removals are durable.
func (r *folder) Fsync(context.Context, fs.FileHandle, uint32) syscall.Errno {
	defer r.disk.lock()()
	if r.disk.dead {
		return syscall.EIO
	}
	for _, f := range r.disk.files {
		f.named = true
	}
	clear(r.disk.removed)
	return 0
}

// Statfs implements [fs.NodeStatfser].
func (*folder) Statfs(_ context.Context, out *fuse.StatfsOut) syscall.Errno {
	const block, blocks = 4096, 1 << 22
	out.Bsize, out.Frsize = block, block
	out.Blocks, out.Bfree, out.Bavail = blocks, blocks, blocks
	return 0
}

var (
	_ fs.NodeGetattrer = (*file)(nil)
	_ fs.NodeSetattrer = (*file)(nil)
	_ fs.NodeOpener    = (*file)(nil)
	_ fs.FileReader    = (*file)(nil)
	_ fs.FileWriter    = (*file)(nil)
	_ fs.FileFsyncer   = (*file)(nil)
	_ fs.FileFlusher   = (*file)(nil)
	_ fs.NodeCreater   = (*folder)(nil)
	_ fs.NodeUnlinker  = (*folder)(nil)
	_ fs.NodeFsyncer   = (*folder)(nil)
	_ fs.NodeStatfser  = (*folder)(nil)
)
