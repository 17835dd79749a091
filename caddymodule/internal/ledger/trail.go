package ledger

import (
	"crypto/rand"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/paybridge/paybridge/translate"
)

// movedEvent is the kind of event that tells of a step an order took.
const movedEvent = "moved"

// maxTrail bounds the events that one statement writes.
const maxTrail = 16

// trail is events on their way into the ledger, in the order they happened. It is
// made outside of the transaction, so that a function that runs twice writes the
// same events.
type trail struct {
	id     string
	at     time.Time // of events that have no time of their own
	events []Event
}

func newTrail(at time.Time, events ...Event) trail {
	return trail{newEventID(), at, slices.Clone(events)}
}

// with returns r with e at its end.
func (r trail) with(e Event) trail {
	r.events = append(slices.Clip(r.events), e)
	return r
}

// moved tells of the step that news made an order take.
func moved(from, to translate.State, source string) Event {
	return Event{Kind: movedEvent, Source: source, Detail: fmt.Sprintf("%s → %s", from, to)}
}

// add writes the events, which are about the order k.
func (r trail) add(t *tx, k Key) error {
	n := 0
	for events := range slices.Chunk(r.events, maxTrail) {
		args := []any{cut(k.OrderID, maxNumber), cut(k.MerID, maxNumber)}
		for _, e := range events {
			args = append(args, toMillis(firstOf(e.At, r.at)), fmt.Sprintf("%s%03d", r.id, n),
				printable(e.Kind, maxNumber), printable(e.Source, maxNumber), printable(e.Detail, maxDetail))
			n++
		}
		if _, err := t.exec(insertEvents[len(events)], args...); err != nil {
			return err
		}
	}
	return nil
}

// insertEvents is, for each number of events, the statement that writes them.
var insertEvents = func() (texts [maxTrail + 1]string) {
	rows := make([]string, maxTrail)
	for i := range rows {
		places := []string{"$1", "$2"}
		for place := range 5 {
			places = append(places, "$"+strconv.Itoa(3+5*i+place))
		}
		rows[i] = `(` + strings.Join(places, ", ") + `)`
		texts[i+1] = `INSERT INTO events (order_id, mer_id, at, id, kind, source, detail)
			VALUES ` + strings.Join(rows[:i+1], ", ") + ` ON CONFLICT DO NOTHING`
	}
	return texts
}()

// eventCount numbers the trails of this process.
var eventCount atomic.Uint64

// newEventID returns a random text that sorts behind those returned before, so
// that what happened in one millisecond keeps its order.
func newEventID() string { return fmt.Sprintf("%012x%s", eventCount.Add(1), rand.Text()[:16]) }
