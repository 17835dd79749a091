package api

import (
	"sync"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
)

// outcomesAge is how long counted outcomes are shown: counting a day's orders is
// dear, and every console that is open asks for them again and again.
const outcomesAge = 10 * time.Second

// recentOutcomes are the last outcomes that were counted, of one ledger. The zero
// value is ready.
type recentOutcomes struct {
	mu     sync.Mutex // held while counting: who comes meanwhile shares the result
	ledger *ledger.Ledger
	at     time.Time
	list   []ledger.Outcome
}

// of returns the outcomes of the time that the overview shows.
func (r *recentOutcomes) of(v *visit) ([]ledger.Outcome, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ledger == v.Ledger && v.now.Sub(r.at).Abs() < outcomesAge {
		return r.list, nil
	}
	list, err := v.Ledger.Outcomes(v.ctx, v.now.Add(-overviewTime).Truncate(bucketTime), v.now, bucketTime)
	if err != nil {
		return nil, err
	}
	r.ledger, r.at, r.list = v.Ledger, v.now, list
	return list, nil
}
