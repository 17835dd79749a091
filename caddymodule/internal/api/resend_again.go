package api

import (
	"errors"
	"net/http"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
	"github.com/paybridge/paybridge/caddymodule/internal/delivery"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
)

// CalledAgain is what came of a call about a payment that had been acknowledged.
type CalledAgain struct {
	Attempt   Attempt `json:"attempt" doc:"The call, and what came of it. It is in the order's history."`
	Counts    bool    `json:"counts" doc:"The merchant has acknowledged again. Otherwise nothing follows either."`
	Explained string  `json:"explained" doc:"What came of it, for people."`
}

// sendAgain makes one call about a payment that its merchant has acknowledged.
func sendAgain(v *visit, r ResendRequest) (Resent, error) {
	result := Resent{DryRun: r.DryRun, Warning: againWarning.With().In(v.lang), Items: []Notification{}, Refused: []Refused{}}
	found, err := v.toResend(r)
	if err != nil {
		return Resent{}, err
	}
	if _, err := v.merchant(r.MerID); err != nil {
		return Resent{}, err
	}
	n := found.Items[0]
	reason, err := v.notOnceMore(n)
	if err == nil && reason.IsZero() && !r.DryRun {
		result.Call, reason, err = v.callAgain(n.Key, r.Why)
	}
	switch {
	case err != nil:
		return Resent{}, err
	case !reason.IsZero():
		result.Refused = append(result.Refused, Refused{n.MerID, n.OrderID, reason.In(v.lang)})
		return result, nil
	}
	result.Count, result.LastDue = 1, v.now
	result.Items = append(result.Items, notificationOf(n))
	return result, nil
}

// notOnceMore says why a merchant must not be called once more, nothing when it may.
func (v *visit) notOnceMore(n ledger.Notification) (bilingual.Said, error) {
	if n.State != ledger.Delivered {
		if why, stands := standing[n.State]; stands {
			return why.With(), nil
		}
		return notAcknowledged.With(bilingual.Term(n.State)), nil
	}
	paused, _, err := v.paused()
	if _, is := paused[n.MerID]; is || err != nil {
		return merchantPaused.With(), err
	}
	return v.notPaid(n.Key)
}

// callAgain makes the call, or says why it may not be made after all.
func (v *visit) callAgain(k ledger.Key, why string) (*CalledAgain, bilingual.Said, error) {
	trial, err := v.Bridge.SendAgain(v.ctx, k, v.change(why))
	switch {
	case errors.Is(err, ledger.ErrBeingCalled):
		return nil, beingCalled.With(), nil
	case errors.Is(err, ledger.ErrNotFound), errors.Is(err, ledger.ErrNotPaid):
		return nil, stateChanged.With(), nil
	case errors.Is(err, delivery.ErrStopping):
		return nil, bilingual.Said{}, Refuse(http.StatusServiceUnavailable, bridgeStops.With())
	case errors.Is(err, delivery.ErrTooLate):
		return nil, bilingual.Said{}, Refuse(http.StatusServiceUnavailable, ledgerTooSlow.With())
	case err != nil && trial.Class != "":
		return nil, bilingual.Said{}, Refuse(http.StatusServiceUnavailable, answerNotRecorded.With(trial.Class.Message()))
	case err != nil:
		return nil, bilingual.Said{}, err
	}
	return &CalledAgain{Attempt: attemptOf(v.lang, trial.Attempt), Counts: trial.Class.Counts(), Explained: trial.Class.Message()}, bilingual.Said{}, nil
}

// attemptOf shows a call in a language, without the lag, which only the schedule tells.
func attemptOf(lang bilingual.Lang, a ledger.Attempt) Attempt {
	return Attempt{
		N: a.N, Class: a.Class, Status: a.Status, Cause: causeText(lang, a.Cause), Excerpt: a.Excerpt, TookMS: a.Duration.Milliseconds(),
	}
}
