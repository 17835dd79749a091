package caddymodule

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/inbound"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// maxDropped is how many bytes of a body that is too large are read for the sake of
// the reply: more than any form by mistake, and little beside what the network
// brings within the time limit.
const maxDropped = 16 << 20

var errFormTooSlow = errors.New("not received in time")

// readForm reads the parameters of a request, as [inbound.ParseForm] does. It
// does not heed Content-Encoding ("UTF-8" is common and means nothing), and gives
// up after the time limit, so that a client which dribbles bytes gets an answer
// and holds nothing.
func readForm(w http.ResponseWriter, r *http.Request, limit time.Duration) (v1.Params, error) {
	body, err := readBody(w, r, limit)
	if err != nil {
		return nil, err
	}
	return inbound.ParseForm(r.Header.Get("Content-Type"), body, r.URL.RawQuery)
}

func readBody(w http.ResponseWriter, r *http.Request, limit time.Duration) ([]byte, error) {
	if r.Body == nil || r.Body == http.NoBody {
		return nil, nil
	}
	// Not every ResponseWriter can set deadlines (a recorder in a test); those
	// that cannot have no network behind them.
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(time.Now().Add(limit))
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, inbound.MaxForm))
	if err == nil {
		_ = control.SetReadDeadline(time.Time{})
		return body, nil
	}
	// The deadline stays: the server reads on for a while before it sends our
	// reply, and would wait for the rest of the body without end.
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		// A connection that is closed on unread bytes is reset, and many
		// programs, which read nothing before they have sent all, lose the reply
		// with it. So what still comes within the time limit is read and dropped.
		_, _ = io.CopyN(io.Discard, r.Body, maxDropped)
		return nil, inbound.ErrFormTooLarge
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil, errFormTooSlow
	default:
		return nil, fmt.Errorf("reading body: %w", err)
	}
}
