//go:build linux

package lossydisk

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net/rpc"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// Remote is a disk in another process.
type Remote struct {
	t       testing.TB
	dir     string
	control *rpc.Client
}

// childVariable asks a test's binary to be a disk: for a folder and a seed.
const childVariable = "PAYBRIDGE_LOSSY_DISK"

// Missing says why no disk can be made here, nil where one can.
func Missing() error {
	f, err := os.OpenFile("/dev/fuse", os.O_RDWR, 0)
	if err != nil {
		return fmt.Errorf("file systems of programs (FUSE): %w", err)
	}
	return f.Close()
}

// Start mounts a disk until the test ends, and skips the test where machines have no
// FUSE. What the disk loses is decided by a seed, which is logged.
func Start(t testing.TB) *Remote {
	t.Helper()
	if err := Missing(); err != nil {
		t.Skip(err)
	}
	d := &Remote{t: t, dir: t.TempDir()}
	seed := rand.Uint64()
	t.Logf("the disk loses what seed %d says", seed)
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), fmt.Sprintf("%s=%d %s", childVariable, seed, d.dir))
	child.Stderr = os.Stderr
	to, err := child.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	from, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	d.control = rpc.NewClient(pipes{from, to})
	t.Cleanup(func() {
		_ = d.control.Close()
		if err := child.Wait(); err != nil {
			t.Errorf("the disk: %v", err)
		}
	})
	d.Heal() // which also waits until it is mounted
	return d
}

// ServeIfAsked makes the process a disk where [Start] has started it, and does not
// return then.
func ServeIfAsked() {
	asked, ok := os.LookupEnv(childVariable)
	if !ok {
		return
	}
	if err := serve(asked); err != nil {
		fmt.Fprintln(os.Stderr, "the disk:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

func serve(asked string) error {
	seed, dir, _ := strings.Cut(asked, " ")
	n, err := strconv.ParseUint(seed, 10, 64)
	if err != nil {
		return err
	}
	d, err := mount(dir, n)
	if err != nil {
		return err
	}
	server := rpc.NewServer()
	if err := server.Register(&Control{d}); err != nil {
		return err
	}
	server.ServeConn(pipes{os.Stdin, os.Stdout})
	return d.server.Unmount()
}

// Path is where programs find a file of the disk.
func (d *Remote) Path(name string) string { return filepath.Join(d.dir, name) }

// Cut ends the power: every call fails with EIO.
func (d *Remote) Cut() { d.do(Command{Do: "cut"}) }

// Restore brings the power back. Each write that was not synced survives with the
// chance keep.
func (d *Remote) Restore(keep float64) { d.do(Command{Do: "restore", Keep: keep}) }

// SetReadOnly says whether writing fails with EROFS.
func (d *Remote) SetReadOnly(on bool) { d.do(Command{Do: "read_only", On: on}) }

// FillAfter has so many writes succeed, and all that follow fail with ENOSPC.
func (d *Remote) FillAfter(writes int) { d.do(Command{Do: "fill_after", Count: writes}) }

// FailSync has one sync fail, after so many that do not. What it should have written
// is lost, and a later sync does not know of it.
func (d *Remote) FailSync(after int) { d.do(Command{Do: "fail_sync", Count: after}) }

// Heal ends whatever else was said but Cut.
func (d *Remote) Heal() { d.do(Command{Do: "heal"}) }

// Flip turns all bits of a sector of a file, for programs and on the disk.
func (d *Remote) Flip(name string, at int) { d.do(Command{Do: "flip", File: name, Count: at}) }

func (d *Remote) do(c Command) {
	d.t.Helper()
	if err := d.control.Call("Control.Do", c, new(struct{})); err != nil {
		d.t.Fatalf("the disk: %s: %v", c.Do, err)
	}
}

// pipes are the two ends of a connection between a program and its child.
type pipes struct {
	io.ReadCloser
	to io.WriteCloser
}

// Write implements [io.Writer].
func (p pipes) Write(data []byte) (int, error) { return p.to.Write(data) }

// Close implements [io.Closer].
func (p pipes) Close() error {
	err := p.to.Close()
	_ = p.ReadCloser.Close()
	return err
}
