package delivery

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/crash"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
)

const (
	// maxAnswer is how much of an answer is read, in bytes.
	maxAnswer = 64 << 10
	// maxExcerpt is how much of it goes into the ledger, which shortens it
	// further, in bytes.
	maxExcerpt = 1 << 10
)

// sender makes the calls.
type sender struct {
	log          *zap.Logger
	timeout      time.Duration // of a whole call, from the name service to the last byte
	userAgent    string
	now          func() time.Time
	roundTripper func(policy) http.RoundTripper
}

// result is what came of one call. Attempt lacks its number. cause may hold
// anything that the merchant answered.
type result struct {
	ledger.Attempt
	class Class
	cause error
}

// errInterrupted is the cause with which calls are cancelled when the bridge
// stops.
var errInterrupted = errors.New("the bridge stops")

// send makes one call and waits for its end. It always has a result.
func (s *sender) send(ctx context.Context, o ledger.Order, t Target) (r result) {
	start := s.now()
	defer func() {
		if bug := recover(); bug != nil {
			r.class, r.cause = Internal, crash.Log(s.log, "calling a merchant", bug)
		}
		r.At, r.Duration, r.Class = start, s.now().Sub(start), string(r.class)
	}()
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	req, class := s.request(ctx, o, t)
	if class != OK {
		return result{class: class}
	}
	resp, err := s.roundTripper(policy{t.AllowCallbacks, t.RootCAs}).RoundTrip(req)
	if err != nil {
		return result{class: classOf(ctx, err), cause: err}
	}
	defer func() { _ = resp.Body.Close() }()
	return read(ctx, resp)
}

func (s *sender) request(ctx context.Context, o ledger.Order, t Target) (*http.Request, Class) {
	u, class := callURL(o.BackURL, t.PlainHTTP)
	if class != OK {
		return nil, class
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), strings.NewReader(form(o, t.Key)))
	if err != nil {
		return nil, BadURL
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("User-Agent", s.userAgent)
	return req, OK
}

// read judges an answer. Only a status of 2xx can acknowledge: a page of errors
// that happens to end in 0000 would leave a paid order unannounced, while one
// call too many costs nothing.
func read(ctx context.Context, resp *http.Response) result {
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	r := result{cause: err}
	r.Status = resp.StatusCode
	r.Excerpt = strings.ToValidUTF8(string(body[:min(len(body), maxExcerpt)]), "\uFFFD")
	switch {
	case resp.StatusCode/100 == 3:
		r.class = Redirect
	case resp.StatusCode/100 != 2:
		r.class = HTTPStatus
	case err != nil:
		r.class = classOf(ctx, err)
	case len(body) > maxAnswer:
		r.class = TooLarge
	default:
		r.class = judge(string(body))
	}
	return r
}
