package api

import (
	"context"

	"github.com/dustin/go-humanize"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
)

// How much of a file system is to stay free: a tenth, and on a large one no more than is
// enough for days.
const (
	freeShare = 10
	freeMost  = 2 << 30
)

// checkSize tells how large the ledger is, and warns where its disk has no room for a
// copy. How many orders could be purged is not among it: purge counts them, slowly.
func (v *visit) checkSize(ctx context.Context) []Check {
	size, err := v.Ledger.Size(ctx)
	if err != nil {
		return nil // the ledger's own check tells it
	}
	orders := say("; orders: %d", size.Orders)
	if size.Estimated {
		orders = say("; orders: about %d", size.Orders)
	}
	check := Check{Name: v.text(say("size"))}
	if size.Folder == "" {
		check.Detail = v.text(say("%s in tables and indexes", ibytes(size.Bytes))) + v.text(orders)
		return []Check{check.at(LevelOK)}
	}
	check.Detail = v.text(say("%s, of which %s are unused, and %s in its log", ibytes(size.Bytes), ibytes(size.Unused), ibytes(size.Log))) + v.text(orders)
	return []Check{v.besideDisk(check, size)}
}

// besideDisk compares the size of a file with the room that is left on its disk.
func (v *visit) besideDisk(check Check, ledger ledger.Size) Check {
	free, size, err := v.DiskSpace(ledger.Folder)
	switch {
	case err != nil:
		check.Detail += v.text(say("; %s", err))
	case size == 0:
		return check.at(LevelOK) // this system does not tell
	default:
		check.Detail += v.text(say("; %s of %s are free on its disk", humanize.IBytes(free), humanize.IBytes(size)))
		if free >= max(uint64(ledger.Bytes+ledger.Log), min(size/freeShare, freeMost)) { //nolint:gosec // not negative
			return check.at(LevelOK)
		}
	}
	check.Advice = v.text(say("a copy of the ledger, or its growth, may find no room: make room on the disk; purging old orders ends its growth, see docs/operating.md, \"Retention\""))
	return check.at(LevelWarn)
}

func ibytes(n int64) string { return humanize.IBytes(uint64(n)) } //nolint:gosec // not negative
