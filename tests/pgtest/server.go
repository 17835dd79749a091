package pgtest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/paybridge/paybridge/tests/port"
)

// Password is the password of the servers' only user, paybridge.
const Password = "kept-from-errors"

// patience is how long a server may take to start or to stop.
const patience = time.Minute

// Server is a PostgreSQL of the test's own. Its methods are not for several
// goroutines at once.
type Server struct {
	dir      string
	port     *port.Reservation
	as       *syscall.Credential
	postgres string
	settings []string
	process  *exec.Cmd // nil while it does not run
}

// Start starts a server with settings such as "fsync=off" and stops it when the
// test ends. Without PostgreSQL the test is skipped.
func Start(tb testing.TB, settings ...string) *Server {
	tb.Helper()
	initdb, postgres, found := programs()
	if !found {
		missing(tb)
	}
	s, err := newServer(initdb, postgres, settings)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := s.remove(); err != nil {
			tb.Error(err)
		}
	})
	return s
}

func newServer(initdb, postgres string, settings []string) (_ *Server, err error) {
	as, err := credential()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "pgtest")
	if err != nil {
		return nil, fmt.Errorf("making folder for PostgreSQL: %w", err)
	}
	s := &Server{dir: dir, as: as, postgres: postgres, settings: settings}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.remove())
		}
	}()
	if err := s.init(initdb); err != nil {
		return nil, err
	}
	if s.port, err = port.Reserve(); err != nil {
		return nil, err
	}
	return s, s.Start()
}

func (s *Server) init(initdb string) error {
	password := filepath.Join(s.dir, "password")
	if err := os.WriteFile(password, []byte(Password), 0o600); err != nil {
		return fmt.Errorf("writing password of PostgreSQL: %w", err)
	}
	for _, path := range []string{s.dir, password} {
		if err := chown(path, s.as); err != nil {
			return fmt.Errorf("giving folder to PostgreSQL: %w", err)
		}
	}
	command := exec.Command(initdb, "--pgdata", s.data(), "--username=paybridge", "--pwfile", password,
		"--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-sync")
	command.Dir = s.dir
	command.SysProcAttr = attributes(s.as)
	if out, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("initialising PostgreSQL: %w: %s", err, out)
	}
	return nil
}

func (s *Server) data() string { return filepath.Join(s.dir, "data") }
func (s *Server) log() string  { return filepath.Join(s.dir, "log") }

// Addr is where the server listens, host and port.
func (s *Server) Addr() string { return s.port.Address }

// DSN is the address of the server's first database.
func (s *Server) DSN() string {
	return fmt.Sprintf("postgres://paybridge:%s@%s/postgres?sslmode=disable", Password, s.Addr())
}

// Start starts the server again after Stop or Kill, on its data and its port, and
// returns when it answers.
func (s *Server) Start() error {
	out, err := os.OpenFile(s.log(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("opening log of PostgreSQL: %w", err)
	}
	defer out.Close()
	host, number, err := net.SplitHostPort(s.Addr())
	if err != nil {
		return fmt.Errorf("reading address of PostgreSQL: %w", err)
	}
	args := []string{"-D", s.data(), "-p", number, "-k", s.dir, "-c", "listen_addresses=" + host}
	for _, setting := range s.settings {
		args = append(args, "-c", setting)
	}
	process := exec.Command(s.postgres, args...)
	process.Dir, process.Stdout, process.Stderr = s.dir, out, out
	process.SysProcAttr = attributes(s.as)
	if err := process.Start(); err != nil {
		return fmt.Errorf("starting PostgreSQL: %w", err)
	}
	s.process = process
	if err := s.await(); err != nil {
		text, _ := os.ReadFile(s.log()) // only to explain
		return fmt.Errorf("waiting for PostgreSQL: %w: %s", err, text)
	}
	return nil
}

func (s *Server) await() error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		conn, err := pgx.Connect(ctx, s.DSN())
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return err
		}
	}
}

// Stop ends all connections and the server, in order.
func (s *Server) Stop() error { return s.end(syscall.SIGINT) }

// Kill ends the server as a crash would: nothing is put in order, nobody is told.
func (s *Server) Kill() error { return s.end(syscall.SIGQUIT) }

func (s *Server) end(signal syscall.Signal) error {
	if s.process == nil {
		return nil
	}
	process := s.process
	s.process = nil
	if err := process.Process.Signal(signal); err != nil {
		return fmt.Errorf("stopping PostgreSQL: %w", err)
	}
	overdue := time.AfterFunc(patience, func() { _ = process.Process.Kill() })
	defer overdue.Stop()
	var exit *exec.ExitError
	if err := process.Wait(); err != nil && !errors.As(err, &exit) {
		return fmt.Errorf("waiting for PostgreSQL to end: %w", err)
	}
	return nil
}

func (s *Server) remove() error {
	err := errors.Join(s.end(syscall.SIGQUIT), os.RemoveAll(s.dir))
	if s.port != nil {
		err = errors.Join(err, s.port.Close())
	}
	return err
}
