// Package collector sets Go's garbage collector for a server: it collects when there
// is something worth collecting.
//
// Go's default collects whenever the heap has doubled. A bridge keeps some 20 MiB and
// makes 100 KiB of garbage a payment, so that it would go through all it keeps every
// 200 payments. Here the heap may grow by [Room] before that, however little is kept.
// Where more is kept than Room, the default is as it was, and so is what it costs in
// memory.
//
// An operator's GOGC is left alone. The memory limit is not touched at all: GOMEMLIMIT,
// or the one that Caddy derives from the container or the machine, holds above
// everything that is set here.
package collector

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync"
)

// Room is what the heap may grow by between two collections, in bytes.
const Room = 128 << 20

// usual is Go's own GOGC: so many percent of what is kept.
const usual = 100

// most is the largest GOGC that is set. It keeps a process that has just begun, and
// keeps next to nothing, from meaningless figures.
const most = 1600

var once sync.Once

// Tune sets the collector of this process, and again after each collection, as what is
// kept grows and shrinks. It does so once, and not at all where the operator has set
// GOGC.
func Tune() {
	once.Do(func() {
		if os.Getenv("GOGC") == "" {
			follow()
		}
	})
}

// follow adjusts the collector now and at the end of each collection. The runtime says
// that there was one by clearing away what nobody holds.
func follow() {
	adjust()
	type sentinel struct{ _ *byte } // with a pointer, or it would share its place with others
	runtime.AddCleanup(new(sentinel), func(struct{}) { follow() }, struct{}{})
}

// adjust stops the world for a moment where it changes anything, so that small
// differences are left as they are.
func adjust() {
	want, is := percentFor(read("/gc/heap/live:bytes")), gogc()
	if difference := want - is; difference*10 < -is || difference*10 > is {
		debug.SetGCPercent(want)
	}
}

// percentFor returns the GOGC with which a heap that keeps so many bytes may grow by Room.
func percentFor(live uint64) int {
	if live == 0 {
		return most // before the first collection
	}
	return int(min(max(Room*100/live, usual), most))
}

// gogc is what is set now.
func gogc() int { return int(read("/gc/gogc:percent")) } //nolint:gosec // "off" is -1

func read(metric string) uint64 {
	sample := []metrics.Sample{{Name: metric}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
