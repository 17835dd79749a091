package guard

import (
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/rollback"
)

// slots is in how many parts a window moves on: what is counted is that of the last
// window to within a twentieth.
const slots = 20

// window counts what has happened lately.
type window struct {
	slot   int64 // the newest, counted from the start of the clock
	counts [slots]rollback.Tally
}

// add counts one payment.
func (w *window) add(now, length time.Duration, refused bool) {
	w.move(now, length)
	count := &w.counts[w.slot%slots]
	count.Payments++
	if refused {
		count.Refused++
	}
}

// sum is what was counted within the window.
func (w *window) sum(now, length time.Duration) (all rollback.Tally) {
	w.move(now, length)
	for _, count := range w.counts {
		all.Add(count)
	}
	return all
}

// move forgets what the window has left behind.
func (w *window) move(now, length time.Duration) {
	slot := int64(now / max(length/slots, 1))
	for ; w.slot < slot; w.slot++ {
		if slot-w.slot > slots {
			w.slot = slot - slots
		}
		w.counts[(w.slot+1)%slots] = rollback.Tally{}
	}
}
