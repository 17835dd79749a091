//go:build !linux

package ledger

// unfitFileSystem knows the file systems of Linux only.
func unfitFileSystem(string) (name string, unfit bool) { return "", false }
