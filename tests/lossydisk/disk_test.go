//go:build linux

package lossydisk_test

import (
	"bytes"
	"errors"
	"os"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/paybridge/paybridge/tests/lossydisk"
)

func TestMain(m *testing.M) {
	lossydisk.ServeIfAsked()
	os.Exit(m.Run())
}

// write writes a file from its beginning and syncs it if asked.
func write(t *testing.T, path string, content []byte, sync bool) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.Write(content); err != nil {
		t.Fatal(err)
	}
	if !sync {
		return
	}
	if err := f.Sync(); err != nil {
		t.Fatal(err)
	}
}

func mustHave(t *testing.T, path string, want []byte) {
	t.Helper()
	got, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s has %d bytes, want %d as they were; %v", path, len(got), len(want), err)
	}
}

// What was synced survives a power cut, and nothing else has to.
func TestCut(t *testing.T) {
	t.Parallel()
	d := lossydisk.Start(t)
	old, fresh := bytes.Repeat([]byte("o"), 5000), bytes.Repeat([]byte("n"), 9000)
	write(t, d.Path("synced"), old, true)
	write(t, d.Path("written over"), old, true)
	write(t, d.Path("written over"), fresh, false)
	write(t, d.Path("never synced"), fresh, false)
	mustHave(t, d.Path("written over"), fresh)
	d.Cut()
	if _, err := os.ReadFile(d.Path("synced")); !errors.Is(err, syscall.EIO) {
		t.Errorf("reading without power: %v", err)
	}
	d.Restore(0)
	mustHave(t, d.Path("synced"), old)
	mustHave(t, d.Path("written over"), old)
	if _, err := os.Stat(d.Path("never synced")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that nobody synced: %v", err)
	}
}

// Of what was not synced some writes survive, and some of them in part.
func TestCutKeepsSome(t *testing.T) {
	t.Parallel()
	d := lossydisk.Start(t)
	const writes = 200
	page := bytes.Repeat([]byte("n"), 4096)
	write(t, d.Path("file"), bytes.Repeat([]byte("o"), writes*len(page)), true)
	f, err := os.OpenFile(d.Path("file"), os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	for range writes {
		if _, err := f.Write(page); err != nil {
			t.Fatal(err)
		}
	}
	f.Close()
	d.Cut()
	d.Restore(0.5)
	content, err := os.ReadFile(d.Path("file"))
	if err != nil {
		t.Fatal(err)
	}
	whole, torn := 0, 0
	for i := range writes {
		switch bytes.Count(content[i*len(page):(i+1)*len(page)], []byte("n")) {
		case 0:
		case len(page):
			whole++
		default:
			torn++
		}
	}
	if whole == 0 || torn == 0 || whole+torn == writes {
		t.Errorf("of %d writes %d survived and %d in part", writes, whole, torn)
	}
}

// A disk fills, is read-only, and fails to sync; then it is well again.
func TestFaults(t *testing.T) {
	t.Parallel()
	d := lossydisk.Start(t)
	write(t, d.Path("file"), []byte("old"), true)
	f, err := os.OpenFile(d.Path("file"), os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	put := func() error { _, err := f.WriteAt([]byte("new"), 0); return err }
	for _, step := range []struct {
		name string
		set  func()
		do   func() error
		want error
	}{
		{"the last write of a disk that fills", func() { d.FillAfter(1) }, put, nil},
		{"the next one", func() {}, put, syscall.ENOSPC},
		{"read-only", func() { d.SetReadOnly(true) }, put, syscall.EROFS},
		{"well again", d.Heal, put, nil},
		{"the last sync that works", func() { d.FailSync(1) }, f.Sync, nil},
		{"a write before a sync that fails", func() {}, put, nil},
		{"a sync that fails", func() {}, f.Sync, syscall.EIO},
		{"the one after it", func() {}, f.Sync, nil},
	} {
		step.set()
		if err := step.do(); !errors.Is(err, step.want) {
			t.Errorf("%s: %v", step.name, err)
		}
	}
	f.Close()
	d.Flip("file", 0)
	mustHave(t, d.Path("file"), []byte{^byte('n'), ^byte('e'), ^byte('w')})
}

// What a failed sync should have written is lost, whatever a later one says.
func TestFailedSyncLoses(t *testing.T) {
	t.Parallel()
	d := lossydisk.Start(t)
	write(t, d.Path("file"), []byte("old"), true)
	f, err := os.OpenFile(d.Path("file"), os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	d.FailSync(0)
	if _, err := f.WriteAt([]byte("new"), 0); err != nil {
		t.Fatal(err)
	}
	if err := f.Sync(); err == nil {
		t.Error("the sync has not failed")
	}
	if err := f.Sync(); err != nil {
		t.Error(err)
	}
	f.Close()
	d.Cut()
	d.Restore(1)
	mustHave(t, d.Path("file"), []byte("old"))
}

// Whatever is wrong with the disk, memory that a program has mapped stays as it wrote it.
func TestMappedMemoryStays(t *testing.T) {
	t.Parallel()
	d := lossydisk.Start(t)
	content := bytes.Repeat([]byte("o"), 4096)
	write(t, d.Path("file"), content, true)
	f, err := os.OpenFile(d.Path("file"), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	memory, err := unix.Mmap(int(f.Fd()), 0, len(content), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Munmap(memory)
	for i, set := range []func(){
		func() { d.FillAfter(0) },
		func() { d.SetReadOnly(true) },
		func() {
			d.FailSync(0)
			if err := unix.Msync(memory, unix.MS_SYNC); !errors.Is(err, syscall.EIO) {
				t.Errorf("a sync that fails: %v", err)
			}
		},
	} {
		d.Heal()
		d.SetReadOnly(false)
		memory[i], content[i] = 'n', 'n'
		set()
		mustHave(t, d.Path("file"), content) // opening it has the kernel write back, and read anew
		if !bytes.Equal(memory, content) {
			t.Errorf("fault %d: the memory went back to what it was", i)
		}
	}
}
