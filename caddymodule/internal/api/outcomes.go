package api

import (
	"sync"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
)

// outcomesAge is how long counted outcomes are shown: counting a day's orders is
// dear, those of a week more so, and every console that is open asks for them again
// and again.
func (g grain) outcomesAge() time.Duration { return max(10*time.Second, g.bucket/60) }

// recentOutcomes are the last outcomes that were counted, of one ledger, by span. The
// zero value is ready.
type recentOutcomes struct {
	mu     sync.Mutex // held while counting: who comes meanwhile shares the result
	ledger *ledger.Ledger
	spans  map[Span]countedOutcomes
}

// countedOutcomes are the outcomes of a span as they were at a time.
type countedOutcomes struct {
	at   time.Time
	list []ledger.Outcome
}

// of returns the outcomes of a span.
func (r *recentOutcomes) of(v *visit, span Span) ([]ledger.Outcome, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ledger != v.Ledger {
		r.ledger, r.spans = v.Ledger, map[Span]countedOutcomes{}
	}
	g, last := grains[span], r.spans[span]
	if v.now.Sub(last.at).Abs() < g.outcomesAge() {
		return last.list, nil
	}
	list, err := v.Ledger.Outcomes(v.ctx, v.now.Add(-g.time).Truncate(g.bucket), v.now, g.bucket)
	if err != nil {
		return nil, err
	}
	r.spans[span] = countedOutcomes{v.now, list}
	return list, nil
}
