package tests

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/paybridge/paybridge/tests/httpclient"
	"github.com/paybridge/paybridge/tests/port"
)

// process is a bridge: a real Caddy process with its own folder, port and
// admin endpoint. It may be killed and started again on the same ledger.
type process struct {
	t       testing.TB
	dir     string
	config  string // path of the Caddyfile
	url     string // where merchants reach it
	admin   string // host:port
	cmd     *exec.Cmd
	exited  chan error
	sockets []*os.File // given to the bridge as fd 3 and so on
	binary  string     // bridgeBinary unless set
	env     []string   // more of the environment
}

// patience is how long anything may take. It only ends what would never end, so
// it is long: machines that build and test at the same time are slow.
const patience = 2 * time.Minute

func newProcess(t testing.TB, dir string) *process {
	return &process{
		t: t, dir: dir, config: filepath.Join(dir, "Caddyfile"),
		url: "http://" + port.Free(t), admin: port.Free(t),
	}
}

// graceful are the global options with which, on a socket of its own, a reload
// drops no connection (docs/operating.md, "Stop and reload").
const graceful = "servers {\n\t\tlistener_wrappers {\n\t\t\tpaybridge\n\t\t}\n\t}"

// listen opens the process's socket here, and those of more addresses, and hands
// them down, as systemd would: with a socket of its own for each configuration,
// Caddy resets the connections that are just being made when it closes the old one.
func (p *process) listen(more ...string) {
	p.t.Helper()
	for _, address := range append([]string{strings.TrimPrefix(p.url, "http://")}, more...) {
		l, err := net.Listen("tcp", address)
		if err != nil {
			p.t.Fatal(err)
		}
		defer l.Close()
		socket, err := l.(*net.TCPListener).File()
		if err != nil {
			p.t.Fatal(err)
		}
		p.t.Cleanup(func() { socket.Close() })
		p.sockets = append(p.sockets, socket)
	}
}

func (p *process) logPath() string { return filepath.Join(p.dir, "bridge.log") }

// command runs another command of the binary in the process's world.
func (p *process) command(args ...string) *exec.Cmd {
	cmd := exec.Command(cmp.Or(p.binary, bridgeBinary), args...)
	cmd.Env = append(os.Environ(), "HOME="+p.dir, "XDG_CONFIG_HOME="+p.dir, "XDG_DATA_HOME="+p.dir)
	cmd.Env = append(cmd.Env, p.env...)
	cmd.Dir = p.dir
	return cmd
}

// start starts the bridge and waits until it takes payments. That it answers is not
// enough: what it does not find ready after a few seconds, it goes on making while it
// answers that it is not, and a busy machine needs longer for a ledger on PostgreSQL.
func (p *process) start() {
	p.t.Helper()
	p.startAnyhow()
	if !eventually(p.ready) {
		p.t.Fatalf("the bridge does not become ready; its log:\n%s", p.log())
	}
}

// ready reports whether the bridge takes payments, by the admin API: sites may be served
// by name only.
func (p *process) ready() bool {
	resp, err := httpclient.Client.Get("http://" + p.admin + "/paybridge/health/ready")
	if err != nil {
		return false
	}
	resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

// startAnyhow starts the bridge and waits until it answers, ready or not.
func (p *process) startAnyhow() {
	p.t.Helper()
	p.launch()
	p.await()
}

// launch starts the bridge.
func (p *process) launch() {
	p.t.Helper()
	log, err := os.OpenFile(p.logPath(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		p.t.Fatal(err)
	}
	defer log.Close()
	cmd := p.command("run", "--config", p.config)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.ExtraFiles = p.sockets
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	exited := make(chan error, 1)
	p.cmd, p.exited = cmd, exited
	go func() { exited <- cmd.Wait() }()
}

// died reports whether the bridge has ended by itself.
func (p *process) died() bool {
	select {
	case <-p.exited:
		p.cmd = nil
		return true
	default:
		return false
	}
}

// comesUp waits until the bridge answers, or reports false when it ends before.
func (p *process) comesUp() bool {
	up := false
	eventually(func() bool {
		up = p.answers()
		return up || p.died()
	})
	return up
}

// await returns when the bridge answers a request, even with a redirect.
func (p *process) await() {
	p.t.Helper()
	if !eventually(p.answers) {
		p.t.Fatalf("the bridge does not answer; its log:\n%s", p.log())
	}
}

// answers reports whether the bridge answers a request, even with a redirect.
func (p *process) answers() bool {
	p.t.Helper()
	request, err := http.NewRequest(http.MethodGet, p.url+"/ready", nil)
	if err != nil {
		p.t.Fatal(err)
	}
	resp, err := httpclient.Transport.RoundTrip(request)
	if err != nil {
		return false
	}
	resp.Body.Close()
	return true
}

// stop ends the bridge as an operator would.
func (p *process) stop() { p.end(syscall.SIGTERM) }

// kill ends the bridge as a power cut would.
func (p *process) kill() { p.end(syscall.SIGKILL) }

func (p *process) end(signal syscall.Signal) {
	p.t.Helper()
	if p.cmd == nil {
		return
	}
	_ = p.cmd.Process.Signal(signal)
	select {
	case <-p.exited:
	case <-time.After(patience):
		p.t.Errorf("the bridge does not end; its log:\n%s", p.log())
		_ = p.cmd.Process.Kill()
		<-p.exited
	}
	p.cmd = nil
}

// reload loads the Caddyfile as it is now.
// reload reloads the configuration and waits until nobody connects to the one before:
// Caddy says that it has reloaded before it closes that one's sockets, and whoever
// connects there in between is cut off (docs/operating.md, "Stop and reload").
func (p *process) reload(ctx context.Context) error {
	if err := p.reloadAtOnce(ctx); err != nil {
		return err
	}
	if !eventually(func() bool { return p.listening() <= 1 }) {
		return fmt.Errorf("%d sockets listen at %s after a reload", p.listening(), p.url)
	}
	return nil
}

// listening counts the sockets that listen at the port where merchants reach the bridge.
func (p *process) listening() (count int) {
	port, err := strconv.ParseUint(p.url[strings.LastIndex(p.url, ":")+1:], 10, 16)
	if err != nil {
		p.t.Error(err)
		return 0
	}
	const listens = "0A" // of a TCP socket's state, in the system's table
	for _, table := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		text, err := os.ReadFile(table)
		if err != nil && !errors.Is(err, os.ErrNotExist) { // without IPv6 there is one table
			p.t.Error(err)
		}
		for line := range strings.Lines(string(text)) {
			if f := strings.Fields(line); strings.HasSuffix(f[1], fmt.Sprintf(":%04X", port)) && f[3] == listens {
				count++
			}
		}
	}
	return count
}

// reloadAtOnce reloads the configuration, and merchants go on meanwhile.
func (p *process) reloadAtOnce(ctx context.Context) error {
	cmd := p.command("reload", "--config", p.config, "--address", p.admin, "--force")
	done := make(chan error, 1)
	go func() {
		out, err := cmd.CombinedOutput()
		if err != nil {
			err = fmt.Errorf("reloading: %w: %s", err, out)
		}
		done <- err
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (p *process) log() string {
	text, err := os.ReadFile(p.logPath())
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// tail is the end of the log, for failure messages.
func (p *process) tail() string {
	lines := strings.Split(strings.TrimSpace(p.log()), "\n")
	return strings.Join(lines[max(0, len(lines)-25):], "\n")
}

// eventually looks every few milliseconds until something holds, and reports
// whether it did so in the end.
func eventually(holds func() bool) bool {
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		if holds() {
			return true
		}
		select {
		case <-tick.C:
		case <-deadline.C:
			return holds()
		}
	}
}
