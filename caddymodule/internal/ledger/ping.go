package ledger

import (
	"context"
	"crypto/rand"
	"sync/atomic"
	"time"
)

// keepPulse is how long the row of a process that has gone stays.
const keepPulse = 24 * time.Hour

// pulse is the row that a process writes to see whether it can commit. Each has one of
// its own: in one for all, a bridge that freezes in the middle would have the others wait,
// and all of them be taken for down.
type pulse struct {
	id      string
	cleared *atomic.Bool // the rows of others that have gone
}

func newPulse() pulse { return pulse{"ping " + rand.Text(), new(atomic.Bool)} }

const (
	keepPing    = `INSERT INTO pulse (id, at) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET at = excluded.at`
	forgetPings = `DELETE FROM pulse WHERE (id = 'ping' OR id LIKE 'ping %') AND at < $1`
)

// touched are statements that change nothing and wait for whatever a payment and
// its notification would have to wait for.
var touched = []string{
	`UPDATE orders SET tries = tries WHERE order_id = '' AND mer_id = ''`,
	`UPDATE notifications SET attempts = attempts WHERE order_id = '' AND mer_id = ''`,
	`UPDATE events SET detail = detail WHERE order_id = '' AND mer_id = '' AND at = 0 AND id = ''`,
}

// Ping commits something small and so says whether the ledger can commit right
// now, in the tables that payments are written to as well: one that somebody has
// locked makes it wait as they do.
func (l *Ledger) Ping(ctx context.Context) error {
	now := l.now()
	_, err := write(ctx, l, func(t *tx) (none, error) {
		for _, text := range touched {
			if _, err := t.exec(text); err != nil {
				return none{}, err
			}
		}
		_, err := t.exec(keepPing, l.pulse.id, toMillis(now))
		return none{}, err
	})
	if err == nil && l.pulse.cleared.CompareAndSwap(false, true) {
		_, err = write(ctx, l, func(t *tx) (int64, error) { return t.exec(forgetPings, toMillis(now.Add(-keepPulse))) })
	}
	return wrap(err, "trying a commit")
}
