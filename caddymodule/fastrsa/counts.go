package fastrsa

import "sync/atomic"

// Count is how many private operations of all keys went which way since the
// process began.
type Count struct {
	Fast     uint64 // done by this package
	Standard uint64 // done by crypto/rsa: by [Standard], of other schemes, refusals, and after a fault
	Faults   uint64 // without a result that the public key confirms; nothing was given out
}

var counts struct{ fast, standard, faults atomic.Uint64 }

// Counts returns the counts of the process.
func Counts() Count {
	return Count{Fast: counts.fast.Load(), Standard: counts.standard.Load(), Faults: counts.faults.Load()}
}
