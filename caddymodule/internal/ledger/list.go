package ledger

import (
	"context"
	"math"
)

// List is a part of a list. What cannot be read is named instead of shown, and
// counts like the rest, so that nobody takes a short part for the end.
type List[T any] struct {
	Items      []T
	Unreadable []UnreadableError // rows of this part that cannot be read
	Next       Cursor            // where the list goes on; zero at its end
}

// noLimit lists everything.
const noLimit = math.MaxInt

// listed reads up to limit rows of a list. text asks for one more, so that the end
// is known, and begins with the columns of a spot.
func listed[T any](
	ctx context.Context, l *Ledger, scan func(row) (T, error), limit int, text string, args ...any,
) (List[T], error) {
	list, err := read(ctx, l, func(t *tx) (List[T], error) { return part(t, scan, limit, text, args...) })
	if err == nil {
		l.meet(ctx, list.Unreadable)
	}
	return list, err
}

func part[T any](t *tx, scan func(row) (T, error), limit int, text string, args ...any) (list List[T], err error) {
	rows, err := t.runner.query(t.ctx, text, storableArgs(args))
	if err != nil {
		return list, fromDriver(err)
	}
	defer rows.Close()
	var last spot
	for n := 0; rows.Next(); n++ {
		if n == limit {
			list.Next = last.cursor()
			break
		}
		item, err := scan(behind{rows, last.targets()})
		switch {
		case err == nil:
			list.Items = append(list.Items, item)
		case rows.Err() != nil || t.ctx.Err() != nil:
			return List[T]{}, fromDriver(err)
		default:
			list.Unreadable = append(list.Unreadable, last.unreadable(item, err))
		}
	}
	return list, fromDriver(rows.Err())
}

// spot is where a row stands in its list, newest first. These are the first columns
// of every list, so that they are read even where others cannot be.
type spot struct {
	at    any    // of any type: SQLite lets anything stand there
	id    string // the order's number, or what names the row besides its order
	merID string // "" where the row itself tells it
}

func (s *spot) targets() []any { return []any{&s.at, &s.id, &s.merID} }

// lastID is behind every name of a row.
const lastID = "\U0010ffff"

// cursor returns the place behind the spot. A time that is no whole number has its
// place among those that are, and text, which SQLite puts above all numbers, has it
// above all of them.
func (s *spot) cursor() Cursor {
	switch at := s.at.(type) {
	case int64:
		return Cursor{millis(at), Key{OrderID: s.id, MerID: s.merID}}
	case float64:
		return Cursor{millis(math.Floor(at)), Key{OrderID: lastID}}
	}
	return Cursor{math.MaxInt64, Key{OrderID: lastID}}
}

// unreadable names the row at the spot.
func (s *spot) unreadable(item any, err error) UnreadableError {
	u := unreadableOf(item, err)
	if s.merID != "" {
		u.Key = Key{OrderID: s.id, MerID: s.merID}
	} else {
		u.ID = s.id
	}
	return u
}

// behind is a row without its first columns, which are read to other targets.
type behind struct {
	row
	first []any
}

// Scan implements row.
func (b behind) Scan(targets ...any) error { return b.row.Scan(append(b.first, targets...)...) }
