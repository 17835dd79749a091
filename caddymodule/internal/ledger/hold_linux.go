package ledger

import "os"

// lockHeld locks a file that SQLite opens: Linux keeps this apart from SQLite's locks.
func lockHeld(file *os.File) error { return lockWhole(file) }
