package ledger

import "context"

// Note records what an operator did that changes nothing in the ledger itself: what,
// for a whole merchant. Before and After are the caller's.
func (l *Ledger) Note(ctx context.Context, merID, what string, c Change) error {
	return wrap(l.note(ctx, Key{MerID: merID}, what, c), "recording change")
}

func (l *Ledger) note(ctx context.Context, k Key, what string, c Change) error {
	made, err := l.change(k, what, c)
	if err != nil {
		return err
	}
	_, err = write(ctx, l, func(t *tx) (none, error) {
		if noted, err := isMade(t, made); noted || err != nil {
			return none{}, err
		}
		return none{}, addChange(t, made)
	})
	return err
}
