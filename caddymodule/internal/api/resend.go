package api

import (
	"cmp"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
)

// Limits of sending again.
const (
	// defaultRate is how many notifications a second are sent again: merchants'
	// programs, and what else the bridge has to do, must bear it.
	defaultRate = 10
	maxRate     = 100
	// maxResend bounds what one request sends again, so that it ends in time.
	maxResend = 5000
)

// ResendRequest says which notifications to send again: one, or all that a
// filter finds.
type ResendRequest struct {
	MerID   string                   `json:"merid,omitzero" doc:"The merchant. Needed with orderid; alone it is a filter."`
	OrderID string                   `json:"orderid,omitzero" doc:"The one order whose notification to send again. Without it, everything that the filter finds is sent again."`
	State   ledger.NotificationState `json:"state,omitzero" doc:"Filter: exhausted (the default), paused or already_credited. Of the exhausted, those that nobody has dealt with."`
	From    time.Time                `json:"from,omitzero" doc:"Filter: of payments recorded at this time or later."`
	To      time.Time                `json:"to,omitzero" doc:"Filter: of payments recorded before this time."`
	All     bool                     `json:"all,omitzero" doc:"Needed to send again without any of merid, orderid, from and to."`
	Again   bool                     `json:"again,omitzero" doc:"Call once more about the one order although its merchant has acknowledged. Exactly one call is made, and nothing follows from its answer. Some merchants' programs credit every call: ask the merchant first."`
	Rate    int                      `json:"rate,omitzero" doc:"So many a second, 1 to 100. Default: 10."`
	DryRun  bool                     `json:"dry_run,omitzero" doc:"Only tell what would be sent."`
	Why     string                   `json:"why,omitzero" doc:"The reason, kept with the change. Needed unless dry_run is set."`
}

// Resent says what is sent again.
type Resent struct {
	DryRun  bool           `json:"dry_run" doc:"Nothing was changed."`
	Count   int            `json:"count" doc:"How many notifications are, or would be, sent again."`
	LastDue time.Time      `json:"last_due,omitzero" doc:"When the last of them is due."`
	More    bool           `json:"more" doc:"More are found than one request sends; ask once more afterwards."`
	Items   []Notification `json:"items" doc:"The first 500 of them."`
	Warning string         `json:"warning,omitempty" doc:"What may go wrong, of again."`
	Call    *CalledAgain   `json:"call,omitempty" doc:"The call that again has made."`
	Refused []Refused      `json:"refused" doc:"Those that are found and not sent again, with the reason; at most 500."`
	Missing
}

// Refused is a notification that is not sent again.
type Refused struct {
	MerID   string `json:"merid" doc:"The merchant's v1 number."`
	OrderID string `json:"orderid" doc:"The merchant's own order number."`
	Reason  string `json:"reason" doc:"Why not, and what to do."`
}

// resendable are the states from which a notification can be sent again.
var resendable = []ledger.NotificationState{ledger.Exhausted, ledger.Paused, ledger.AlreadyCredited}

func (r ResendRequest) check() error {
	switch {
	case r.OrderID != "" && r.MerID == "":
		return badMember("body", "merid", bothNumbers.With())
	case r.OrderID != "" && (r.State != "" || !r.From.IsZero() || !r.To.IsZero() || r.All):
		return badMember("body", "orderid", resendNamesOne.With())
	case r.Again && (r.OrderID == "" || r.Rate != 0):
		return badMember("body", "again", againNamesOne.With())
	case r.State != "" && !slices.Contains(resendable, r.State):
		return badMember("body", "state", resendState.With())
	case r.MerID == "" && r.From.IsZero() && r.To.IsZero() && !r.All:
		return badMember("body", "all", resendAll.With())
	case Window{From: r.From, To: r.To}.isEmpty():
		return badMember("body", "to", notLater.With())
	case r.Rate < 0 || r.Rate > maxRate:
		return badMember("body", "rate", outOfRange.With(maxRate))
	case r.DryRun:
		return nil
	}
	return checkWhy(r.Why)
}

func resend(v *visit, r ResendRequest) (Resent, error) {
	if err := r.check(); err != nil {
		return Resent{}, err
	}
	if r.Again {
		return sendAgain(v, r)
	}
	if r.Rate == 0 {
		r.Rate = defaultRate
	}
	paused, missed, err := v.paused()
	if err != nil {
		return Resent{}, err
	}
	found, err := v.toResend(r)
	if err != nil {
		return Resent{}, err
	}
	job := resendJob{visit: v, request: r, unreadable: found.Unreadable, result: Resent{
		DryRun: r.DryRun, More: !found.Next.IsZero(), Items: []Notification{}, Refused: []Refused{},
	}}
	for _, n := range slices.Backward(found.Items) { // the oldest first
		if err := job.take(n, paused); err != nil {
			return job.result, err
		}
	}
	job.result.Missing = v.missingOf(job.unreadable)
	job.result.miss(missed)
	return job.result, nil
}

// toResend finds the notifications a request means, the newest first.
func (v *visit) toResend(r ResendRequest) (found ledger.List[ledger.Notification], err error) {
	if r.OrderID != "" {
		key, err := v.keyOf(r.MerID, r.OrderID)
		if err != nil {
			return found, err
		}
		n, err := v.Ledger.Notification(v.ctx, key)
		if errors.Is(err, ledger.ErrNotFound) {
			return found, Refuse(http.StatusNotFound, owesNone.With(printable(r.OrderID), printable(r.MerID)))
		}
		found.Items = []ledger.Notification{n}
		return found, err
	}
	filter := ledger.NotificationFilter{
		MerID: r.MerID, States: []ledger.NotificationState{cmp.Or(r.State, ledger.Exhausted)}, From: r.From, To: r.To,
	}
	// A payment that somebody has had credited by hand is sent again by its number only:
	// the merchant's program would credit it once more.
	filter.Open = filter.States[0] == ledger.Exhausted
	for {
		filter.Limit = min(maxLimit, maxResend-len(found.Items))
		page, err := v.Ledger.Notifications(v.ctx, filter)
		if err != nil {
			return found, err
		}
		found.Items = append(found.Items, page.Items...)
		found.Unreadable = append(found.Unreadable, page.Unreadable...)
		found.Next, filter.After = page.Next, page.Next
		if page.Next.IsZero() || len(found.Items) == maxResend {
			return found, nil
		}
	}
}

// resendJob sends notifications again, one after the other.
type resendJob struct {
	*visit
	request    ResendRequest
	unreadable []ledger.UnreadableError
	result     Resent
}

// take sends one again, or notes why not. Its due time keeps to the rate.
func (j *resendJob) take(n ledger.Notification, paused map[string]ledger.Pause) error {
	reason, err := j.notAgain(n, paused)
	var damaged *ledger.UnreadableError
	switch {
	case errors.As(err, &damaged) && j.request.OrderID == "": // it stops no other
		j.unreadable = append(j.unreadable, *damaged)
		return nil
	case err != nil:
		return err
	}
	due := j.now.Add(time.Duration(j.result.Count) * time.Second / time.Duration(j.request.Rate))
	if reason.IsZero() && !j.request.DryRun {
		send := j.Bridge.ResendOpen
		if j.request.OrderID != "" {
			send = j.Bridge.Resend // what is named is sent on purpose
		}
		err := send(j.ctx, n.Key, due, j.change(j.request.Why))
		switch {
		case errors.Is(err, ledger.ErrDealtWith):
			reason = dealtMeanwhile.With()
		case errors.Is(err, ledger.ErrNotFound):
			reason = resentMeanwhile.With()
		case err != nil:
			return err
		}
	}
	if !reason.IsZero() {
		if len(j.result.Refused) < maxLimit {
			j.result.Refused = append(j.result.Refused, Refused{n.MerID, n.OrderID, reason.In(j.lang)})
		}
		return nil
	}
	j.result.Count, j.result.LastDue = j.result.Count+1, due
	if len(j.result.Items) < maxLimit {
		j.result.Items = append(j.result.Items, notificationOf(n))
	}
	return nil
}

// notAgain says why a notification must not be sent again, nothing when it may.
func (v *visit) notAgain(n ledger.Notification, paused map[string]ledger.Pause) (bilingual.Said, error) {
	why, stands := standing[n.State]
	_, isPaused := paused[n.MerID]
	switch {
	case stands && n.State != ledger.Waiting:
		return why.With(), nil
	case v.Settings.Merchants.ByMerID(n.MerID) == nil: // nobody would be called
		return noMerchant.With(printable(n.MerID)), nil
	case stands:
		return why.With(), nil
	case isPaused:
		return merchantPaused.With(), nil
	}
	return v.notPaid(n.Key)
}

// notPaid says why a merchant must not be told that an order is paid, nothing when it may.
func (v *visit) notPaid(k ledger.Key) (bilingual.Said, error) {
	order, err := v.Ledger.Order(v.ctx, k)
	if err != nil {
		return bilingual.Said{}, err
	}
	switch notify := order.Notify(); {
	case notify == translate.NotifySend:
		return bilingual.Said{}, nil
	case notify == translate.NotifyWait:
		return beingGivenBack.With(), nil
	case order.State.Row().Payer == translate.PayerRefunded:
		return givenBack.With(), nil
	case order.Late:
		return toldGivenBack.With(), nil
	}
	return orderNotPaid.With(bilingual.Term(order.State)), nil
}

// standing says why what is in a state that is not resendable is not sent again.
var standing = map[ledger.NotificationState]bilingual.Text{
	ledger.Waiting:   waitsAnyway,
	ledger.Delivered: acknowledged,
	ledger.Withheld:  toldGivenBack,
}
