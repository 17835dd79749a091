package caddymodule

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"

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
		return 0, errors.New("answer is too large")
	}
	return a.body.Write(p)
}

// brokeOff says why an answer was not recorded to its end.
func (a *answerRecorder) brokeOff() error {
	if a.over {
		return fmt.Errorf("gateway answer is larger than %d KiB", v2.MaxEnvelope>>10)
	}
	return errors.New("gateway answer broke off")
}
