package ledger_test

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/tests/pgtest"
	"github.com/paybridge/paybridge/tests/port"
	"github.com/paybridge/paybridge/translate"
)

// TestPostgresRefuses opens databases that waiting does not heal.
func TestPostgresRefuses(t *testing.T) {
	t.Parallel()
	const canary = "canary-7f3a"
	replace := func(old, with string) func(*testing.T, string) string {
		return func(_ *testing.T, dsn string) string { return strings.Replace(dsn, old, with, 1) }
	}
	for _, c := range []struct {
		name string
		dsn  func(t *testing.T, dsn string) string
		want error
		says string
	}{
		{"bad URL", replace("127.0.0.1", canary+"%zz"), nil, "cannot be read"},
		{"bad port", replace("127.0.0.1:", canary+":9"), nil, "cannot be read"},
		{"bad pairs", func(*testing.T, string) string { return "password=" + canary + " port=x" }, nil, "cannot be read"},
		{"wrong password", replace(pgtest.Password, canary), nil, "check the DSN"},
		{"no database", replace("/paybridge_", "/none_"), nil, "create it"},
		{"foreign tables", func(t *testing.T, dsn string) string {
			l := postgresPlace{dsn: dsn}.open(t)
			if err := ledger.Exec(t.Context(), l, "DROP TABLE ledger_version"); err != nil {
				t.Fatal(err)
			}
			return dsn
		}, nil, "database of its own"},
		{"newer", func(t *testing.T, dsn string) string {
			makeNewer(t, postgresPlace{dsn: dsn}.open(t))
			return dsn
		}, ledger.ErrNewerSchema, "version 999"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			l, err := ledger.OpenPostgres(t.Context(), c.dsn(t, pgtest.Database(t)))
			if err == nil {
				l.Close()
				t.Fatal("opened")
			}
			if !strings.Contains(err.Error(), c.says) || c.want != nil && !errors.Is(err, c.want) {
				t.Errorf("error is %v", err)
			}
			if strings.Contains(err.Error(), canary) || strings.Contains(err.Error(), pgtest.Password) {
				t.Errorf("error tells the password: %v", err)
			}
		})
	}
}

// TestPostgresOpenedAtOnce lets many bridges find the same empty database.
func TestPostgresOpenedAtOnce(t *testing.T) {
	t.Parallel()
	p := postgresPlace{dsn: pgtest.Database(t), well: true}
	var all sync.WaitGroup
	for i := range 6 {
		all.Go(func() {
			l, err := ledger.OpenPostgres(t.Context(), p.dsn)
			if err != nil {
				t.Error(err)
				return
			}
			defer l.Close()
			awaitAvailable(t, l)
			mustBegin(t, l, sample(i))
		})
	}
	all.Wait()
}

// awaitAvailable returns when the ledger can commit.
func awaitAvailable(t *testing.T, l *ledger.Ledger) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	patience := time.NewTimer(time.Minute)
	defer patience.Stop()
	for {
		err := l.Ping(t.Context())
		if err == nil {
			return
		}
		if !errors.Is(err, ledger.ErrUnavailable) {
			t.Fatalf("while waiting for the database: %v", err)
		}
		select {
		case <-tick.C:
		case <-patience.C:
			t.Fatal(err)
		}
	}
}

// muchTooLong is how long the ledger must not leave a merchant waiting, on a busy
// machine either.
const muchTooLong = 30 * time.Second

// TestPostgresComesAndGoes opens a ledger before its server is there and lets the
// server stop, crash and come back.
func TestPostgresComesAndGoes(t *testing.T) {
	t.Parallel()
	server := pgtest.Start(t, "fsync=off")
	if err := server.Stop(); err != nil {
		t.Fatal(err)
	}
	core, logs := observer.New(zapcore.InfoLevel)
	l := postgresPlace{dsn: server.DSN(), dead: true}.open(t, ledger.WithLogger(zap.New(core)))
	number := 0
	unavailable := func() {
		t.Helper()
		started := time.Now()
		_, _, begin := l.Begin(t.Context(), sample(number))
		_, read := l.Order(t.Context(), sample(number).Key)
		for _, err := range []error{begin, read, l.Ping(t.Context())} {
			wantError(t, err, ledger.ErrUnavailable)
			if strings.Contains(err.Error(), pgtest.Password) {
				t.Errorf("error tells the password: %v", err)
			}
		}
		if took := time.Since(started); took > muchTooLong {
			t.Errorf("it took %v to say so", took)
		}
	}
	healed := func() {
		t.Helper()
		if err := server.Start(); err != nil {
			t.Fatal(err)
		}
		awaitAvailable(t, l)
		number++
		mustBegin(t, l, sample(number))
		for i := 1; i <= number; i++ {
			mustOrder(t, l, sample(i).Key)
		}
	}
	unavailable()
	healed()
	for _, end := range []func() error{server.Stop, server.Kill} {
		if err := end(); err != nil {
			t.Fatal(err)
		}
		unavailable()
		healed()
	}
	if err := l.Close(); err != nil { // and with it the search for a server
		t.Error(err)
	}
	for _, message := range []string{"ledger database is not available; trying on", "ledger database is available"} {
		if lines := logs.FilterMessage(message).Len(); lines != 1 {
			t.Errorf("%d lines say %q", lines, message)
		}
	}
}

// TestPostgresClosesWhileUnreachable ends the search for a server that never
// comes.
func TestPostgresClosesWhileUnreachable(t *testing.T) {
	t.Parallel()
	l := postgresPlace{dsn: "postgres://u:p@" + port.Free(t) + "/d", dead: true}.open(t)
	wantError(t, l.Ping(t.Context()), ledger.ErrUnavailable)
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	wantError(t, l.Ping(t.Context()), ledger.ErrClosed)
}

// TestPostgresLosesAnswers cuts the line after each commit but before its answer:
// what was committed is reported as done, and done once.
func TestPostgresLosesAnswers(t *testing.T) {
	t.Parallel()
	p, line := postgresOverLine(t)
	p.well = true
	l := p.open(t)

	line.loseNextAnswer()
	o := mustBegin(t, l, sample(1))
	line.loseNextAnswer()
	// Whether it was this bridge or another that took the order to send it
	// cannot be known, so nobody sends.
	o = mustRecord(t, l, o.Key, ledger.Update{State: translate.Sent, Claim: o.Claim}, translate.Repeated)
	line.loseNextAnswer()
	mustRecord(t, l, o.Key, ledger.Update{State: translate.Closed, Claim: o.Claim}, translate.Applied)
	line.loseNextAnswer()
	late := mustRecord(t, l, o.Key, ledger.Update{State: translate.Paid, RefundNo: "R1"}, translate.LatePayment)
	if late.State != translate.Refunding || late.RefundNo != "R1" {
		t.Errorf("order is %+v", late)
	}
	if events := happened(t, l, o.Key); len(events) != 1 {
		t.Errorf("events: %+v", events)
	}
	line.loseNextAnswer()
	if err := l.AddEvents(t.Context(), o.Key, ledger.Event{Kind: "forged", Source: "notice", At: noon}); err != nil {
		t.Error(err)
	}
	if events := happened(t, l, o.Key); len(events) != 2 {
		t.Errorf("events: %+v", events)
	}

	pay(t, l, sample(2), noon)
	line.loseNextAnswer()
	if lost := mustClaim(t, l, noon, 1); len(lost) != 0 {
		t.Errorf("claimed %+v, which an earlier run holds", lost)
	}
	d := mustClaim(t, l, after(time.Hour), 1)[0].Notification
	line.loseNextAnswer()
	if err := l.Finish(t.Context(), d, ledger.Attempt{At: noon}, ledger.Exhausted, noon); err != nil {
		t.Error(err)
	}
	wantError(t, l.Finish(t.Context(), d, ledger.Attempt{At: noon}, ledger.Delivered, noon), ledger.ErrFenced)
	if attempts, err := l.Attempts(t.Context(), d.Key); err != nil || len(attempts.Items) != 1 {
		t.Errorf("attempts: %v, %+v", err, attempts)
	}
	line.loseNextAnswer()
	if err := l.Resend(t.Context(), d.Key, noon, because); err != nil {
		t.Error(err)
	}
	if lost := line.lost(); lost != 8 {
		t.Errorf("%d answers were lost, want 8", lost)
	}
}

// TestPostgresCutOff lets the network swallow everything: nobody waits longer than
// a merchant would.
func TestPostgresCutOff(t *testing.T) {
	t.Parallel()
	p, line := postgresOverLine(t)
	l := p.open(t)
	mustBegin(t, l, sample(1))
	line.swallow(true)
	started := time.Now()
	_, _, err := l.Begin(t.Context(), sample(2))
	wantError(t, err, ledger.ErrUnavailable)
	if took := time.Since(started); took > muchTooLong {
		t.Errorf("it took %v to give up", took)
	}
	line.swallow(false)
	awaitAvailable(t, l)
	mustOrder(t, l, sample(1).Key)
}

func TestPostgresWarnsOfRisks(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name                             string
		version, fsync, standbys, commit string
		want                             []string
	}{
		{"safe", "PostgreSQL 17", "on", "s1", "on", nil},
		{"alone", "PostgreSQL 17", "on", "", "on", []string{"standby"}},
		{"asynchronous", "PostgreSQL 17", "on", "s1", "off", []string{"synchronous_commit = off"}},
		{"on its own disk alone", "PostgreSQL 17", "on", "s1", "local", []string{"synchronous_commit = local"}},
		{"before a standby's disk", "PostgreSQL 17", "on", "s1", "remote_write", []string{"synchronous_commit = remote_write"}},
		{"seen at the standby", "PostgreSQL 17", "on", "s1", "remote_apply", nil},
		{"reckless", "PostgreSQL 17", "off", "", "off", []string{"fsync", "synchronous_commit", "standby"}},
		{"distributed", "PostgreSQL 15.2-YB-2.25.0.0-b0", "off", "", "on", nil},
	} {
		got := ledger.Risks(c.version, c.fsync, c.standbys, c.commit)
		if len(got) != len(c.want) {
			t.Errorf("%s: %q", c.name, got)
			continue
		}
		for i, word := range c.want {
			if !strings.Contains(got[i].Error(), word) {
				t.Errorf("%s: %q does not speak of %s", c.name, got[i], word)
			}
		}
	}
}

// TestPostgresCommitsAreDurable meets a server that does not wait for its disk.
func TestPostgresCommitsAreDurable(t *testing.T) {
	t.Parallel()
	server := pgtest.Start(t, "synchronous_commit=off", "fsync=off")
	core, logged := observer.New(zap.WarnLevel)
	l := postgresPlace{dsn: server.DSN()}.open(t, ledger.WithLogger(zap.New(core)))
	if got, err := ledger.Text(t.Context(), l, "SHOW synchronous_commit"); err != nil || got != "on" {
		t.Errorf("synchronous_commit is %s, error %v", got, err)
	}
	if logged.Len() != 3 {
		t.Errorf("warnings are %+v", logged.All())
	}
	if risks, err := l.Risks(t.Context()); err != nil || len(risks) != 3 || risks[0].Error() != logged.All()[0].Message {
		t.Errorf("risks are %q, %v", risks, err)
	}
	for _, entry := range logged.All() {
		for _, value := range entry.ContextMap() {
			if text, ok := value.(string); ok && strings.Contains(text, pgtest.Password) {
				t.Errorf("%s tells the password", entry.Message)
			}
		}
	}
}

// TestPostgresCommitsOfADatabase: what a database or a user has set by itself is no weaker.
func TestPostgresCommitsOfADatabase(t *testing.T) {
	t.Parallel()
	for _, setting := range []string{"local", "remote_write"} {
		p := postgresPlace{dsn: pgtest.Database(t), well: true}
		commit(t, p.transaction(t, `DO $$ BEGIN
			EXECUTE format('ALTER DATABASE %I SET synchronous_commit = `+setting+`', current_database()); END $$`))
		l := p.open(t)
		if got, err := ledger.Text(t.Context(), l, "SHOW synchronous_commit"); err != nil || got != "on" {
			t.Errorf("synchronous_commit is %s of a database with %s, %v", got, setting, err)
		}
		if risks, err := l.Risks(t.Context()); err != nil || !slices.ContainsFunc(risks, func(s bilingual.Said) bool {
			return strings.Contains(s.Error(), "synchronous_commit = "+setting)
		}) {
			t.Errorf("risks of a database with %s are %q, %v", setting, risks, err)
		}
	}
}

// TestPostgresClosesUnderUse asks for the database at the very moment it goes
// away.
func TestPostgresClosesUnderUse(t *testing.T) {
	t.Parallel()
	for range 500 {
		l, use := ledger.Unconnected()
		begun, done := make(chan struct{}), make(chan error, 1)
		go func() {
			close(begun)
			for {
				if err := use(); err != nil {
					done <- err
					return
				}
			}
		}()
		<-begun
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		if err := <-done; !errors.Is(err, ledger.ErrClosed) || !errors.Is(err, ledger.ErrUnavailable) {
			t.Fatalf("error is %v", err)
		}
	}
}
