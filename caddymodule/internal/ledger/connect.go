package ledger

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"net/url"
	"path/filepath"

	"modernc.org/sqlite"
)

// logSuffix ends the name of the log beside a ledger's file, and indexSuffix that of
// the log's index.
const (
	logSuffix   = "-wal"
	indexSuffix = "-shm"
)

// openFile opens the database in the file at path, which exists; a connection is set
// up by pragmas. Before and after each one is made, there is asked whether the file is
// still the right one.
func openFile(path string, there func() error, pragmas ...string) *sql.DB {
	address := url.URL{Scheme: "file", OmitHost: true, Path: filepath.ToSlash(path)}
	address.RawQuery = url.Values{"mode": {"rw"}, "_pragma": pragmas}.Encode()
	connector, err := sqlite.NewConnector(address.String())
	if err != nil {
		panic(err) // the address is well formed
	}
	return sql.OpenDB(carefulConnector{connector, there})
}

// anyFile is for a file that nobody else knows, or that is locked.
func anyFile() error { return nil }

// carefulConnector makes connections to the right file only. Whoever has moved a file
// away puts it back; a connection that was made meanwhile would go on in another one,
// and SQLite would have made that one and, finding it empty, have deleted the log,
// with the last commits in it.
type carefulConnector struct {
	driver.Connector

	there func() error
}

// Connect implements [driver.Connector].
func (c carefulConnector) Connect(ctx context.Context) (driver.Conn, error) {
	if err := c.there(); err != nil {
		return nil, err
	}
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	if err := c.there(); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return conn, nil
}
