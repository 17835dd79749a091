package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
	"github.com/paybridge/paybridge/caddymodule/internal/crash"
	"github.com/paybridge/paybridge/caddymodule/internal/outage"
)

const (
	maxConns       = 32
	connectTimeout = 5 * time.Second
	// attemptTimeout ends a transaction that a dead server or a broken line holds
	// up, well within the 15 s that a merchant waits.
	attemptTimeout = 5 * time.Second
)

// postgresStore keeps the ledger in a PostgreSQL database that several bridges
// may share.
type postgresStore struct {
	config   *pgx.ConnConfig
	log      *zap.Logger
	observer Observer
	attempt  time.Duration   // how long one attempt at a transaction may take
	pause    func(n int) int // draws from [0,n) how long a transaction waits to be tried again
	warned   sync.Once

	db     atomic.Pointer[sql.DB] // nil until connected and migrated
	down   atomic.Pointer[error]  // why there is no db; never nil while db is
	ctx    context.Context        // ends with close
	cancel context.CancelFunc
	worker sync.WaitGroup
}

// OpenPostgres opens the ledger in a PostgreSQL database and creates its tables
// when there are none. dsn is a URL or key=value pairs, as libpq takes them.
//
// An unreachable server is no error: the ledger's methods return
// [ErrUnavailable] until a connection in the background succeeds. What waiting
// does not heal is one (unreadable dsn, wrong password, no such database,
// [ErrNewerSchema]), and says what an operator can do. No error contains the
// password.
func OpenPostgres(ctx context.Context, dsn string, options ...Option) (*Ledger, error) {
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		// The cause quotes the DSN, password and all.
		return nil, errors.New("opening ledger: the DSN of PostgreSQL cannot be read: " +
			"write postgres://user:password@host:5432/database, with %XX for special characters")
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = connectTimeout
	}
	set := settingsOf(options)
	p := &postgresStore{config: config, log: set.log, observer: set.observer, attempt: set.attempt}
	p.pause = rand.IntN // nobody gains by guessing it
	p.ctx, p.cancel = context.WithCancel(context.Background())
	if err := p.open(ctx); err != nil {
		p.cancel()
		return nil, fmt.Errorf("opening ledger on PostgreSQL %s: %w", p.place(), err)
	}
	return newLedger(p, set), nil
}

// place names the database without any secret.
func (p *postgresStore) place() string {
	return fmt.Sprintf("%s:%d/%s", p.config.Host, p.config.Port, p.config.Database)
}

func (p *postgresStore) open(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	err := p.connect(ctx)
	if err == nil || isPermanent(err) {
		return err
	}
	p.fail(err)
	away := outage.New(p.log.With(zap.String("database", p.place())), zap.WarnLevel,
		"ledger database is not available; trying on", "ledger database is available")
	away.Report(err)
	p.worker.Go(func() { p.reconnect(away) })
	return nil
}

func (p *postgresStore) fail(err error) {
	err = fmt.Errorf("%w: %w", ErrUnavailable, err)
	p.down.Store(&err)
}

// reconnect tries until the database is there, or the ledger is closed.
func (p *postgresStore) reconnect(away *outage.Log) {
	const longest = 5 * time.Second
	toldPermanent := false
	for wait := 200 * time.Millisecond; ; wait = min(2*wait, longest) {
		select {
		case <-time.After(wait):
		case <-p.ctx.Done():
			return
		}
		err := crash.Try(p.log, "connecting to the ledger database", func() error { return p.connect(p.ctx) })
		away.Report(err)
		if err == nil {
			return
		}
		p.fail(err)
		if isPermanent(err) {
			if !toldPermanent {
				p.log.Error("ledger database cannot be used; trying on", zap.String("database", p.place()), zap.Error(err))
			}
			toldPermanent, wait = true, longest
		}
	}
}

// connect makes the pool, brings the schema up to date and looks at how safe the
// server's commits are.
func (p *postgresStore) connect(ctx context.Context) error {
	if err := p.migrate(ctx); err != nil {
		return advise(err)
	}
	db := stdlib.OpenDB(*p.config, stdlib.OptionAfterConnect(p.prepareSession))
	db.SetMaxOpenConns(maxConns)
	db.SetMaxIdleConns(maxConns)
	db.SetConnMaxIdleTime(5 * time.Minute)
	if err := p.inspect(ctx, db); err != nil {
		_ = db.Close() // the other error counts
		return advise(err)
	}
	p.db.Store(db)
	if err := newLedger(p, settings{log: p.log, now: time.Now}).FinishResuming(ctx); err != nil {
		p.log.Warn("paused merchants are not wholly resumed; resume them once more", zap.Error(err))
	}
	return nil
}

// migrate uses connections of its own: a migration may take longer than any
// transaction of a bridge.
func (p *postgresStore) migrate(ctx context.Context) error {
	db := stdlib.OpenDB(*p.config)
	defer db.Close()
	if err := db.PingContext(ctx); err != nil {
		return fmt.Errorf("connecting: %w", err)
	}
	return migratePostgres(ctx, db)
}

// prepareSession sets what every connection needs: nothing may hold locks for
// long when its bridge was cut off, and a commit has to be on disk, here and on a
// synchronous standby, whatever the default of server, database and user is.
func (p *postgresStore) prepareSession(ctx context.Context, conn *pgx.Conn) error {
	_, err := conn.Exec(ctx, fmt.Sprintf(`SET idle_in_transaction_session_timeout = %d; SET statement_timeout = %d;
		SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') IN ('off', 'local', 'remote_write')`,
		(3*p.attempt).Milliseconds(), (2*p.attempt).Milliseconds()), pgx.QueryExecModeSimpleProtocol)
	return err
}

// inspect warns, once, when a failure of the server could lose acknowledged
// payments.
func (p *postgresStore) inspect(ctx context.Context, db *sql.DB) error {
	found, err := risksOf(ctx, db)
	if err != nil {
		return fmt.Errorf("inspecting server: %w", err)
	}
	p.warned.Do(func() {
		for _, risk := range found {
			p.log.Warn(risk.Error(), zap.String("database", p.place()))
		}
	})
	return nil
}

func (p *postgresStore) risks(ctx context.Context) ([]bilingual.Said, error) {
	db, err := p.ready()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, p.attempt)
	defer cancel()
	found, err := risksOf(ctx, db)
	return found, fromDriver(err)
}

// risksOf asks the server how it is set up.
func risksOf(ctx context.Context, db *sql.DB) ([]bilingual.Said, error) {
	var version, fsync, standbys, commit string
	err := db.QueryRowContext(ctx, `SELECT version(), current_setting('fsync'),
		current_setting('synchronous_standby_names'),
		(SELECT reset_val FROM pg_settings WHERE name = 'synchronous_commit')`).
		Scan(&version, &fsync, &standbys, &commit)
	if err != nil {
		return nil, err
	}
	return risks(version, fsync, standbys, commit), nil
}

func (p *postgresStore) ready() (*sql.DB, error) {
	if db := p.db.Load(); db != nil {
		return db, nil
	}
	return nil, *p.down.Load()
}

func (p *postgresStore) close() error {
	p.cancel()
	p.worker.Wait()
	p.fail(ErrClosed) // first: whoever finds no db asks why
	if db := p.db.Swap(nil); db != nil {
		return db.Close()
	}
	return nil
}

var postgresDialect = &dialect{now: `CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)`, numberTaken: func(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && e.Code == "23505"
}}
