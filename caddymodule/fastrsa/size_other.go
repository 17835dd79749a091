//go:build !amd64

package fastrsa

// sizes is empty: there are kernels for amd64 only.
var sizes []*size
