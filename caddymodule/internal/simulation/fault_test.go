//go:build simulation

package simulation

import (
	"fmt"
	"slices"
	"time"
)

// point is where a fault strikes.
type point string

// The points.
const (
	onCall     point = "call"     // a message to the gateway
	onRefund   point = "refund"   // a refund that the gateway has taken
	onNotice   point = "notice"   // a notice of the gateway
	onRequest  point = "request"  // a merchant's request
	onReceiver point = "receiver" // a call of a merchant's server
	onWrite    point = "write"    // a transaction that writes
	onRead     point = "read"     // one that reads
	onCommit   point = "commit"   // a commit of the model of PostgreSQL
	onOld      point = "old"      // a request that is passed on to the old gateway
	onShadow   point = "shadow"   // a comparison of the shadow
	onBridge   point = "bridge"   // a bridge, at an instant
)

// kind is something that goes wrong.
type kind struct {
	name   string
	at     point
	shared bool // only with the model of PostgreSQL
	beside bool // only with an old gateway
}

// kinds is the table of all that goes wrong.
var kinds = []kind{
	{name: "gateway cannot be reached", at: onCall},
	{name: "call lost", at: onCall},
	{name: "answer lost", at: onCall},
	{name: "gateway hangs", at: onCall},
	{name: "gateway slow", at: onCall},
	{name: "answer is html", at: onCall},
	{name: "half an answer", at: onCall},
	{name: "answer forged", at: onCall},
	{name: "answer of another", at: onCall},
	{name: "answer with other amount", at: onCall},
	{name: "gateway says processing", at: onCall},
	{name: "gateway says system error", at: onCall},
	{name: "gateway says repeated", at: onCall},
	{name: "gateway refuses", at: onCall},
	{name: "gateway forgets", at: onCall},
	{name: "gateway client panics", at: onCall},

	{name: "notice lost", at: onNotice},
	{name: "notice late", at: onNotice},
	{name: "notice doubled", at: onNotice},
	{name: "notice contradicts", at: onNotice},
	{name: "notice with other amount", at: onNotice},
	{name: "notice forged", at: onNotice},
	{name: "notice proves nothing", at: onNotice},
	{name: "notice acknowledgement lost", at: onNotice},

	{name: "request lost", at: onRequest},
	{name: "reply lost", at: onRequest},
	{name: "request slow", at: onRequest},

	{name: "receiver down", at: onReceiver},
	{name: "receiver hangs", at: onReceiver},
	{name: "receiver fails", at: onReceiver},
	{name: "receiver resets after", at: onReceiver},

	{name: "write slow", at: onWrite},
	{name: "write refused", at: onWrite},
	{name: "write outcome unknown", at: onWrite},
	{name: "read slow", at: onRead},
	{name: "read refused", at: onRead},
	{name: "conflict", at: onCommit, shared: true},
	{name: "deadlock", at: onCommit, shared: true},
	{name: "connection lost before commit", at: onCommit, shared: true},
	{name: "connection lost after commit", at: onCommit, shared: true},
	{name: "server shuts down", at: onCommit, shared: true},

	{name: "kill", at: onBridge},
	{name: "restart", at: onBridge},
	{name: "reload", at: onBridge},
	{name: "freeze", at: onBridge},
	{name: "clock set ahead", at: onBridge},
	{name: "clock set back", at: onBridge},

	{name: "old gateway cannot be reached", at: onOld, beside: true},
	{name: "old answer lost", at: onOld, beside: true},
	{name: "comparison panics", at: onShadow, beside: true},
	{name: "comparison hangs", at: onShadow, beside: true},

	{name: "refund fails", at: onRefund}, // the last, so that what is drawn for the others stays as it was
}

// kindNamed finds a kind.
func kindNamed(name string) kind {
	return kinds[slices.IndexFunc(kinds, func(k kind) bool { return k.name == name })]
}

// fault is one thing that goes wrong in a world, from a time to another.
type fault struct {
	kind     string
	from, to time.Duration
	share    float64 // of what passes its point; what strikes at an instant strikes once
	bridge   int     // that it strikes, where it strikes one
	number   int     // stays the same when others are taken out
}

func (f fault) String() string {
	return fmt.Sprintf("%s from %s to %s, share %.2f, bridge %d",
		f.kind, f.from.Round(time.Millisecond), f.to.Round(time.Millisecond), f.share, f.bridge)
}

// struck returns what goes wrong now at a point with what words name, "" for nothing.
func (w *world) struck(at point, words ...any) string {
	now := w.since()
	for _, f := range w.plan.faults {
		if now < f.from || now >= f.to || kindNamed(f.kind).at != at {
			continue
		}
		if w.chance.of(append([]any{"fault", f.number, f.kind}, words...)...).once(f.share) {
			w.cover.fault(f.kind)
			return f.kind
		}
	}
	return ""
}

// calm reports whether none of the points was in trouble between two times of the world.
func (w *world) calm(from, to time.Duration, points ...point) bool {
	for _, f := range w.plan.faults {
		if slices.Contains(points, kindNamed(f.kind).at) && f.from <= to && from <= f.to {
			return false
		}
	}
	return true
}
