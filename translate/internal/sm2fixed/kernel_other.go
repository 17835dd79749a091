//go:build !amd64

package sm2fixed

// kernel is nil: there is assembly for amd64 only.
var kernel *kernels
