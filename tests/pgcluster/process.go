package pgcluster

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/paybridge/paybridge/tests/pgtest"
)

// process is a program of the cluster.
type process struct {
	name string
	args []string
	dir  string
	cmd  *exec.Cmd // nil while it does not run
}

func (p *process) log() string { return filepath.Join(p.dir, p.name+".log") }

func (p *process) start(t testing.TB) {
	t.Helper()
	log, err := os.OpenFile(p.log(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	cmd := exec.Command(p.args[0], p.args[1:]...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = p.dir, log, log
	if cmd.SysProcAttr, err = pgtest.Attributes(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p.cmd = cmd
}

// stop ends it in order, kill without.
func (p *process) stop() { p.end(syscall.SIGTERM) }
func (p *process) kill() { p.end(syscall.SIGKILL) }

func (p *process) end(signal syscall.Signal) {
	if p.cmd == nil {
		return
	}
	_ = p.cmd.Process.Signal(signal)
	overdue := time.AfterFunc(patience/3, func() { _ = p.cmd.Process.Kill() })
	_ = p.cmd.Wait()
	overdue.Stop()
	p.cmd = nil
}

func (p *process) tail() string {
	text, err := os.ReadFile(p.log())
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return strings.Join(lines[max(0, len(lines)-15):], "\n")
}
