package refusals

import (
	"errors"
	"time"

	v1 "github.com/paybridge/paybridge/translate/v1"
)

// Bounds of what is kept: so many merchants at a time, so many forms of one, none
// longer than maxText, for so long.
const (
	maxKeeping = 8
	MaxKept    = 20        // forms of one merchant
	MaxKeeping = time.Hour // the longest that forms are kept
)

// ErrTooManyKept refuses to keep the forms of one more merchant.
var ErrTooManyKept = errors.New("forms of too many merchants are kept")

// Kept is a refused request that is kept for explain. It holds what a payer and a
// merchant have sent, so it stays in memory and goes when its time is over.
type Kept struct {
	At       time.Time
	Code     v1.Code
	RemoteIP string
	Text     []byte // a whole HTTP request, as explain reads it
}

// keeping is a merchant whose refused forms are kept.
type keeping struct {
	until time.Time
	forms []Kept
	timer *time.Timer
}

// Keep keeps the next refused forms of a merchant for a time, with those that are
// kept already. Afterwards they are gone; so they are after [Recorder.Forget],
// [Recorder.ForgetAll] and [Recorder.Stop].
func (r *Recorder) Keep(merID string, lasting time.Duration) (until time.Time, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	k := r.kept[merID]
	switch {
	case k != nil:
		k.timer.Stop()
	case len(r.kept) == maxKeeping:
		return time.Time{}, ErrTooManyKept
	default:
		k = new(keeping)
		r.kept[merID] = k
	}
	k.until = time.Now().Add(lasting)
	k.timer = time.AfterFunc(lasting, func() { r.expire(merID, k) })
	return k.until, nil
}

// expire forgets what was kept, unless its time has been made longer meanwhile.
func (r *Recorder) expire(merID string, k *keeping) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.kept[merID] == k && !time.Now().Before(k.until) {
		delete(r.kept, merID)
	}
}

// keep keeps a form if it is of a merchant whose forms are kept. The first ones stay:
// a flood in the merchant's name must not push them out.
func (r *Recorder) keep(q Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	k := r.kept[q.MerID]
	if k == nil || len(k.forms) == MaxKept || q.Form.size() > maxText || !time.Now().Before(k.until) {
		return
	}
	k.forms = append(k.forms, Kept{At: time.Now(), Code: q.Code, RemoteIP: q.RemoteIP, Text: q.Form.text()})
}

// Kept lists the forms of a merchant that are kept, in the order in which they came.
// ok is false when none are being kept.
func (r *Recorder) Kept(merID string) (forms []Kept, until time.Time, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	k := r.kept[merID]
	if k == nil {
		return nil, time.Time{}, false
	}
	return append(forms, k.forms...), k.until, true
}

// Forget ends the keeping of a merchant's forms. It reports how many are gone, and
// whether there was a keeping.
func (r *Recorder) Forget(merID string) (forms int, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	k := r.kept[merID]
	if k == nil {
		return 0, false
	}
	k.timer.Stop()
	delete(r.kept, merID)
	return len(k.forms), true
}

// ForgetAll ends all keeping.
func (r *Recorder) ForgetAll() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.forgetAll()
}

func (r *Recorder) forgetAll() {
	for _, k := range r.kept {
		k.timer.Stop()
	}
	clear(r.kept)
}
