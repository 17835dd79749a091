package tests

import (
	"bytes"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// systemProgram finds a program of the system's packages. Without it the test is
// skipped, or fails where the variable is set.
func systemProgram(t testing.TB, name, requiredBy string) string {
	t.Helper()
	for _, candidate := range []string{name, filepath.Join("/usr/sbin", name)} { // not in everybody's PATH
		if path, err := exec.LookPath(candidate); err == nil {
			return path
		}
	}
	if os.Getenv(requiredBy) != "" {
		t.Fatalf("no %s here: install the package %s", name, name)
	}
	t.Skipf("no %s here: install the package %s", name, name)
	return ""
}

// startHAProxy runs HAProxy with a configuration until the test ends, and returns
// when it listens at the address. The configuration must be one that HAProxy has
// nothing to say against.
func startHAProxy(t testing.TB, config, address string) {
	t.Helper()
	program := systemProgram(t, "haproxy", "PAYBRIDGE_REQUIRE_HAPROXY")
	file := filepath.Join(t.TempDir(), "haproxy.cfg")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(program, "-c", "-f", file).CombinedOutput(); err != nil || bytes.Contains(out, []byte("WARNING")) {
		t.Fatalf("HAProxy does not like its configuration: %v\n%s", err, out)
	}
	var said bytes.Buffer
	cmd := exec.Command(program, "-db", "-f", file)
	cmd.Stdout, cmd.Stderr = &said, &said
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	exited := make(chan struct{})
	go func() { _ = cmd.Wait(); close(exited) }()
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-exited:
		case <-time.After(patience):
			t.Error("HAProxy does not end")
			_ = cmd.Process.Kill()
			<-exited
		}
		if t.Failed() {
			t.Logf("HAProxy said:\n%s", said.String())
		}
	})
	if !eventually(func() bool { return answers(address) }) {
		t.Fatal("HAProxy does not listen")
	}
}

// answers reports whether somebody takes connections at an address.
func answers(address string) bool {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return false
	}
	return conn.Close() == nil
}

// journal receives what programs log to syslog.
type journal struct {
	address string
	mu      sync.Mutex
	lines   []string
}

func startJournal(t testing.TB) *journal {
	t.Helper()
	socket, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	j := &journal{address: socket.LocalAddr().String()}
	done := make(chan struct{})
	t.Cleanup(func() { socket.Close(); <-done })
	go func() {
		defer close(done)
		datagram := make([]byte, 64<<10)
		for {
			n, _, err := socket.ReadFrom(datagram)
			if err != nil {
				return
			}
			j.note(string(datagram[:n]))
		}
	}()
	return j
}

// note keeps the text of a message as journald does, without what stands before
// it: priority, time, program and process.
func (j *journal) note(message string) {
	_, text, _ := strings.Cut(message, "]: ")
	j.mu.Lock()
	defer j.mu.Unlock()
	j.lines = append(j.lines, strings.TrimSpace(text))
}

// text is everything so far, one message on each line.
func (j *journal) text() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return strings.Join(j.lines, "\n") + "\n"
}
