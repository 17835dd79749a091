package ledger

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/paybridge/paybridge/translate"
)

// errNeverWritten undoes the trial of [Ledger.TakeBack].
var errNeverWritten = errors.New("never written")

// TakeBack undoes the step to sent of an order whose caller was not told in time
// that it is written down, gave up, and has sent nothing. o is the order as it was
// to be written, with the claim that its holder would have had: 1 after
// [Ledger.Begin]. It reports whether there was something to take back; the order
// is then begun, as if it had never been sent. What was never written, and will
// not be, is left so; what anybody has moved or claimed since is theirs.
//
// When TakeBack returns without an error, no commit that was given up can still
// come.
func (l *Ledger) TakeBack(ctx context.Context, o Order, at time.Time) (bool, error) {
	o = toStored(o)
	batch := newEventBatch(at)
	taken, err := write(ctx, l, func(t *tx) (bool, error) {
		// Writing it once more waits for a commit of it that is still under way.
		n, err := t.exec(insertOrder, values(o)...)
		if err != nil {
			return false, err
		}
		if n == 1 {
			return false, errNeverWritten
		}
		was, err := one(t, scanOrder, orderByKey+` {lock}`, o.OrderID, o.MerID)
		if isNotFound(err) {
			return false, nil // its numbers belong to another
		}
		ours := was.QueryID == o.QueryID && was.State == translate.Sent && was.SentAt.Equal(o.SentAt) && was.Claim == o.Claim
		if err != nil || !ours {
			return false, err
		}
		update := Update{State: translate.Begun, At: at, Next: o.ExpiresAt, Claim: o.Claim, Source: "ledger"}
		now, err := step(t, was, update, translate.Applied)
		if err != nil {
			return false, err
		}
		return true, batch.with(moved(was.State, now.State, update.Source)).add(t, o.Key)
	})
	if errors.Is(err, errNeverWritten) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("taking order back: %w", err)
	}
	return taken, nil
}
