package ledger

import (
	"encoding/base64"
	"errors"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Cursor is a place in a list, as [List.Next] tells it. A list that goes on
// after it neither repeats nor leaves out what was there when the list began,
// whatever is added meanwhile. The zero cursor is the top of a list.
type Cursor struct {
	at  millis
	key Key
}

// IsZero reports whether c is the top of a list, which nothing goes on after.
func (c Cursor) IsZero() bool { return c == Cursor{} }

// String returns c as letters, digits, - and _ that mean nothing to others; the
// zero cursor is "".
func (c Cursor) String() string {
	if c.IsZero() {
		return ""
	}
	parts := []string{strconv.FormatInt(int64(c.at), 10), c.key.OrderID, c.key.MerID}
	return base64.RawURLEncoding.EncodeToString([]byte(strings.Join(parts, "\x00")))
}

var errCursor = errors.New("not a cursor: take it from the answer that it goes on from")

// ParseCursor reads what [Cursor.String] returned, and nothing else.
func ParseCursor(text string) (Cursor, error) {
	const longest = 512 // characters
	if text == "" {
		return Cursor{}, nil
	}
	plain, err := base64.RawURLEncoding.DecodeString(text)
	parts := strings.Split(string(plain), "\x00")
	if err != nil || len(text) > longest || len(parts) != 3 || !utf8.Valid(plain) {
		return Cursor{}, errCursor
	}
	at, err := strconv.ParseInt(parts[0], 10, 64)
	c := Cursor{millis(at), Key{OrderID: parts[1], MerID: parts[2]}}
	if err != nil || c.String() != text {
		return Cursor{}, errCursor
	}
	return c, nil
}

// window is a part of a list, newest first: what was created between two times,
// and lies behind a cursor.
type window struct {
	from, upto millis // both included; where everybody is let in, a time that is none is too
	after      Cursor
	limit      int
}

// How much of a list is returned at once: when nobody says, and at most.
const (
	usualLimit = 100
	maxLimit   = 1000
)

// limitOf is how much a filter wants at once.
func limitOf(limit int) int {
	if limit <= 0 {
		return usualLimit
	}
	return min(limit, maxLimit)
}

// The bounds of a window that has none.
const (
	earliest = math.MinInt64
	latest   = math.MaxInt64
)

// windowOf returns the window of a filter. The cursor also ends it in time, so
// that the index is entered where the list goes on.
func windowOf(from, to time.Time, after Cursor, limit int) window {
	w := window{from: earliest, upto: latest, after: after, limit: limitOf(limit)}
	if !from.IsZero() {
		w.from = toMillis(from)
	}
	if !to.IsZero() {
		w.upto = toMillis(to) - 1
	}
	if !after.IsZero() {
		w.upto = min(w.upto, after.at)
	}
	return w
}
