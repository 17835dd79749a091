//go:build !linux

package samefolder

// private is false where there is no systemd.
func private(string) bool { return false }
