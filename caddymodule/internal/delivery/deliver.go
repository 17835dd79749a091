package delivery

import (
	"context"
	"errors"
	"slices"
	"time"

	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/crash"
	"github.com/paybridge/paybridge/caddymodule/internal/failpoint"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/tracing"
	"github.com/paybridge/paybridge/translate"
)

// unknownRest is how long an unknown merchant rests after a notification of it
// came up, so that a great many of them do not keep the ledger busy with claims
// that lead to nothing.
const unknownRest = time.Second

// deliver does with a claimed notification what can be done now. What has to
// wait for something else than time is left to its lease and comes up again when
// that has run out, not counted as an attempt.
func (d *Dispatcher) deliver(c claimed, s slot) {
	defer d.Wake() // there is room again
	defer d.hosts.giveBack(s)
	defer func() {
		if bug := recover(); bug != nil { // it comes up again when its lease has run out
			_ = crash.Log(d.log, "delivering a notification", bug, orderFields(c))
		}
	}()
	if d.stopped() || d.tooLate(c) {
		d.notNow(c, s)
		return
	}
	target, known := d.lookup(c.MerID)
	if !known || target.Key.IsZero() {
		d.deferUnknown(c, s)
		return
	}
	d.unknown.found(c.MerID)
	if err := d.bringUpToDate(&c); err != nil {
		d.log.Warn("the order of a notification not read; it is not sent now", orderFields(c), zap.Error(err))
		d.notNow(c, s)
		return
	}
	if d.tooLate(c) { // which reading it took
		d.notNow(c, s)
		return
	}
	switch c.Order.Notify() {
	case translate.NotifySend:
		d.call(c, s, target)
	case translate.NotifyWait:
		d.hosts.ended(s)
	case translate.NotifyWithhold:
		d.hosts.ended(s)
		d.settle(c, result{Attempt: ledger.Attempt{At: d.now(), Class: string(Withheld)}, class: Withheld}, target)
	}
}

// tooLate reports whether a call could outlive the lease, because the claim was
// long in coming.
func (d *Dispatcher) tooLate(c claimed) bool {
	return d.now().Add(d.timeout + skew).After(c.until)
}

// errSlowLedger is why a notification is not sent now of whose order nothing is known that
// is not old.
var errSlowLedger = errors.New("the ledger takes too long to say how the order stands")

// bringUpToDate reads the order again after a claim that was long in coming, and after a
// reading that was. Its merchant may have cancelled it meanwhile, and is not told of
// success after that. What a slow ledger cannot tell sooner is taken as it is.
func (d *Dispatcher) bringUpToDate(c *claimed) error {
	for range readings {
		if d.youngerThan(*c, current) {
			return nil
		}
		if err := d.readOrder(c); err != nil {
			return err
		}
	}
	if !d.youngerThan(*c, oldest) {
		return errSlowLedger
	}
	return nil
}

// youngerThan reports whether an order was read less than so long ago; by a clock that
// was set back meanwhile nobody knows.
func (d *Dispatcher) youngerThan(c claimed, age time.Duration) bool {
	is := d.now().Sub(c.asked)
	return is >= 0 && is < age
}

func (d *Dispatcher) readOrder(c *claimed) error {
	ctx, cancel := context.WithTimeout(d.records, recording)
	defer cancel()
	asked := d.now()
	order, err := d.ledger.Order(ctx, c.Key)
	if err == nil {
		c.Order, c.asked = order, asked
	}
	return err
}

// notNow ends the work on a notification that comes up again.
func (d *Dispatcher) notNow(c claimed, s slot) {
	d.hosts.ended(s)
	d.release(c)
}

// release gives a notification back that was not sent.
func (d *Dispatcher) release(c claimed) {
	if err := d.ledger.Release(d.records, c.Notification); err != nil {
		d.log.Warn("a notification could not be given back and waits for the end of its lease",
			orderFields(c), zap.Error(err))
	}
}

// deferUnknown puts the notification of an unknown merchant off: the
// configuration may be on its way in or out, and another bridge may know the
// merchant. One that stays unknown is left to its lease, so that its notifications
// do not come up again every second.
func (d *Dispatcher) deferUnknown(c claimed, s slot) {
	now := d.now()
	d.hosts.rest(c.MerID, now.Add(unknownRest))
	d.hosts.ended(s)
	d.observer.attemptFinished(c.MerID, UnknownMerchant, 0, now.Sub(c.Due))
	if d.unknown.lines.Allow(c.MerID, now) {
		row := UnknownMerchant.row()
		d.log.Log(row.level, row.message, orderFields(c))
	}
	if d.unknown.briefly(c.MerID, now) {
		d.release(c)
	}
}

// call notifies the merchant. The host has room again when its answer is read,
// the slot is held until that is recorded: calls must not run ahead of a ledger
// that is slow.
func (d *Dispatcher) call(c claimed, s slot, t Target) {
	r := d.attempt(d.calls, c, c.Attempts+1, t)
	if r.unmade != nil {
		d.notNow(c, s) // it comes up again at once, and is seen as it is by then
		return
	}
	d.hosts.recordSpeed(s.host, r.hostSpeed()) // what takes the place of this call goes by it
	d.hosts.ended(s)
	d.Wake()
	d.settle(c, r, t)
}

// attempt makes the n-th call about an order.
func (d *Dispatcher) attempt(ctx context.Context, c claimed, n int, t Target) result {
	o := c.Order
	ctx, span := d.tracer.Start(ctx, o.Trace, "notify merchant", trace.SpanKindClient,
		tracing.MerID(o.MerID), tracing.OrderID(o.OrderID), tracing.Attempt(n))
	failpoint.Reach(failpoint.BeforeAttempt)
	r := d.sender.send(ctx, o, t, d.lastLook(c))
	failpoint.Reach(failpoint.AfterAttempt)
	tracing.Finish(span, string(r.class), r.class != OK)
	return r
}

// settle records a result and makes it known.
func (d *Dispatcher) settle(c claimed, r result, t Target) {
	to, due := outcome(c.Notification, r, t.schedule())
	if to == ledger.Exhausted && d.credited(c, r) {
		to = ledger.AlreadyCredited
	}
	err := d.record(c, r.Attempt, to, due)
	if err == nil {
		failpoint.Reach(failpoint.AfterFinish)
	}
	lag := r.At.Sub(c.Due)
	d.observer.attemptFinished(c.MerID, r.class, r.Duration, lag)
	d.logAttempt(attemptLine{c.Notification, tracing.ID(c.Order.Trace), r, lag, to}, err)
	if err == nil && to != ledger.Waiting {
		d.observer.notificationEnded(to)
	}
}

// outcome says what becomes of a notification after an attempt. One that was
// sent again by hand after its last call has one call more.
func outcome(n ledger.Notification, r result, s Schedule) (to ledger.NotificationState, due time.Time) {
	switch r.class {
	case OK:
		return ledger.Delivered, time.Time{}
	case Withheld:
		return ledger.Withheld, time.Time{}
	}
	due, more := s.Next(n.Attempts+1, r.At.Add(r.Duration))
	if !more {
		return ledger.Exhausted, time.Time{}
	}
	return ledger.Waiting, wholeMillis(due)
}

// credited reports whether the merchant had credited the order already when its
// last call was made: whether that is what it answered last. Calls that brought no
// answer of its program say nothing about that, however many they are: the merchant
// does not lose the money again because its server is down later.
func (d *Dispatcher) credited(c claimed, last result) bool {
	if last.class.answered() {
		return last.class == AlreadyCredited
	}
	attempts, err := d.ledger.Attempts(d.records, c.Key)
	if err == nil && len(attempts.Unreadable) > 0 {
		err = &attempts.Unreadable[0]
	}
	if err != nil {
		d.log.Warn("earlier attempts to notify cannot be read", orderFields(c), zap.Error(err))
		return false // the end that raises an alarm
	}
	for _, a := range slices.Backward(attempts.Items) {
		if class := Class(a.Class); class.answered() {
			return class == AlreadyCredited
		}
	}
	return false
}

// wholeMillis rounds up to what the ledger can hold, so that no call is early.
func wholeMillis(t time.Time) time.Time {
	if whole := t.Truncate(time.Millisecond); !whole.Equal(t) {
		return whole.Add(time.Millisecond)
	}
	return t
}
