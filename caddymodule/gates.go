package caddymodule

import (
	"runtime"
	"time"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/admission"
	"github.com/paybridge/paybridge/caddymodule/internal/bodies"
	"github.com/paybridge/paybridge/caddymodule/internal/inbound"
)

// maxWaiting bounds what waits to be judged. A thousand notices at once are an
// evening's sale; ten thousand are somebody's joke.
const maxWaiting = 10_000

// gates bound the cost of bad messages. They are an engine's, and outlive
// configurations: after a reload in the middle of a flood the senders of good messages
// are known as before.
type gates struct {
	notices *admission.Gate // before notices are opened
	returns *admission.Gate // before WeChat is asked who a payer is
}

// newGates makes gates. Opening a notice keeps a processor busy: bad ones get half of
// them. Asking WeChat keeps one waiting, and the official account's quota is bounded:
// payers get many calls at once, those behind addresses from which made-up codes come
// get few.
func newGates() gates {
	processors := runtime.GOMAXPROCS(0)
	return gates{
		notices: admission.New(admission.Limits{Clean: 2 * processors, Bad: max(1, processors/2), Waiting: maxWaiting}, time.Now),
		returns: admission.New(admission.Limits{Clean: 64, Bad: 4, Waiting: maxWaiting}, time.Now),
	}
}

// bodyRoom is what the bodies of all requests may hold together beside the 4 KiB
// that each has for itself: 64 of the largest at once. Merchants send one or two
// KiB, so that only those who rest, or send rubbish, ever compete for it.
const bodyRoom = 32 << 20

// receiver has the room for the bodies of requests. It is the process's, as its
// memory is, and outlives configurations.
var receiver = inbound.Receiver{Bodies: bodies.New(
	bodies.Limits{Room: bodyRoom, AtOnce: 2 * runtime.GOMAXPROCS(0)}, time.Now, bodyTurnedAway)}

// bodyTurnedAway counts a body that gave way to others, and tells of it once in a
// while: there may be thousands.
func bodyTurnedAway(source string) {
	observed.BodyTurnedAway()
	if app, ok := serving.Get(); ok {
		app.rareLog.Warn("large requests are turned away", zap.String("remote_ip", source), zap.Int("room_bytes", bodyRoom))
	}
}
