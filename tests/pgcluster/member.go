package pgcluster

import (
	_ "embed"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"text/template"

	"github.com/paybridge/paybridge/tests/pgtest"
	"github.com/paybridge/paybridge/tests/port"
)

// Member is a server of a cluster and the Patroni that looks after it.
type Member struct {
	cluster *Cluster
	name    string
	dir     string
	patroni *process

	// What leads to the member, and from it to etcd.
	clients, rest, etcd *relay
	cut                 bool
	frozen              []int // the processes that are stopped
}

//go:embed patroni.yml
var configText string

var config = template.Must(template.New("patroni.yml").Parse(configText))

func newMember(c *Cluster, name string) *Member {
	c.t.Helper()
	m := &Member{cluster: c, name: name, dir: filepath.Join(c.dir, name)}
	if err := errors.Join(os.Mkdir(m.dir, 0o700), pgtest.Own(m.dir)); err != nil {
		c.t.Fatal(err)
	}
	server, rest := port.Free(c.t), port.Free(c.t)
	m.clients, m.rest, m.etcd = m.relay(server), m.relay(rest), m.relay(c.etcdAddress())
	bin, err := pgtest.Programs()
	if err != nil {
		c.t.Fatal(err)
	}
	path := filepath.Join(m.dir, "patroni.yml")
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		c.t.Fatal(err)
	}
	err = config.Execute(file, map[string]string{
		"Name": name, "Dir": m.dir, "Bin": bin, "Password": password,
		"Server": server, "Clients": m.clients.address, "REST": rest, "Peers": m.rest.address, "Etcd": m.etcd.address,
	})
	if err := errors.Join(err, file.Close()); err != nil {
		c.t.Fatal(err)
	}
	m.patroni = &process{name: "patroni", args: []string{"patroni", path}, dir: m.dir}
	return m
}

func (m *Member) relay(target string) *relay {
	r, err := newRelay(target)
	if err != nil {
		m.cluster.t.Fatal(err)
	}
	m.cluster.t.Cleanup(func() { _ = r.close() })
	return r
}

func (m *Member) start() {
	m.cluster.t.Helper()
	m.patroni.start(m.cluster.t)
	m.cluster.t.Cleanup(func() { m.Thaw(); m.patroni.stop() })
}

// Name is how Patroni calls it.
func (m *Member) Name() string { return m.name }

func (m *Member) reachable() bool { return !m.cut && len(m.frozen) == 0 && m.patroni.cmd != nil }

// postmaster is the server's first process, 0 when it has none.
func (m *Member) postmaster() int {
	text, err := os.ReadFile(filepath.Join(m.dir, "data", "postmaster.pid"))
	if err != nil {
		return 0
	}
	first, _, _ := strings.Cut(string(text), "\n")
	pid, _ := strconv.Atoi(first)
	return pid
}

// processes are those of the server and of Patroni.
func (m *Member) processes() []int {
	list := []int{m.patroni.cmd.Process.Pid}
	first := m.postmaster()
	if first == 0 {
		return list
	}
	list = append(list, first)
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range stats {
		text, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended
		}
		// pid (name) state parent …
		fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
		if parent, _ := strconv.Atoi(fields[1]); parent == first {
			pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
			list = append(list, pid)
		}
	}
	return list
}

// KillServer ends the server as a crash would; its Patroni is there and sees it.
func (m *Member) KillServer() {
	if pid := m.postmaster(); pid != 0 {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
}

// KillMachine ends the server and its Patroni at once.
func (m *Member) KillMachine() {
	pids := m.processes()
	m.patroni.kill()
	for _, pid := range pids {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
}

// StartMachine starts Patroni again, and with it the server.
func (m *Member) StartMachine() { m.patroni.start(m.cluster.t) }

// CutNetwork lets nothing through to the member or from it.
func (m *Member) CutNetwork() {
	m.cut = true
	for _, r := range []*relay{m.clients, m.rest, m.etcd} {
		r.cut()
	}
}

// MendNetwork ends CutNetwork.
func (m *Member) MendNetwork() {
	m.cut = false
	for _, r := range []*relay{m.clients, m.rest, m.etcd} {
		r.mend()
	}
}

// Freeze stops all its processes, as a machine that is suspended does.
func (m *Member) Freeze() {
	m.frozen = m.processes()
	for _, pid := range m.frozen {
		_ = syscall.Kill(pid, syscall.SIGSTOP)
	}
}

// Thaw lets them go on, who know nothing of the time between.
func (m *Member) Thaw() {
	for _, pid := range m.frozen {
		_ = syscall.Kill(pid, syscall.SIGCONT)
	}
	m.frozen = nil
}
