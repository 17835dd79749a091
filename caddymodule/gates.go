package caddymodule

import (
	"runtime"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/admission"
)

// maxWaiting bounds what waits to be judged. A thousand notices at once are an
// evening's sale; ten thousand are somebody's joke.
const maxWaiting = 10_000

// newGates makes what bounds the cost of bad messages. Opening a notice keeps a
// processor busy: bad ones get half of them. Asking WeChat keeps one waiting, and
// the official account's quota is bounded: payers get many calls at once, those
// behind addresses from which made-up codes come get few.
func newGates() (notices, returns *admission.Gate) {
	processors := runtime.GOMAXPROCS(0)
	notices = admission.New(admission.Limits{Clean: 2 * processors, Bad: max(1, processors/2), Waiting: maxWaiting}, time.Now)
	returns = admission.New(admission.Limits{Clean: 64, Bad: 4, Waiting: maxWaiting}, time.Now)
	return notices, returns
}
