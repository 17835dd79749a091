package tests

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/paybridge/paybridge/tests/port"
)

// screen is what a program has printed so far.
type screen struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

func (s *screen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// firstRound are the commands of the README's first round: that of the first
// terminal, and those of the second.
func firstRound(t *testing.T) (playground string, commands []string) {
	t.Helper()
	blocks := regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(chapter(t, "README.md", "### A first round as an operator"), -1)
	if len(blocks) != 2 {
		t.Fatalf("README.md has %d blocks of commands there, want 2", len(blocks))
	}
	return strings.TrimSpace(blocks[0][1]), strings.Split(strings.TrimSpace(blocks[1][1]), "\n")
}

// sandboxBinary is Caddy with the sandbox as make leaves it, or a new one.
func sandboxBinary(t *testing.T) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("..", ".build", "caddy-sandbox"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err == nil {
		return path
	}
	path = filepath.Join(t.TempDir(), "caddy-sandbox")
	if out, err := exec.Command("go", "build", "-o", path, "./cmd/sandbox").CombinedOutput(); err != nil {
		t.Fatalf("building the sandbox: %v\n%s", err, out)
	}
	return path
}

// A new operator's first round, as the README has it: the playground, and in a
// second terminal every command, word for word. Only the admin endpoint and
// the console are elsewhere, so that tests do not meet a Caddy of this machine.
func TestFirstRound(t *testing.T) {
	t.Parallel()
	playground, commands := firstRound(t)
	target, found := strings.CutPrefix(playground, "make -f xcaddy.mk ")
	recipe := "\n" + target + ": build .build/caddy-sandbox ## "
	if !found || !strings.Contains(readText(t, "xcaddy.mk"), recipe) {
		t.Fatalf("the playground is started by %q", playground)
	}
	demo := filepath.Join(t.TempDir(), "demo")
	if out, err := exec.Command("go", "build", "-o", demo, "./cmd/demo").CombinedOutput(); err != nil {
		t.Fatalf("building the demo: %v\n%s", err, out)
	}
	env := append(os.Environ(), "CADDY_ADMIN="+port.Free(t), "CADDY_CONSOLE="+port.Free(t))
	terminal := new(screen)
	play := exec.Command(demo, "-caddy", sandboxBinary(t), "-stay")
	play.Env, play.Stdout, play.Stderr = env, terminal, terminal
	play.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	if err := play.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- play.Wait() }()
	await := func(text string) {
		t.Helper()
		if !eventually(func() bool { return strings.Contains(terminal.String(), text) }) {
			t.Fatalf("the playground does not show %q:\n%s", text, terminal)
		}
	}
	await("Ctrl-C ends the demo")
	shown := terminal.String()
	for i, want := range []string{"20270101000004", `answered "fail"`, "exhausted", "would be sent", "sent again", "delivered"} {
		if !strings.Contains(shown, commands[i]) {
			t.Errorf("the playground does not show the command %s", commands[i])
		}
		if out := secondTerminal(t, env, commands[i]); !strings.Contains(out, want) {
			t.Errorf("%s does not say %q:\n%s", commands[i], want, out)
		}
		if strings.Contains(commands[i], "--why") {
			await("merchant answers  0000")
		}
	}
	_ = play.Process.Signal(os.Interrupt)
	if err := <-ended; err != nil || !strings.Contains(terminal.String(), "Both servers are stopped") {
		t.Errorf("the playground ends with %v:\n%s", err, terminal)
	}
}

// secondTerminal runs a command line with the bridge's binary as ./caddy.
func secondTerminal(t *testing.T, env []string, line string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Symlink(bridgeBinary, filepath.Join(dir, "caddy")); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("sh", "-c", line)
	cmd.Dir, cmd.Env = dir, env
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("%s: %v\n%s", line, err, out)
	}
	return string(out)
}
