package ledger

import "context"

// Note records what an operator did that changes nothing in the ledger itself: what,
// for a whole merchant. Before and After are the caller's.
func (l *Ledger) Note(ctx context.Context, merID, what string, c Change) error {
	made, err := l.change(Key{MerID: merID}, what, c)
	if err == nil {
		_, err = write(ctx, l, func(t *tx) (none, error) {
			if done, err := isMade(t, made); done || err != nil {
				return none{}, err
			}
			return none{}, addChange(t, made)
		})
	}
	return wrap(err, "recording change")
}
