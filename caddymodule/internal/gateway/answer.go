package gateway

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/paybridge/paybridge/caddymodule/internal/netcause"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// answerRecorder keeps an answer in memory, up to the size of the largest
// envelope.
type answerRecorder struct {
	header http.Header
	status int
	body   bytes.Buffer
	over   bool
}

func (a *answerRecorder) Header() http.Header { return a.header }

func (a *answerRecorder) WriteHeader(status int) {
	if status >= http.StatusOK { // 1xx are informational
		a.status = status
	}
}

func (a *answerRecorder) Write(p []byte) (int, error) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	if a.body.Len()+len(p) > v2.MaxEnvelope {
		a.over = true
		return 0, errTooLarge
	}
	return a.body.Write(p)
}

// errTooLarge and errBrokeOff say why an answer was not recorded to its end.
var (
	errTooLarge = netcause.Wrap(errors.New("gateway answer is too large"),
		netcause.New(netcause.TooLong, fmt.Sprintf("over %d KiB", v2.MaxEnvelope>>10)))
	errBrokeOff = fmt.Errorf("gateway answer broke off: %w", io.ErrUnexpectedEOF)
)

// brokeOff says why the answer to a call was not recorded to its end.
func (a *answerRecorder) brokeOff(ctx context.Context) error {
	switch {
	case a.over:
		return errTooLarge
	case ctx.Err() != nil:
		return context.Cause(ctx)
	}
	return errBrokeOff
}
