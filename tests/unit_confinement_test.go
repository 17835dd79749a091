package tests

import (
	"fmt"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// newNotifySocket makes a socket as systemd has one for a service of
// Type=notify, and returns what arrives there.
func newNotifySocket(t *testing.T) (path string, words <-chan string) {
	t.Helper()
	// Not t.TempDir: the name of a socket is at most 108 bytes long.
	dir, err := os.MkdirTemp("", "notify")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	path = filepath.Join(dir, "socket")
	socket, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { socket.Close() })
	heard := make(chan string, 100)
	go func() {
		datagram := make([]byte, 4096)
		for {
			n, err := socket.Read(datagram)
			if err != nil {
				return
			}
			heard <- string(datagram[:n])
		}
	}()
	return path, heard
}

// expectNotice insists that a word comes to the socket of Type=notify.
func expectNotice(t *testing.T, words <-chan string, want string) {
	t.Helper()
	deadline := time.After(patience)
	for {
		select {
		case word := <-words:
			if strings.HasPrefix(word, want) {
				return
			}
		case <-deadline:
			t.Fatalf("systemd does not hear %s", want)
		}
	}
}

// The service has Type=notify: without these words systemd would end a bridge
// that works, or hold one for ready that is not.
func TestSystemdHearsStates(t *testing.T) {
	t.Parallel()
	w := newWorld(t, settings{})
	path, words := newNotifySocket(t)
	w.bridge.env = append(w.bridge.env, "NOTIFY_SOCKET="+path)
	w.bridge.start()
	expectNotice(t, words, "READY=1")
	if err := w.bridge.reload(w.ctx()); err != nil {
		t.Fatal(err)
	}
	expectNotice(t, words, "RELOADING=1")
	expectNotice(t, words, "READY=1")
	w.bridge.stop()
	expectNotice(t, words, "STOPPING=1")
}

// traced runs a bridge under strace through what the service does: payments on
// both suites, a reload and a stop. It returns the trace.
func traced(t *testing.T) string {
	t.Helper()
	w := newWorld(t, settings{})
	trace := filepath.Join(t.TempDir(), "trace")
	path, _ := newNotifySocket(t)
	w.bridge.env = append(w.bridge.env, "NOTIFY_SOCKET="+path)
	w.bridge.startUnderStrace(trace)
	for suite := range shops {
		reply := w.pay(suite, w.payment(suite, "WxCode", 1))
		if reply.RespCode != "00" {
			t.Fatalf("a payment under strace: %+v", reply)
		}
	}
	if err := w.bridge.reload(w.ctx()); err != nil {
		t.Fatal(err)
	}
	w.bridge.stop()
	var text string
	ended := eventually(func() bool {
		read, err := os.ReadFile(trace)
		text = string(read)
		return err == nil && strings.Contains(text, " exit_group(")
	})
	if !ended {
		t.Fatalf("strace wrote %d bytes and no end", len(text))
	}
	return text
}

// startUnderStrace starts a bridge whose system calls strace writes into a file, with more
// of strace's options. It skips the test where strace cannot be had.
func (p *process) startUnderStrace(into string, options ...string) {
	p.t.Helper()
	strace, err := exec.LookPath("strace")
	if err != nil {
		p.t.Skip("no strace: it is not known which system calls the bridge makes")
	}
	if out, err := exec.Command(strace, "-o", os.DevNull, "true").CombinedOutput(); err != nil {
		p.t.Skipf("strace may not trace here: %v: %s", err, out)
	}
	wrapper := filepath.Join(p.t.TempDir(), "caddy")
	// With -D the bridge is the process that the test started, not strace.
	script := fmt.Sprintf("#!/bin/sh\nexec %s -D -f -qq -o %s %s %s \"$@\"\n", strace, into, strings.Join(options, " "), bridgeBinary)
	if err := os.WriteFile(wrapper, []byte(script), 0o700); err != nil {
		p.t.Fatal(err)
	}
	p.binary = wrapper
	p.start()
	p.binary = ""
}

// systemCalls returns the names in one of systemd's sets, those of nested sets
// too.
func systemCalls(t *testing.T, set string) map[string]bool {
	t.Helper()
	names := make(map[string]bool)
	out, err := exec.Command(systemdAnalyze(t), "syscall-filter", set).Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		switch word := strings.TrimSpace(line); {
		case word == set || word == "" || strings.HasPrefix(word, "#"):
		case strings.HasPrefix(word, "@"):
			for name := range systemCalls(t, word) {
				names[name] = true
			}
		default:
			names[word] = true
		}
	}
	return names
}

// permitted returns the system calls that the service's filter lets through.
func permitted(t *testing.T, service unit) map[string]bool {
	t.Helper()
	basic := systemCalls(t, "@default")
	allowed := maps.Clone(basic)
	for _, line := range service["SystemCallFilter"] {
		line, remove := strings.CutPrefix(line, "~")
		for set := range strings.FieldsSeq(line) {
			names := map[string]bool{set: true}
			if strings.HasPrefix(set, "@") {
				names = systemCalls(t, set)
			}
			for name := range names {
				allowed[name] = !remove || basic[name]
			}
		}
	}
	return allowed
}

// asRoot are calls that only a root's bridge makes, and the service's user is not
// root: SQLite gives the files beside a ledger to the ledger's owner.
var asRoot = map[string]bool{"fchown": true}

var (
	tracedCall   = regexp.MustCompile(`(?m)^\d+ +([a-z_0-9]+)\(`)
	tracedSocket = regexp.MustCompile(`(?m)^\d+ +socket\((AF_[A-Z0-9]+)`)
	writeExecute = regexp.MustCompile(`(?m)^\d+ +(?:mmap|mprotect)\(.*PROT_WRITE\|PROT_EXEC.*|^\d+ +(?:pkey_)?mprotect\(.*PROT_EXEC.*`)
)

// What the service forbids is nothing that the bridge does.
func TestServiceLetsTheBridgeWork(t *testing.T) {
	t.Parallel()
	service := readUnit(t, serviceFile)
	allowed := permitted(t, service)
	families := make(map[string]bool)
	for _, family := range strings.Fields(service.one(t, "RestrictAddressFamilies")) {
		families[family] = true
	}
	trace := traced(t)
	calls, sockets := make(map[string]bool), make(map[string]bool)
	for _, match := range tracedCall.FindAllStringSubmatch(trace, -1) {
		calls[match[1]] = true
	}
	for _, match := range tracedSocket.FindAllStringSubmatch(trace, -1) {
		sockets[match[1]] = true
	}
	if len(calls) < 20 || !sockets["AF_UNIX"] || !sockets["AF_INET"] {
		t.Fatalf("the trace has only the calls %v and sockets %v", calls, sockets)
	}
	for call := range calls {
		harmless := os.Geteuid() == 0 && asRoot[call]
		if !allowed[call] && !harmless {
			t.Errorf("the bridge calls %s, SystemCallFilter forbids it", call)
		}
	}
	for family := range sockets {
		if !families[family] {
			t.Errorf("the bridge uses %s, RestrictAddressFamilies forbids it", family)
		}
	}
	for _, line := range writeExecute.FindAllString(trace, -1) {
		t.Errorf("MemoryDenyWriteExecute forbids: %s", line)
	}
	t.Logf("%d different system calls, sockets %v", len(calls), sockets)
}
