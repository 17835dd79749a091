package ledger

import "os"

// lockHeld locks a file that SQLite opens: Linux keeps this apart from SQLite's locks, but
// for network file systems, which are no place for a ledger.
func lockHeld(file *os.File) error { return lockWhole(file) }
