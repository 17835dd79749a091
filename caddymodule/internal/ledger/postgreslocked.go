package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// writeLocked sends the whole transaction before it reads any answer, which saves the
// way to the server and back that each statement takes otherwise. The server runs them
// one after the other all the same: each sees what was committed when it began.
func (p *postgresStore) writeLocked(ctx context.Context, lock, change statement) (changed int64, err error) {
	_, err = p.commit(ctx, func(ctx context.Context, db *sql.DB, _ bool) (any, error) {
		conn, err := db.Conn(ctx)
		if err != nil {
			return nil, fromDriver(err)
		}
		defer conn.Close() // the pool throws away one whose transaction is still open
		return nil, fromDriver(conn.Raw(func(driver any) (err error) {
			changed, err = sendAtOnce(ctx, driver.(*stdlib.Conn).Conn(), lock, change) //nolint:forcetypeassert // it is what OpenDB makes
			return err
		}))
	})
	return changed, err
}

var errNotCommitted = errors.New("the server has rolled the transaction back")

func sendAtOnce(ctx context.Context, conn *pgx.Conn, statements ...statement) (changed int64, err error) {
	batch := new(pgx.Batch)
	batch.Queue("BEGIN ISOLATION LEVEL READ COMMITTED")
	for _, s := range statements {
		batch.Queue(postgresText(s.text), storableArgs(s.args)...)
	}
	batch.Queue("COMMIT")
	results := conn.SendBatch(ctx, batch)
	defer func() {
		if ended := results.Close(); err == nil {
			err = ended
		}
	}()
	if _, err := results.Exec(); err != nil {
		return 0, fmt.Errorf("beginning: %w", err)
	}
	for range statements {
		tag, err := results.Exec()
		if err != nil {
			return 0, err
		}
		changed = tag.RowsAffected()
	}
	tag, err := results.Exec()
	if err == nil && tag.String() != "COMMIT" {
		err = errNotCommitted
	}
	return changed, err
}
