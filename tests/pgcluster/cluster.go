package pgcluster

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/paybridge/paybridge/tests/pgtest"
	"github.com/paybridge/paybridge/tests/port"
)

// members is how many servers there are: a primary and two standbys.
const members = 3

// patience is how long anything may take. It only ends what would never end.
const patience = 3 * time.Minute

// password is that of every user.
const password = "kept-from-errors"

// Cluster is a PostgreSQL of several servers. Its methods are not for several
// goroutines at once.
type Cluster struct {
	t       testing.TB
	dir     string
	etcd    *process
	Members []*Member
}

// Start starts a cluster and stops it when the test ends.
func Start(t testing.TB) *Cluster {
	t.Helper()
	for _, program := range []string{"patroni", "etcd"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Fatalf("%v: install the packages patroni and etcd-server", err)
		}
	}
	dir, err := os.MkdirTemp("", "pgcluster") // short: sockets lie in it
	if err != nil {
		t.Fatal(err)
	}
	if err := pgtest.Own(dir); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	c := &Cluster{t: t, dir: dir}
	c.startEtcd()
	for i := range members {
		c.Members = append(c.Members, newMember(c, fmt.Sprintf("member%d", i+1)))
	}
	for _, m := range c.Members {
		m.start()
	}
	c.AwaitPrimary(nil)
	c.prepare()
	return c
}

func (c *Cluster) startEtcd() {
	c.t.Helper()
	clients, peers := "http://"+port.Free(c.t), "http://"+port.Free(c.t)
	c.etcd = &process{
		name: "etcd", args: []string{
			"etcd", "--data-dir", filepath.Join(c.dir, "etcd"), "--name", "etcd",
			"--listen-client-urls", clients, "--advertise-client-urls", clients,
			"--listen-peer-urls", peers, "--initial-advertise-peer-urls", peers, "--initial-cluster", "etcd=" + peers,
		},
		dir: c.dir,
	}
	c.etcd.start(c.t)
	c.t.Cleanup(c.etcd.stop)
	c.eventually("etcd answers", func() bool { return isOK(clients + "/health") })
}

// etcdAddress is host and port.
func (c *Cluster) etcdAddress() string {
	for i, arg := range c.etcd.args {
		if arg == "--listen-client-urls" {
			return strings.TrimPrefix(c.etcd.args[i+1], "http://")
		}
	}
	panic("etcd has no address")
}

// prepare makes the user and the database of the tests.
func (c *Cluster) prepare() {
	c.t.Helper()
	conn, err := pgx.Connect(c.t.Context(), c.dsn("postgres", "postgres"))
	if err != nil {
		c.t.Fatal(err)
	}
	defer conn.Close(c.t.Context())
	for _, statement := range []string{
		"CREATE ROLE paybridge LOGIN PASSWORD '" + password + "'", "CREATE DATABASE paybridge OWNER paybridge",
	} {
		if _, err := conn.Exec(c.t.Context(), statement); err != nil {
			c.t.Fatal(err)
		}
	}
}

// DSN names all members, of which the one that takes writes is meant.
func (c *Cluster) DSN() string { return c.dsn("paybridge", "paybridge") }

func (c *Cluster) dsn(user, database string) string {
	var addresses []string
	for _, m := range c.Members {
		addresses = append(addresses, m.clients.address)
	}
	return fmt.Sprintf("postgres://%s:%s@%s/%s?sslmode=disable&target_session_attrs=read-write",
		user, password, strings.Join(addresses, ","), database)
}

// Primary returns the member that is the primary by its own word, nil where there is
// none, or it cannot be reached.
func (c *Cluster) Primary() *Member {
	for _, m := range c.Members {
		if isOK("http://" + m.rest.address + "/primary") {
			return m
		}
	}
	return nil
}

// AwaitPrimary waits for a primary other than the one given, which may be nil, that
// has a synchronous standby.
func (c *Cluster) AwaitPrimary(other *Member) (now *Member) {
	c.t.Helper()
	c.eventually("a primary with a synchronous standby", func() bool {
		now = c.Primary()
		return now != nil && now != other && c.synchronous() > 0
	})
	return now
}

// AwaitAll waits until all members are back and follow the primary: on its timeline,
// and not far behind.
func (c *Cluster) AwaitAll() {
	c.t.Helper()
	const near = 16 << 20 // bytes
	c.eventually("all members are back", func() bool {
		following := make(map[int]int) // by timeline
		for _, m := range c.view() {
			lag, known := m.Lag.(float64) // or a word
			if m.Role == "leader" || known && lag < near {
				following[m.Timeline]++
			}
		}
		return len(following) == 1 && following[c.timeline()] == members && c.synchronous() > 0
	})
}

// timeline is the primary's.
func (c *Cluster) timeline() int {
	for _, m := range c.view() {
		if m.Role == "leader" {
			return m.Timeline
		}
	}
	return 0
}

// seen is a member as Patroni sees it.
type seen struct {
	Name, Role, State string
	Timeline          int
	Lag               any // bytes
}

// view is the cluster as any member that answers sees it.
func (c *Cluster) view() []seen {
	for _, m := range c.Members {
		var all struct{ Members []seen }
		if m.reachable() && get("http://"+m.rest.address+"/cluster", &all) == nil {
			return all.Members
		}
	}
	return nil
}

func (c *Cluster) synchronous() (n int) {
	for _, m := range c.view() {
		if m.Role == "sync_standby" {
			n++
		}
	}
	return n
}

func (c *Cluster) eventually(what string, holds func() bool) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for !holds() {
		select {
		case <-ctx.Done():
			c.t.Fatalf("not in time: %s; %+v\n%s", what, c.view(), c.logs())
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// logs are the ends of all logs.
func (c *Cluster) logs() string {
	var all strings.Builder
	for _, m := range c.Members {
		fmt.Fprintf(&all, "--- %s\n%s\n", m.name, m.patroni.tail())
	}
	return all.String()
}

// client asks what may not answer.
var client = http.Client{Timeout: 2 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}

func isOK(url string) bool {
	resp, err := client.Get(url)
	if err != nil {
		return false
	}
	resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

func get(url string, into any) error {
	resp, err := client.Get(url)
	if err != nil {
		return err
	}
	return errors.Join(json.NewDecoder(resp.Body).Decode(into), resp.Body.Close())
}
