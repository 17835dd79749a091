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

// leadsTo stands in its detail between the two states.
const leadsTo = " → "

// maxEventBatch bounds the events that one statement writes.
const maxEventBatch = 16

// eventBatch is events on their way into the ledger, in the order they happened. It is
// made outside of the transaction, so that a function that runs twice writes the
// same events.
type eventBatch struct {
	id     string
	at     time.Time // of events that have no time of their own
	events []Event
}

func newEventBatch(at time.Time, events ...Event) eventBatch {
	return eventBatch{newEventID(), at, slices.Clone(events)}
}

// with returns b with e at its end.
func (b eventBatch) with(e Event) eventBatch {
	b.events = append(slices.Clip(b.events), e)
	return b
}

// moved tells of the step that an update made an order take.
func moved(from, to translate.State, source string) Event {
	return Event{Kind: movedEvent, Source: source, Detail: string(from) + leadsTo + string(to)}
}

// LedTo returns the state that a step led to, "" when the event tells of none.
func (e Event) LedTo() translate.State {
	if e.Kind != movedEvent {
		return ""
	}
	_, to, _ := strings.Cut(e.Detail, leadsTo)
	return translate.State(to)
}

// Denies reports whether an event tells that a message has contradicted an order in a final
// state with another.
func (e Event) Denies(is, told translate.State) bool {
	return e.Kind == translate.Contradicted.String() && e.Detail == denied(told, is)
}

// LedFrom returns the state that a step led away from, "" when the event tells of none.
func (e Event) LedFrom() translate.State {
	from, _, leads := strings.Cut(e.Detail, leadsTo)
	if e.Kind != movedEvent || !leads {
		return ""
	}
	return translate.State(from)
}

// add writes the events, which are about the order k.
func (b eventBatch) add(t *tx, k Key) error {
	orderID, merID := cut(k.OrderID, maxNumber), cut(k.MerID, maxNumber)
	fresh, err := b.fresh(t, orderID, merID)
	if err != nil {
		return err
	}
	n := 0
	for events := range slices.Chunk(fresh, maxEventBatch) {
		args := []any{orderID, merID}
		for _, e := range events {
			args = append(args, toMillis(firstOf(e.At, b.at)), fmt.Sprintf("%s%03d", b.id, n),
				printable(e.Kind, maxNumber), printable(e.Source, maxNumber), printable(e.Detail, maxDetail))
			n++
		}
		if _, err := t.exec(insertEvents[len(events)], args...); err != nil {
			return err
		}
	}
	return nil
}

// countEvent finds an event that is alike. Of those that repeat there is one.
const countEvent = `UPDATE events SET times = times + 1, last_at = $6
	WHERE order_id = $1 AND mer_id = $2 AND kind = $3 AND source = $4 AND detail = $5`

// fresh counts the events that are there already and returns the others.
func (b eventBatch) fresh(t *tx, orderID, merID string) ([]Event, error) {
	var events []Event
	for _, e := range b.events {
		counted := int64(0)
		if e.Repeats {
			var err error
			counted, err = t.exec(countEvent, orderID, merID, printable(e.Kind, maxNumber), printable(e.Source, maxNumber),
				printable(e.Detail, maxDetail), toMillis(firstOf(e.At, b.at)))
			if err != nil {
				return nil, err
			}
		}
		if counted == 0 {
			events = append(events, e)
		}
	}
	return events, nil
}

// insertEvents is, for each number of events, the statement that writes them.
var insertEvents = func() (texts [maxEventBatch + 1]string) {
	rows := make([]string, maxEventBatch)
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

// eventCount numbers the batches of this process.
var eventCount atomic.Uint64

// newEventID returns a random text that sorts behind those returned before, so
// that what happened in one millisecond keeps its order.
func newEventID() string { return fmt.Sprintf("%012x%s", eventCount.Add(1), rand.Text()[:16]) }
