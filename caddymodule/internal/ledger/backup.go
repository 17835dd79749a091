package ledger

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Backup writes a copy of the ledger, as it is at one moment between commits, to
// a new file that its owner alone may read, while the ledger goes on working. The
// copy is complete and on disk when Backup returns, and can be opened as a ledger;
// before that there is nothing at path. It returns an error that wraps
// [fs.ErrExist] when something is there already, and [ErrUnsupported] on
// PostgreSQL, which has its own tools.
func (l *Ledger) Backup(ctx context.Context, path string) error {
	if err := l.store.backup(ctx, path); err != nil {
		return fmt.Errorf("backing up ledger to %s: %w", path, err)
	}
	return nil
}

func (p *postgresStore) backup(context.Context, string) error {
	return fmt.Errorf("%w: use pg_dump or the server's own backups", ErrUnsupported)
}

func (s *sqliteStore) backup(ctx context.Context, path string) (err error) {
	if err := s.running(); err != nil {
		return err
	}
	if _, err := os.Lstat(path); err == nil {
		return fs.ErrExist
	}
	// The copy gets its name when it is complete, by a link, which never takes the
	// place of a file. SQLite takes an empty file for a new one and leaves it as
	// private as it is.
	part, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".part-*")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.Remove(part.Name())) }()
	defer part.Close()
	if err := s.copyTo(ctx, part.Name()); err != nil {
		return err
	}
	if err := becomeCopy(part); err != nil {
		return err
	}
	if err := part.Sync(); err != nil {
		return err
	}
	if err := os.Link(part.Name(), path); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

// copyTo uses a connection of its own: a copy takes long, and readers are few.
func (s *sqliteStore) copyTo(ctx context.Context, path string) error {
	db := openFile(s.path, s.there, "busy_timeout(5000)")
	defer db.Close()
	err := s.besideLongReading(ctx, func() error {
		_, err := db.ExecContext(ctx, `VACUUM INTO $1`, path)
		return err
	})
	if err != nil {
		return nameGone(s.there, err)
	}
	return s.there()
}

// syncFolder makes a new name in a folder durable.
func syncFolder(path string) error {
	folder, err := os.Open(path) //nolint:gosec // the operator names the file
	if err != nil {
		return err
	}
	defer folder.Close()
	return folder.Sync()
}
