package ledger

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// header is what the beginning of a ledger's file says.
type header struct {
	fresh  bool   // it is empty
	copyID uint32 // see copyid.go
}

// inspect reads the header of a file, without opening it as a database, which would
// change it.
func inspect(file io.ReaderAt) (header, error) {
	first := make([]byte, 100)
	n, err := file.ReadAt(first, 0)
	switch {
	case n == 0 && errors.Is(err, io.EOF):
		return header{fresh: true}, nil
	case err != nil && !errors.Is(err, io.EOF):
		return header{}, err
	case n < len(first) || string(first[:16]) != "SQLite format 3\x00":
		return header{}, fmt.Errorf("%w: no SQLite database: give the ledger a file of its own", ErrWrongFile)
	case binary.BigEndian.Uint32(first[68:]) != applicationID:
		return header{}, fmt.Errorf("%w: database of another program: give the ledger a file of its own", ErrWrongFile)
	}
	return header{copyID: binary.BigEndian.Uint32(first[copyIDAt:])}, nil
}

// takeBack has SQLite undo the transaction in which a first start was killed, for until
// then the header says what that transaction was to write. A ledger that was open once
// has a log instead; a journal beside that one is left to whoever finds it.
func takeBack(ctx context.Context, path string, used bool) error {
	if n, err := sizeOf(path + journalSuffix); used || n == 0 || err != nil {
		return err
	}
	db := openFile(path, anyFile, "busy_timeout(5000)")
	_ = db.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_schema`).Scan(new(int)) // of what is no database the header tells
	return db.Close()
}

// notLost refuses to begin an empty ledger at path where one must have been: used says
// that its lock has seen one. Orders of the lost one would be taken for new and be paid
// for twice; and SQLite would take its log for a remnant and delete it, with the last
// commits in it.
func notLost(path string, used bool) error {
	if n, err := sizeOf(path); n > 0 || err != nil {
		return err
	}
	log, err := sizeOf(path + logSuffix)
	switch {
	case err != nil:
		return err
	case log > 0:
		return fmt.Errorf("%w: it is missing or empty, and its last commits are in %s: "+
			"put the file back beside it, or restore a backup, which keeps this log", ErrFileGone, path+logSuffix)
	case used:
		return fmt.Errorf("%w: it is missing or empty, and there was a ledger here: "+
			"put the file back, or restore a backup; only to begin with an empty ledger, delete %s", ErrFileGone, path+lockSuffix)
	}
	return nil
}

// sizeOf is 0 for a file that is not there.
func sizeOf(path string) (int64, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}
