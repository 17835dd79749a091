package sandbox

import (
	"slices"
	"sync"
	"time"
)

// keptExchanges is how many exchanges the journal keeps.
const keptExchanges = 64

// Exchange is one request that was opened, and what it was answered.
type Exchange struct {
	Time       time.Time `json:"time"`
	MerchantID string    `json:"merchantId"`
	TranCode   string    `json:"tranCode"`
	OrderID    string    `json:"orderId"`
	// Behaviour is what the gateway did; Unprocessed that it did not enter the
	// request in its book.
	Behaviour   Behaviour `json:"behaviour"`
	Unprocessed bool      `json:"unprocessed,omitempty"`
	// Plaintext is the request as opened. Answer is the plaintext that was
	// sealed, or would have been if the behaviour had let it out.
	Plaintext string `json:"plaintext"`
	Answer    string `json:"answer"`
}

// journal remembers the last exchanges, and all violations and notices.
type journal struct {
	mu         sync.Mutex
	exchanges  []Exchange
	violations []Violation
	notices    []NoticeResult
}

func (j *journal) exchange(e Exchange) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.exchanges) == keptExchanges {
		j.exchanges = slices.Delete(j.exchanges, 0, 1)
	}
	j.exchanges = append(j.exchanges, e)
}

func (j *journal) violate(v ...Violation) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.violations = append(j.violations, v...)
}

func (j *journal) notice(r NoticeResult) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.notices = append(j.notices, r)
}

// snapshot returns copies of what is kept, oldest first.
func (j *journal) snapshot() ([]Exchange, []Violation, []NoticeResult) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clone(j.exchanges), slices.Clone(j.violations), slices.Clone(j.notices)
}

func (j *journal) reset() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.exchanges, j.violations, j.notices = nil, nil, nil
}
