//go:build !linux

package lossydisk

// ServeIfAsked does nothing: there are disks on Linux only.
func ServeIfAsked() {}
