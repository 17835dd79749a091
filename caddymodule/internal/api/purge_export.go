package api

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"os"
	"path/filepath"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
)

// export is the file that a purge writes: a line of JSON for each order, and at the end
// one that tells how many there are and their checksum. A file without that last line is
// one whose purge did not come to its end; what it purged is in it all the same.
type export struct {
	file  *os.File
	sum   hash.Hash
	lines int
}

// exportEnd is the last line of an export.
type exportEnd struct {
	Orders int    `json:"orders"`
	SHA256 string `json:"sha256"`
}

// createExport makes a new file that its owner alone may read.
func createExport(path string) (*export, error) {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // the operator names the file
	if err != nil {
		return nil, err
	}
	folder, err := os.Open(filepath.Dir(path))
	if err == nil {
		err = folder.Sync()
		_ = folder.Close()
	}
	if err != nil {
		_ = file.Close()
		return nil, err
	}
	return &export{file: file, sum: sha256.New()}, nil
}

// add makes the lines of orders durable.
func (e *export) add(list []ledger.Archived) error {
	var lines bytes.Buffer
	for _, a := range list {
		lines.Write(a.Rows)
		lines.WriteByte('\n')
	}
	_, _ = e.sum.Write(lines.Bytes())
	e.lines += len(list)
	return e.write(lines.Bytes())
}

// finish writes the last line and returns the checksum.
func (e *export) finish() (string, error) {
	sum := hex.EncodeToString(e.sum.Sum(nil))
	line, err := json.Marshal(exportEnd{e.lines, sum})
	if err != nil {
		return "", err
	}
	return sum, e.write(append(line, '\n'))
}

func (e *export) write(text []byte) error {
	if _, err := e.file.Write(text); err != nil {
		return fmt.Errorf("writing the export: %w", err)
	}
	if err := e.file.Sync(); err != nil {
		return fmt.Errorf("making the export durable: %w", err)
	}
	return nil
}

func (e *export) close() { _ = e.file.Close() }
