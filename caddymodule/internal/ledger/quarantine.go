package ledger

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"time"
)

// Quarantined is a message that the gateway has signed and that was not believed:
// it contradicts the ledger or itself, or was not understood. Its members are
// what the message says, as it says it; where the ledger does not know the order,
// they may be the only trace of the money.
type Quarantined struct {
	ID string // follows from what the message says; set by the ledger
	Key

	GatewayMerchant string
	OrderNo         string // v2 number that the message names
	RefundNo        string
	GatewayNo       string // the gateway's own number of the payment or refund
	FlowNo          string
	Source          string // "notice", "answer", "query", "close" or "refund"
	TranCode        string
	RespCode        string
	State           string
	Amount          string // yuan as received
	Cause           string // why it was not believed
	Digest          string // of what it says; tells apart those that name nothing, and is not kept

	CreatedAt time.Time // when it first came
	LastAt    time.Time // when it last came
	Times     int       // how often it came

	DealtAt  time.Time // when somebody said that it is dealt with; zero for not yet
	DealtWho string
	DealtWhy string
}

// name returns an ID that is the same for messages that say the same. Flow numbers
// and the gateway's number are left out: a message that is sent once more has new
// ones. Only where the gateway's number is all that a message names its payment by,
// it tells one from another, and where that is missing too, all that the message says.
func (q Quarantined) name() string {
	parts := []string{
		q.OrderID, q.MerID, q.GatewayMerchant, q.OrderNo, q.RefundNo, q.Source, q.TranCode, q.RespCode, q.State, q.Amount, q.Cause,
	}
	switch {
	case q.namesNothing():
		parts = append(parts, "", q.Digest)
	case q.OrderID == "" && q.OrderNo == "" && q.RefundNo == "":
		parts = append(parts, q.GatewayNo)
	}
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	const length = 8 // bytes: short enough to be typed
	return hex.EncodeToString(sum[:length])
}

// namesNothing reports whether nobody can tell which payment a message is about.
func (q Quarantined) namesNothing() bool {
	return q.OrderID == "" && q.OrderNo == "" && q.RefundNo == "" && q.GatewayNo == ""
}

// texts are the members of a quarantined message in the order of their columns.
func (q *Quarantined) texts() []*string {
	return []*string{
		&q.OrderID, &q.MerID, &q.GatewayMerchant, &q.OrderNo, &q.RefundNo, &q.GatewayNo, &q.FlowNo,
		&q.Source, &q.TranCode, &q.RespCode, &q.State, &q.Amount, &q.Cause,
	}
}

const (
	quarantineColumns = `id, order_id, mer_id, gateway_merchant, order_no, refund_no, gateway_no, flow_no,
		source, tran_code, resp_code, state, amount, cause`

	insertQuarantined = `INSERT INTO quarantine (` + quarantineColumns + `,
			created_at, last_at, times, dealt_at, dealt_who, dealt_why)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $15, 1, 0, '', '')
		ON CONFLICT (id) DO UPDATE SET times = quarantine.times + 1, last_at = excluded.last_at,
			flow_no = excluded.flow_no, gateway_no = excluded.gateway_no`

	reopenQuarantined = `UPDATE quarantine SET dealt_at = 0, dealt_who = '', dealt_why = '' WHERE id = $1`

	quarantineTimes = `, created_at, last_at, times, dealt_at, dealt_who, dealt_why FROM quarantine `

	selectQuarantined = `SELECT ` + quarantineColumns + quarantineTimes
)

// Quarantine keeps a message aside, at a time, zero for now. One that says the same
// as an earlier one is counted. Where it names nothing, it may be about another payment than
// the earlier one, and is open again if that was dealt with. Where the order is known, its
// timeline tells it too.
func (l *Ledger) Quarantine(ctx context.Context, q Quarantined, at time.Time) error {
	at = firstOf(at, l.now())
	for _, text := range q.texts() {
		*text = printable(*text, maxDetail)
	}
	q.ID = q.name()
	args := []any{q.ID}
	for _, text := range q.texts() {
		args = append(args, *text)
	}
	batch := newEventBatch(at, Event{Kind: quarantinedEvent, Source: q.Source, Detail: q.Cause + " (" + q.ID + ")", Repeats: true})
	_, err := write(ctx, l, func(t *tx) (none, error) {
		if _, err := t.exec(insertQuarantined, append(args, toMillis(at))...); err != nil {
			return none{}, err
		}
		switch {
		case q.namesNothing():
			_, err := t.exec(reopenQuarantined, q.ID)
			return none{}, err
		case q.OrderID == "":
			return none{}, nil
		}
		return none{}, batch.add(t, q.Key)
	})
	return wrap(err, "keeping message aside")
}

// quarantinedEvent is the kind of event by which an order's timeline tells of it.
const quarantinedEvent = "quarantined"

// QuarantineFilter says which quarantined messages to list.
type QuarantineFilter struct {
	Dealt bool   // also what somebody has dealt with
	Key          // only those about this order
	After Cursor // only what comes behind this one
	Limit int    // at most 1000; 0 is 100
}

// QuarantinedMessages lists what is in quarantine, the newest first. For the next
// page, give [List.Next] as QuarantineFilter.After.
func (l *Ledger) QuarantinedMessages(ctx context.Context, f QuarantineFilter) (List[Quarantined], error) {
	text, args := f.query()
	list, err := listed(ctx, l, scanQuarantined, limitOf(f.Limit), text, args...)
	return list, wrap(err, "listing quarantine")
}

func (f QuarantineFilter) query() (string, []any) {
	args := []any{limitOf(f.Limit) + 1}
	where := []string{`TRUE`}
	arg := func(value any) string {
		args = append(args, value)
		return "$" + strconv.Itoa(len(args))
	}
	if !f.After.IsZero() {
		at := arg(f.After.at)
		where = append(where, `created_at <= `+at, `(created_at < `+at+` OR id < `+arg(f.After.key.OrderID)+`)`)
	}
	if !f.Dealt {
		where = append(where, `dealt_at = 0`)
	}
	if f.OrderID != "" {
		where = append(where, `order_id <> '' AND order_id = `+arg(f.OrderID)+` AND mer_id = `+arg(f.MerID))
	}
	return `SELECT created_at, id, '', ` + quarantineColumns + quarantineTimes + `
		WHERE ` + strings.Join(where, ` AND `) + ` ORDER BY created_at DESC, id DESC LIMIT $1`, args
}

// QuarantinedMessage returns one message, or [ErrNotFound].
func (l *Ledger) QuarantinedMessage(ctx context.Context, id string) (Quarantined, error) {
	q, err := read(ctx, l, func(t *tx) (Quarantined, error) {
		return one(t, scanQuarantined, selectQuarantined+`WHERE id = $1`, id)
	})
	return q, wrap(err, "reading quarantine")
}

// DealWithQuarantined records that somebody has dealt with a message, and how. It
// returns [ErrNotFound] when no message with that ID is open.
func (l *Ledger) DealWithQuarantined(ctx context.Context, id string, c Change) error {
	_, err := write(ctx, l, func(t *tx) (none, error) {
		q, err := one(t, scanQuarantined, selectQuarantined+`WHERE id = $1 {lock}`, id)
		if err != nil {
			return none{}, err
		}
		made, err := l.change(q.Key, "quarantine", c)
		if err != nil {
			return none{}, err
		}
		if !q.DealtAt.IsZero() {
			if t.again && q.DealtWho == c.Who && q.DealtWhy == c.Why {
				return none{}, nil
			}
			return none{}, ErrNotFound
		}
		_, err = t.exec(`UPDATE quarantine SET dealt_at = $2, dealt_who = $3, dealt_why = $4 WHERE id = $1`,
			id, toMillis(made.At), printable(c.Who, maxNumber), printable(c.Why, maxDetail))
		if err != nil {
			return none{}, err
		}
		return none{}, addChange(t, made.from(id, "dealt with"))
	})
	return wrap(err, "dealing with a quarantined message")
}

func scanQuarantined(from row) (Quarantined, error) {
	var q Quarantined
	var created, last, dealt millis
	targets := []any{&q.ID}
	for _, text := range q.texts() {
		targets = append(targets, text)
	}
	err := from.Scan(append(targets, &created, &last, &q.Times, &dealt, &q.DealtWho, &q.DealtWhy)...)
	q.CreatedAt, q.LastAt, q.DealtAt = created.time(), last.time(), dealt.time()
	return q, err
}
