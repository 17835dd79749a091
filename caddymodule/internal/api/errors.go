package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/caddyserver/caddy/v2"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
)

// refuse makes the error of a request that is not granted. Caddy answers it as
// {"error": "…"}.
func refuse(status int, format string, args ...any) error {
	err := fmt.Errorf(format, args...)
	return caddy.APIError{HTTPStatus: status, Err: err, Message: err.Error()}
}

func badRequest(format string, args ...any) error {
	return refuse(http.StatusBadRequest, format, args...)
}

// errNotServing is answered while no configuration with Paybridge runs.
var errNotServing = refuse(http.StatusServiceUnavailable,
	"paybridge is not running: it is still starting, or Caddy's configuration has no paybridge block, or loading it failed; see Caddy's log")

// causes says what errors from below mean for the caller and what to do.
var causes = []struct {
	is     error
	status int
	words  string
}{
	{ledger.ErrNotFound, http.StatusNotFound, "not in the ledger"},
	{ledger.ErrFenced, http.StatusConflict, "somebody else works on it just now; look at it once more and try again"},
	{ledger.ErrUnavailable, http.StatusServiceUnavailable, "the ledger does not answer; see \"caddy paybridge selfcheck\" and Caddy's log"},
	{context.DeadlineExceeded, http.StatusGatewayTimeout, "it took too long; nothing certain is known, look before you repeat it"},
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
		return caddy.APIError{
			HTTPStatus: http.StatusInternalServerError, Err: err,
			Message: damaged.Error() + "; see the runbook PaybridgeRowsSetAside",
		}
	}
	for _, cause := range causes {
		if errors.Is(err, cause.is) {
			return caddy.APIError{HTTPStatus: cause.status, Err: err, Message: cause.words}
		}
	}
	return caddy.APIError{HTTPStatus: http.StatusInternalServerError, Err: err, Message: err.Error()}
}
