package p11kit

import "sync/atomic"

// Count is what this package has counted since the process started.
type Count struct {
	Operations uint64 // that succeeded
	Failed     uint64 // given up: no session worked, or the key is gone or another one
	Faults     uint64 // results that the public key did not confirm
	Started    uint64 // children
}

var counts struct{ operations, failed, faults, started atomic.Uint64 }

// Counts returns the counts of the process.
func Counts() Count {
	return Count{
		Operations: counts.operations.Load(), Failed: counts.failed.Load(),
		Faults: counts.faults.Load(), Started: counts.started.Load(),
	}
}
