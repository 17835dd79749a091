package bridge

import (
	"sync"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
)

const (
	// stepsAtOnce is how many steps of orders are taken side by side.
	stepsAtOnce = 128
	// stepsPerMerchant is how many of them may be of one merchant.
	stepsPerMerchant = stepsAtOnce / 8
	// slowSteps is how many of them may be of merchants whose last step was slow,
	// together. The others are always left to those that the gateway answers.
	slowSteps = stepsAtOnce * 3 / 4
	// slowStep is the time of a step that makes its merchant slow: a query that
	// hangs holds its slot until the gateway's time is over.
	slowStep = 2 * time.Second
	// maxSlowMerchants bounds the merchants remembered for that.
	maxSlowMerchants = 10_000
)

// stepSlots shares the steps that are taken side by side among merchants. Its
// methods may be called from many goroutines.
type stepSlots struct {
	mu        sync.Mutex
	all, slow int
	merchants map[string]int      // steps being taken
	slowOnes  map[string]struct{} // merchants whose last step was slow
}

func newStepSlots() *stepSlots {
	return &stepSlots{merchants: map[string]int{}, slowOnes: map[string]struct{}{}}
}

// stepSlot is the right to take one step for a merchant.
type stepSlot struct {
	merID string
	slow  bool // the merchant was slow when the slot was taken
}

// offer returns the room for further steps. It counts what it has granted before,
// and is good for one claim of the ledger.
func (s *stepSlots) offer() ledger.Room {
	s.mu.Lock()
	defer s.mu.Unlock()
	slowGranted := 0
	return ledger.Room{
		Limit: stepsAtOnce - s.all,
		Merchant: func(merID string) (inHand, free int) {
			s.mu.Lock()
			defer s.mu.Unlock()
			inHand = s.merchants[merID]
			return inHand, stepsPerMerchant - inHand
		},
		Grant: func(merID, _ string, want int) int {
			s.mu.Lock()
			defer s.mu.Unlock()
			if _, slow := s.slowOnes[merID]; slow {
				want = max(0, min(want, slowSteps-s.slow-slowGranted))
				slowGranted += want
			}
			return want
		},
	}
}

// take takes a slot of what was granted.
func (s *stepSlots) take(merID string) stepSlot {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, slow := s.slowOnes[merID]
	slot := stepSlot{merID, slow}
	s.count(slot, 1)
	return slot
}

// giveBack ends the use of a slot, after the step took so long.
func (s *stepSlots) giveBack(slot stepSlot, took time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count(slot, -1)
	if took < slowStep {
		delete(s.slowOnes, slot.merID)
		return
	}
	if len(s.slowOnes) >= maxSlowMerchants {
		clear(s.slowOnes)
	}
	s.slowOnes[slot.merID] = struct{}{}
}

func (s *stepSlots) count(slot stepSlot, n int) {
	s.all += n
	if slot.slow {
		s.slow += n
	}
	if s.merchants[slot.merID] += n; s.merchants[slot.merID] == 0 {
		delete(s.merchants, slot.merID)
	}
}
