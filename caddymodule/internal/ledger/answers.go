package ledger

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/route"
)

// Answers is how new payments of a merchant were answered on one side on a day.
type Answers struct {
	MerID string
	Day   string // in Beijing: 2026-11-22
	Side  route.Side

	Payments int
	Refused  int // of these
}

func (a Answers) key() Key { return Key{MerID: a.MerID} }

// answerDays is how long answers are kept.
const answerDays = 30

const (
	addAnswers = `INSERT INTO answers (mer_id, day, side, payments, refused, batch) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (mer_id, day, side) DO UPDATE SET
			payments = answers.payments + CASE WHEN answers.batch = excluded.batch THEN 0 ELSE excluded.payments END,
			refused = answers.refused + CASE WHEN answers.batch = excluded.batch THEN 0 ELSE excluded.refused END,
			batch = excluded.batch`

	pruneAnswers = `DELETE FROM answers WHERE (mer_id, day, side) IN (
		SELECT mer_id, day, side FROM answers WHERE day < $1 ORDER BY day LIMIT $2 {skip locked})`

	answersOfMerchant = `SELECT 0, day, mer_id, mer_id, day, side, payments, refused FROM answers
		WHERE mer_id = $1 AND day >= $2 ORDER BY mer_id, day, side`
)

// countsAtOnce is how many rows of counts one transaction writes: on SQLite payments wait
// behind it, on PostgreSQL it has to end in time, and there may be thousands.
const countsAtOnce = 20

// AddAnswers adds what was counted since the last time, and forgets what is older than
// 30 days, some at a time. It is for a list in which nothing comes twice. It returns how
// many, from the first, are written. name is the list's own: with the rest of it under the
// same name nothing is added twice that was written, and whose writer has not heard so,
// unless another bridge has added to the same since.
func (l *Ledger) AddAnswers(ctx context.Context, name string, counted []Answers) (written int, err error) {
	for some := range slices.Chunk(counted, countsAtOnce) {
		batch := newAnswersBatch(name, some)
		if _, err := write(ctx, l, func(t *tx) (none, error) { return none{}, batch.add(t) }); err != nil {
			return written, wrap(err, "counting answers")
		}
		written += len(some)
	}
	oldest := l.now().AddDate(0, 0, -answerDays).UTC().Format(time.DateOnly)
	_, err = write(ctx, l, func(t *tx) (int64, error) { return t.exec(pruneAnswers, oldest, prunedAtOnce) })
	return written, wrap(err, "forgetting old answers")
}

// answersBatch is counts on their way into the ledger.
type answersBatch struct {
	id   string
	list []Answers
}

func newAnswersBatch(name string, counted []Answers) answersBatch {
	list := slices.Clone(counted)
	slices.SortFunc(list, func(a, b Answers) int { // rows are locked in one order
		return cmp.Or(cmp.Compare(a.MerID, b.MerID), cmp.Compare(a.Day, b.Day), cmp.Compare(a.Side, b.Side))
	})
	return answersBatch{name, list}
}

func (b answersBatch) add(t *tx) error {
	for _, a := range b.list {
		if _, err := t.exec(addAnswers, a.MerID, a.Day, string(a.Side), a.Payments, a.Refused, b.id); err != nil {
			return err
		}
	}
	return nil
}

// AnswersOf returns how the payments of a merchant were answered since a day, the
// oldest first. What cannot be read is named.
func (l *Ledger) AnswersOf(ctx context.Context, merID, since string) (List[Answers], error) {
	list, err := listed(ctx, l, scanAnswers, noLimit, answersOfMerchant, merID, since)
	return list, wrap(err, "reading how payments were answered")
}

func scanAnswers(from row) (Answers, error) {
	var a Answers
	err := from.Scan(&a.MerID, &a.Day, &a.Side, &a.Payments, &a.Refused)
	return a, err
}
