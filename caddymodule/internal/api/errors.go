package api

import (
	"context"
	"errors"
	"net/http"

	"github.com/caddyserver/caddy/v2"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
	"github.com/paybridge/paybridge/caddymodule/internal/bridge"
	"github.com/paybridge/paybridge/caddymodule/internal/crash"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
)

// refusal is why a request is not granted. Caddy logs it as its cause, if it has
// one.
type refusal struct {
	why   bilingual.Said
	cause error
}

func (r *refusal) Error() string {
	if r.cause != nil {
		return r.cause.Error()
	}
	return r.why.Error()
}

func (r *refusal) Unwrap() error { return r.cause }

// Refuse makes the error of a request that is not granted. Caddy answers it as
// {"error": "…"}, in English unless [In] has put it into another language.
func Refuse(status int, why bilingual.Said) error { return refuseBecause(status, why, nil) }

// refuseBecause is Refuse for what has its cause below.
func refuseBecause(status int, why bilingual.Said, cause error) error {
	return caddy.APIError{HTTPStatus: status, Err: &refusal{why, cause}, Message: why.Error()}
}

// In puts an error that [Refuse] has made into a language.
func In(lang bilingual.Lang, err error) error {
	var answer caddy.APIError
	var r *refusal
	if errors.As(err, &answer) && errors.As(answer.Err, &r) {
		answer.Message = r.why.In(lang)
		return answer
	}
	return err
}

// LangOf is the language in which a request is answered: Chinese where it asks for
// that, as the console does, else English.
func LangOf(r *http.Request) bilingual.Lang { return bilingual.LangOf(r, bilingual.En) }

// badMember refuses a request for a member of its query or body.
func badMember(where, name string, why bilingual.Said) error {
	return Refuse(http.StatusBadRequest, wrongMember.With(where, name, why))
}

// causes says what errors from below mean for the caller and what to do.
var causes = []struct {
	is     error
	status int
	means  bilingual.Text
}{
	{ledger.ErrNotFound, http.StatusNotFound, notInLedger},
	{ledger.ErrFenced, http.StatusConflict, takenOver},
	{ledger.ErrUnavailable, http.StatusServiceUnavailable, ledgerAway},
	{crash.ErrLogged, http.StatusInternalServerError, bugMet},
	{context.DeadlineExceeded, http.StatusGatewayTimeout, tookTooLong},
}

// apiError turns an error from below into one with a status and words for
// operators. What is one already stays as it is.
func apiError(err error) error {
	var already caddy.APIError
	if errors.As(err, &already) {
		return already
	}
	var damaged *ledger.UnreadableError
	if errors.As(err, &damaged) {
		return refuseBecause(http.StatusInternalServerError, rowDamaged.With(damaged), err)
	}
	if errors.Is(err, bridge.ErrNotSettled) {
		why, _ := bilingual.Of(err)
		return refuseBecause(http.StatusConflict, nothingChanged.With(why), err)
	}
	for _, cause := range causes {
		if errors.Is(err, cause.is) {
			return refuseBecause(cause.status, cause.means.With(), err)
		}
	}
	return refuseBecause(http.StatusInternalServerError, otherError.With(err), err)
}
