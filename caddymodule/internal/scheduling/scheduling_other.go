//go:build !linux

package scheduling

// Set does nothing: other systems have nothing like it.
func Set(string) error { return nil }
