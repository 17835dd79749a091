package ledger

import "context"

// Trial is what an operator tries in a merchant's name.
type Trial string

// The trials. The texts stand in the list of what people did.
const (
	TryPay    Trial = "try pay"
	TryCancel Trial = "try cancel"
	TryNotify Trial = "try notify"
)

// NoteTrial records that somebody is about to try something: before it is done, so
// that nothing is tried without a record. After says what.
func (l *Ledger) NoteTrial(ctx context.Context, k Key, trial Trial, c Change) error {
	return wrap(l.note(ctx, k, string(trial), c), "recording a trial")
}
