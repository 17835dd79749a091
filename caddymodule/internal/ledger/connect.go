package ledger

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"

	"modernc.org/sqlite"
)

// logSuffix ends the name of the log beside a ledger's file, and indexSuffix that of
// the log's index. A journal, from which SQLite takes back a transaction that was broken
// off, is there for moments while a new ledger is made, or where a foreign program was at
// the file.
const (
	logSuffix     = "-wal"
	indexSuffix   = "-shm"
	journalSuffix = "-journal"
)

// openFile opens the database in the file at path, which exists; a connection is set
// up by pragmas, in their order. While each one is made, there is asked whether the file
// is still the right one.
func openFile(path string, there func() error, pragmas ...string) *sql.DB {
	address := url.URL{Scheme: "file", OmitHost: true, Path: filepath.ToSlash(path), RawQuery: "mode=rw"}
	connector, err := sqlite.NewConnector(address.String())
	if err != nil {
		panic(err) // the address is well formed
	}
	return sql.OpenDB(carefulConnector{connector, there, pragmas})
}

// anyFile is for a file that nobody else knows, or that is locked.
func anyFile() error { return nil }

// carefulConnector makes connections to the right file only. Whoever has moved a file
// away puts it back; a connection that was made meanwhile would go on in another one,
// and SQLite would have made that one and, finding it empty, have deleted the log,
// with the last commits in it.
type carefulConnector struct {
	driver.Connector

	there   func() error
	pragmas []string
}

// Connect implements [driver.Connector]. The driver alone opens the file and reads
// nothing. The first pragma may read: then SQLite takes the log at the path for that of
// the file which it has open, and were that one another, it would write our log into it
// at the end of the connection, and delete it. So the file is compared before.
func (c carefulConnector) Connect(ctx context.Context) (driver.Conn, error) {
	if err := c.there(); err != nil {
		return nil, err
	}
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, nameGone(c.there, err)
	}
	if err := c.setUp(ctx, conn); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return conn, nil
}

func (c carefulConnector) setUp(ctx context.Context, conn driver.Conn) error {
	if err := c.there(); err != nil {
		return err
	}
	for _, pragma := range c.pragmas {
		//nolint:forcetypeassert // the driver's connections execute
		if _, err := conn.(driver.ExecerContext).ExecContext(ctx, "PRAGMA "+pragma, nil); err != nil {
			return nameGone(c.there, err)
		}
	}
	return c.there()
}

// nameGone says of an error of SQLite that the file is gone, if it is: that is what
// callers go by.
func nameGone(there func() error, err error) error {
	if gone := there(); gone != nil {
		return fmt.Errorf("%w: %w", gone, err)
	}
	return err
}
