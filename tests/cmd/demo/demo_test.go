package main

import (
	"bytes"
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"
)

// caddyVariable names a Caddy with Paybridge and the sandbox gateway.
const caddyVariable = "PAYBRIDGE_TEST_CADDY_SANDBOX"

// caddyOnce finds or builds the Caddy that all tests share.
var caddyOnce = sync.OnceValues(findCaddy)

// built is the folder of a Caddy that was built for the tests, or empty.
var built string

func TestMain(m *testing.M) {
	status := m.Run()
	if err := os.RemoveAll(built); err != nil && status == 0 { // nothing if empty
		status = 1
	}
	os.Exit(status)
}

func findCaddy() (string, error) {
	if path := os.Getenv(caddyVariable); path != "" {
		return filepath.Abs(path)
	}
	made := filepath.Join("..", "..", "..", ".build", "caddy-sandbox")
	if _, err := os.Stat(made); err == nil {
		return filepath.Abs(made)
	}
	var err error
	if built, err = os.MkdirTemp("", "caddy-sandbox-"); err != nil {
		return "", err
	}
	path := filepath.Join(built, "caddy-sandbox")
	out, err := exec.Command("go", "build", "-o", path, "../sandbox").CombinedOutput()
	if err != nil {
		return "", errors.Join(err, errors.New(string(out)))
	}
	return path, nil
}

func caddyPath(t *testing.T) string {
	t.Helper()
	path, err := caddyOnce()
	if err != nil {
		t.Fatalf("no Caddy to test with: %v", err)
	}
	return path
}

// wanted are lines of the demo in their order, as expressions.
var wanted = []string{
	`^Paybridge: one payment`,
	`public_url http://127\.0\.0\.1:\d+$`,
	`ledger sqlite ledger\.db$`,
	`^ +req +\S+…\S+ \(\d+ characters\)$`,
	`"action": "WxSao"`,
	`"txnamt": "1999"`,
	`"tranCode": "OP1001"`,
	`"totalAmt": "19\.99"`,
	`"attach": "", "deviceInfo": ""`,
	`"tranState": "12"`,
	`"respcode": "00"`,
	`"formaction": "weixin://`,
	`█▄▄▄█`,
	`^ +formaction +weixin://`,
	`"state": "11"`,
	`^ +bridge answers +success$`,
	`"resultcode": "0000"`,
	`^ +merchant answers +0000$`,
	`action AliCode  txnamt 1200`,
	`OP1001 +respCode S0000000  tranState 11$`,
	`notification +resultcode 0000`,
	`answer +respcode 00  resultcode 0000`,
	`OP1003 +respCode S0000000  refundState 31  refundAmt 12\.00$`,
	`answer +respcode 00  resultcode 1003`,
	`action WxSao  txnamt 500`,
	`answer +respcode 00  resultcode 1001`,
	`OP1004 +respCode S0000000  tranState 13$`,
	`answer +respcode 00  resultcode 1003`,
	`3: 2 charged once, 1 of them refunded once, 1 closed$`,
	`0 deviations`,
	`2 notifications for 2 paid orders$`,
	`^Done in `,
}

// TestDemo runs two demos at the same time, and each twice.
func TestDemo(t *testing.T) {
	t.Parallel()
	caddy := caddyPath(t)
	for _, name := range []string{"one", "other"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for range 2 {
				dir := t.TempDir()
				var stdout, stderr bytes.Buffer
				status := run(t.Context(), []string{"-caddy", caddy, "-dir", dir}, &stdout, &stderr)
				if status != exitDone || stderr.Len() > 0 {
					t.Fatalf("status %d\n%s\n%s", status, stdout.String(), stderr.String())
				}
				checkLines(t, stdout.String(), wanted)
				checkNothingLeft(t, dir, stdout.String())
			}
		})
	}
}

// moved are lines of the demo of a move.
var moved = []string{
	`^  4   Into the shadow`,
	`^      Merchant 89900001: not_ready$`,
	`the member txnamt is text at the old gateway`,
	`--percent 20 --force`,
	`^      new orders +\d+ to the old gateway, \d+ to v2$`,
	`^      new orders +0 to the old gateway, 1 to v2$`,
	`respcode 94`,
	`merchant route 89900001 old --why`,
	`^      new orders +1 to the old gateway, 0 to v2$`,
	`^      new orders +0 to the old gateway, 1 to v2$`,
	`^      notifications     3 for 3 paid orders$`,
	`^Done in `,
}

// TestMove runs the demo of a move.
func TestMove(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var stdout, stderr bytes.Buffer
	if status := run(t.Context(), []string{"-caddy", caddyPath(t), "-dir", dir, "-move"}, &stdout, &stderr); status != exitDone || stderr.Len() > 0 {
		t.Fatalf("status %d\n%s\n%s", status, stdout.String(), stderr.String())
	}
	checkLines(t, stdout.String(), moved)
	checkNothingLeft(t, dir, stdout.String())
}

// checkLines wants the wanted lines in order, no line too wide, no colours and
// no tabs.
func checkLines(t *testing.T, output string, wanted []string) {
	t.Helper()
	next := 0
	for line := range strings.Lines(output) {
		line = strings.TrimRight(line, "\n")
		if columnsOfText(line) > lineWidth || strings.ContainsAny(line, "\t\r\x1b") {
			t.Errorf("a line that is too wide or not plain: %q", line)
		}
		if next < len(wanted) && regexp.MustCompile(wanted[next]).MatchString(line) {
			next++
		}
	}
	if next < len(wanted) {
		t.Errorf("no line %s after the earlier ones in:\n%s", wanted[next], output)
	}
}

var loopbackURL = regexp.MustCompile(`http://(127\.0\.0\.1:\d+)`)

// checkNothingLeft wants the folder empty, the ports of the output closed, and
// no process that was started in the folder.
func checkNothingLeft(t *testing.T, dir, output string) {
	t.Helper()
	checkEmpty(t, dir)
	for _, match := range loopbackURL.FindAllStringSubmatch(output, -1) {
		if conn, err := net.Dial("tcp", match[1]); err == nil {
			conn.Close()
			t.Errorf("somebody still listens on %s", match[1])
		}
	}
	if processes := processesOf(t, dir); len(processes) > 0 {
		t.Errorf("processes left: %q", processes)
	}
}

func checkEmpty(t *testing.T, dir string) {
	t.Helper()
	left, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(left) > 0 {
		t.Errorf("left in the folder: %v", left)
	}
}

// processesOf returns the command lines that name dir. Where there is no
// /proc, the closed ports must do.
func processesOf(t *testing.T, dir string) []string {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, file := range files {
		line, err := os.ReadFile(file)
		if err == nil && bytes.Contains(line, []byte(dir)) {
			found = append(found, string(bytes.ReplaceAll(line, []byte{0}, []byte{' '})))
		}
	}
	return found
}

// started are acts that start the servers, check that both are there, and then
// do something that ends the demo.
func started(t *testing.T, dir string, ending func(*demo, context.Context) error) []act {
	return []act{
		{"start", (*demo).startServers},
		{"look", func(d *demo, ctx context.Context) error {
			if n := len(processesOf(t, dir)); n != 2 && runtime.GOOS == "linux" {
				t.Errorf("%d processes run in the folder, want 2", n)
			}
			return nil
		}},
		{"end", ending},
	}
}

func TestEndsEarly(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	tests := []struct {
		name   string
		ending func(*demo, context.Context) error
		check  func(t *testing.T, err error, recovered any)
	}{
		{"error", func(*demo, context.Context) error { return broken }, func(t *testing.T, err error, _ any) {
			if !errors.Is(err, broken) || !strings.Contains(err.Error(), "step 3") {
				t.Errorf("error %v", err)
			}
		}},
		{"panic", func(*demo, context.Context) error { panic(broken) }, func(t *testing.T, _ error, recovered any) {
			if err, ok := recovered.(error); !ok || !errors.Is(err, broken) {
				t.Errorf("recovered %v", recovered)
			}
		}},
		{"server gone", func(d *demo, ctx context.Context) error {
			d.processes[1].stop()
			return d.askForCode(ctx)
		}, func(t *testing.T, err error, _ any) {
			if err == nil {
				t.Error("no error")
			}
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			var stdout bytes.Buffer
			var err error
			recovered := func() (recovered any) {
				defer func() { recovered = recover() }()
				err = play(t.Context(), caddyPath(t), dir, story{acts: started(t, dir, test.ending)}, newPrinter(&stdout))
				return nil
			}()
			test.check(t, err, recovered)
			checkNothingLeft(t, dir, stdout.String())
		})
	}
}

// TestInterrupted ends the context while the servers run.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	ctx, interrupt := context.WithCancel(t.Context())
	var stdout, stderr bytes.Buffer
	err := play(ctx, caddyPath(t), dir, story{acts: started(t, dir, func(d *demo, ctx context.Context) error {
		interrupt()
		return d.askForCode(ctx)
	})}, newPrinter(&stdout))
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	newPrinter(&stderr).failure(ctx, err)
	if !strings.HasPrefix(stderr.String(), "\nInterrupted.") {
		t.Errorf("printed %q", stderr.String())
	}
	checkNothingLeft(t, dir, stdout.String())
}

// TestServerFails shows the log of a server that does not start.
func TestServerFails(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var stdout, stderr bytes.Buffer
	err := play(t.Context(), caddyPath(t), dir, story{acts: []act{
		{"spoil", func(d *demo, _ context.Context) error {
			return os.Remove(filepath.Join(d.folder, "gateway-public.pem"))
		}},
		{"start", (*demo).startServers},
	}}, newPrinter(&stdout))
	if err == nil {
		t.Fatal("no error without the gateway's key")
	}
	newPrinter(&stderr).failure(t.Context(), err)
	for _, want := range []string{"The demo has failed: step 2: starting bridge", "bridge: ", "gateway-public.pem", "Run it again."} {
		if !strings.Contains(stderr.String(), want) {
			t.Errorf("no %q in:\n%s", want, stderr.String())
		}
	}
	checkNothingLeft(t, dir, stdout.String())
}

// Whoever has the admin endpoint already would answer some of the operator's commands.
func TestAdminIsTaken(t *testing.T) {
	other, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	t.Setenv("CADDY_ADMIN", other.Addr().String())
	var stdout, stderr bytes.Buffer
	status := run(t.Context(), []string{"-dir", t.TempDir(), "-caddy", caddyPath(t), "-stay"}, &stdout, &stderr)
	if want := "another Caddy has the admin endpoint " + other.Addr().String(); status != exitFailed || !strings.Contains(stderr.String(), want) || !strings.Contains(stderr.String(), "export CADDY_ADMIN=") {
		t.Errorf("status %d, printed %q", status, stderr.String())
	}
}

func TestUsage(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		args   []string
		status int
		want   string
	}{
		{"no such Caddy", []string{"-caddy", "nowhere/caddy"}, exitFailed, "make -f xcaddy.mk demo"},
		{"a folder for a Caddy", []string{"-caddy", "."}, exitFailed, "make -f xcaddy.mk demo"},
		{"unknown flag", []string{"-fast"}, exitUsage, "-caddy"},
		{"argument", []string{"now"}, exitUsage, `"now"`},
		{"two demos", []string{"-stay", "-move"}, exitUsage, "two demos"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			var stdout, stderr bytes.Buffer
			status := run(t.Context(), append([]string{"-dir", dir}, test.args...), &stdout, &stderr)
			if status != test.status || !strings.Contains(stderr.String(), test.want) {
				t.Errorf("status %d, want %d; printed %q, want %q in it", status, test.status, stderr.String(), test.want)
			}
			checkEmpty(t, dir)
		})
	}
}
