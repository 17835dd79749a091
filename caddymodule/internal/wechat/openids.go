package wechat

import (
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
)

const (
	// keptFor is how long an openid that was found is kept for a browser that
	// comes back once more.
	keptFor = 5 * time.Minute
	// maxKept bounds how many are kept; the oldest go first.
	maxKept = 10_000
)

// OpenIDs keeps, in memory, the openids that were found for states: WeChat opens
// the address that payers come back to twice at times, and payers press Back. The
// ID of a state is its key, so only a browser whose state [OpenState] has taken
// gets one. It is safe for concurrent use.
type OpenIDs struct {
	now   func() time.Time
	calls singleflight.Group
	mu    sync.Mutex
	found map[string]foundOpenID
	order []string // keys of found, the oldest first
}

type foundOpenID struct {
	openID string
	at     time.Time
}

// NewOpenIDs returns one that has none yet.
func NewOpenIDs(now func() time.Time) *OpenIDs {
	return &OpenIDs{now: now, found: make(map[string]foundOpenID)}
}

// Find returns the openid that was found for a state.
func (o *OpenIDs) Find(stateID string) (openID string, ok bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.drop()
	f, ok := o.found[stateID]
	return f.openID, ok
}

// FindOr returns the openid that was found for a state, or else calls exchange
// and keeps what it finds. Those who come for the same state meanwhile wait for
// that call, and get its openid or its error; an error is not kept. Exchange runs
// in the goroutine of the first of them, which must not stop it by going away.
func (o *OpenIDs) FindOr(stateID string, exchange func() (string, error)) (openID string, err error) {
	found, err, _ := o.calls.Do(stateID, func() (any, error) {
		if openID, ok := o.Find(stateID); ok {
			return openID, nil
		}
		openID, err := exchange()
		if err == nil {
			o.keep(stateID, openID)
		}
		return openID, err
	})
	openID, _ = found.(string)
	return openID, err
}

func (o *OpenIDs) keep(stateID, openID string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.found[stateID] = foundOpenID{openID, o.now()}
	o.order = append(o.order, stateID)
	o.drop()
}

// drop lets go of openids that are too old, and of the oldest of too many.
func (o *OpenIDs) drop() {
	now := o.now()
	for len(o.order) > 0 && (len(o.order) > maxKept || now.Sub(o.found[o.order[0]].at) >= keptFor) {
		delete(o.found, o.order[0])
		o.order = o.order[1:]
	}
}
