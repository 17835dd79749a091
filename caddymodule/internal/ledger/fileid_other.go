//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package ledger

// identify says which file a name leads to, where the system tells.
func identify(string) (fileID, bool) { return fileID{}, false }
