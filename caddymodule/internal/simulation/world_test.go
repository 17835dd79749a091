//go:build simulation

package simulation

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// world is one run of a plan.
type world struct {
	plan   plan
	chance chance
	began  time.Time

	database  *database
	gateway   *gateway
	old       *oldSide // nil without an old gateway
	bridges   []*machine
	merchants []*merchantSide
	cover     *coverage
	secrets   *canaryCore

	actors sync.WaitGroup
	onDuty atomic.Int32 // what operators do, under way and to come

	mu      sync.Mutex
	story   []line
	faults  []violation
	ordered []*order
	visits  []*visit             // requests to pay, beside an old gateway
	routes  map[string][]version // on record, by merchant
	byID    map[string]*order    // by the merchant's number
	byNo    map[string]*order    // by the gateway's
}

// line is something that happened.
type line struct {
	at   time.Duration
	text string
}

// violation is an oracle that does not hold.
type violation struct{ oracle, text string }

func (v violation) String() string { return v.oracle + ": " + v.text }

// outcome is what a world came to.
type outcome struct {
	plan       plan
	violations []violation
	story      []line
	cover      *coverage
	payments   int
	lasted     time.Duration
}

// newYear is when worlds begin.
var newYear = time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)

// play runs a plan from its beginning until everything has ended.
func play(t *testing.T, p plan) (out outcome) {
	t.Helper()
	_, _, _ = keys(), registry(), gatewayCodecs() // outside of the bubble
	db := newDatabase(t, p)
	defer db.remove()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(newYear)) // nothing waits yet
		w := &world{
			plan: p, chance: chance(p.seed), began: time.Now(), database: db, cover: newCoverage(), secrets: &canaryCore{loud: *loudFlag},
			byID: map[string]*order{}, byNo: map[string]*order{}, routes: map[string][]version{},
		}
		db.enter(w)
		w.gateway = newGateway(w)
		for n := range merchantCount {
			w.merchants = append(w.merchants, newMerchantSide(w, n))
		}
		if p.beside {
			w.old = newOldSide(w)
		}
		for n := range p.bridges {
			w.bridges = append(w.bridges, newMachine(w, n))
		}
		w.live()
		out = w.end()
	})
	return out
}

// live lets everything happen.
func (w *world) live() {
	for _, m := range w.bridges {
		m.start()
	}
	for _, f := range w.plan.faults {
		if kindNamed(f.kind).at == onBridge {
			w.actor(func() { time.Sleep(f.from); w.bridges[f.bridge].strike(f) })
		}
	}
	for _, o := range w.plan.orders {
		order := w.add(o)
		w.actor(func() { time.Sleep(o.at); w.merchants[o.merchant].serve(order) })
	}
	for _, f := range w.plan.flips {
		w.actor(func() { time.Sleep(f.at); w.flip(f) })
	}
	for _, h := range w.plan.byHand {
		w.later(h.at, func() { w.operate(h) })
	}
	w.rest()
}

// rest waits until everything has ended, or has had all the time it may need.
func (w *world) rest() {
	time.Sleep(trouble)
	for w.since() < longest {
		time.Sleep(20 * time.Second)
		if w.onDuty.Load() == 0 && len(w.open()) == 0 {
			break
		}
	}
	w.actors.Wait()
}

// end stops the bridges and checks what must hold.
func (w *world) end() outcome {
	lasted := w.since()
	w.checkLiveness()
	for _, m := range w.bridges {
		m.stop()
	}
	if w.old != nil {
		must(w.old.gateway.Close())
	}
	for _, m := range w.merchants {
		m.receiver.Close()
	}
	w.checkAll()
	w.database.leave()
	slices.SortFunc(w.story, func(a, b line) int {
		if a.at != b.at {
			return int(a.at - b.at)
		}
		return strings.Compare(a.text, b.text)
	})
	return outcome{
		plan: w.plan, violations: w.faults, story: w.story, cover: w.cover, payments: len(w.plan.orders), lasted: lasted,
	}
}

// since is the time of the world.
func (w *world) since() time.Duration { return time.Since(w.began) }

// actor runs what somebody does.
func (w *world) actor(do func()) { w.actors.Go(do) }

// tell writes down what happened.
func (w *world) tell(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.story = append(w.story, line{w.since(), fmt.Sprintf(format, args...)})
}

// broken writes down an oracle that does not hold.
func (w *world) broken(oracle, format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.faults = append(w.faults, violation{oracle, fmt.Sprintf(format, args...)})
}

// digest is the story in a few characters.
func (o outcome) digest() string {
	h := sha256.New()
	for _, l := range o.story {
		fmt.Fprintln(h, int64(l.at), l.text)
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// tale is the story for people, of the orders whose number it names, or whole.
func (o outcome) tale(of string) string {
	var b strings.Builder
	for _, l := range o.story {
		if strings.Contains(l.text, of) {
			fmt.Fprintf(&b, "  %12s  %s\n", l.at.Round(100*time.Microsecond), l.text)
		}
	}
	return b.String()
}
