package refusals

import (
	"fmt"
	"net/http"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/paybridge/paybridge/caddymodule/internal/inbound"
	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// Request is a request of a merchant that was refused.
type Request struct {
	Code      v1.Code
	MerID     string // of a configured merchant that the request names, signed or not; else ""
	OrderID   string // where the request was read so far
	Route     inbound.Route
	Method    string
	RemoteIP  string
	Trace     string // the request's trace ID, "" when it is not traced
	Form      *Form  // nil when it was not received
	TooLarge  bool   // to be received
	Merchants *merchants.Registry
	Log       *zap.Logger
}

// Form is a request as it arrived.
type Form struct {
	Method, Target, ContentType string

	Body []byte // nobody changes it
	Long bool   // the body is too long to be held
}

// NewForm takes what explain looks at from a request. body is not copied.
func NewForm(r *http.Request, body []byte, long bool) *Form {
	return &Form{Method: r.Method, Target: r.URL.RequestURI(), ContentType: r.Header.Get("Content-Type"), Body: body, Long: long}
}

// maxText bounds the head and body of a request that is examined, in bytes.
const maxText = 8 << 10

// text is the form as explain reads it: a whole HTTP request.
func (f *Form) text() []byte {
	text := fmt.Appendf(nil, "%s %s HTTP/1.1\r\n", f.Method, f.Target)
	if f.ContentType != "" {
		text = fmt.Appendf(text, "Content-Type: %s\r\n", f.ContentType)
	}
	return append(fmt.Appendf(text, "Content-Length: %d\r\n\r\n", len(f.Body)), f.Body...)
}

// size is about how long the text is.
func (f *Form) size() int { return len(f.Target) + len(f.ContentType) + len(f.Body) }

// explained is the log line of a refused request whose cause was found: an
// allow-list.
type explained struct {
	Request
	cause string
}

// MarshalLogObject implements zapcore.ObjectMarshaler.
func (l explained) MarshalLogObject(enc zapcore.ObjectEncoder) error {
	enc.AddString("cause", l.cause)
	enc.AddString("interface", l.Route.Name)
	enc.AddString("remote_ip", l.RemoteIP)
	enc.AddString("respcode", string(l.Code))
	for _, s := range []struct{ key, value string }{{"merid", l.MerID}, {"orderid", l.OrderID}, {"trace_id", l.Trace}} {
		if s.value != "" {
			enc.AddString(s.key, s.value)
		}
	}
	return nil
}
