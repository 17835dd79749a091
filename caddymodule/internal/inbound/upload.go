package inbound

import (
	"errors"
	"io"
	"net/http"
	"os"
	"time"
)

// Upload is the body of a request that must have been sent within a time, so that
// a client which dribbles bytes gets an answer and holds nothing.
//
// A connection that is closed on unread bytes is reset, and many programs, which
// read nothing before they have sent all, lose the reply with it. So what still
// comes within the time after the answer has been given is read and dropped.
type Upload struct {
	io.ReadCloser
	control *http.ResponseController
	until   time.Time
	over    bool // has been read to its end
}

// LimitUpload begins the time of a request's body.
func LimitUpload(w http.ResponseWriter, r *http.Request, limit time.Duration) *Upload {
	u := &Upload{ReadCloser: r.Body, control: http.NewResponseController(w), over: r.Body == nil || r.Body == http.NoBody}
	if u.over {
		return u
	}
	r.Body, u.until = u, time.Now().Add(limit)
	// Not every ResponseWriter can set deadlines (a recorder in a test); those
	// that cannot have no network behind them.
	_ = u.control.SetReadDeadline(u.until)
	return u
}

// Lift ends the limit: whoever takes the rest has a time of its own.
func (u *Upload) Lift() {
	u.over = true
	_ = u.control.SetReadDeadline(time.Time{})
}

// Read implements io.Reader.
func (u *Upload) Read(p []byte) (int, error) {
	n, err := u.ReadCloser.Read(p)
	if err == io.EOF && !u.over { // a wrapped one is a body that breaks off
		u.over = true
		_ = u.control.SetReadDeadline(time.Time{})
	}
	return n, err
}

// Finish sends the answer and drops what is left of the request.
func (u *Upload) Finish() {
	if u.over {
		return
	}
	_ = u.control.Flush()
	switch err := drop(u); {
	case errors.Is(err, io.EOF), errors.Is(err, os.ErrDeadlineExceeded):
	case errors.Is(err, http.ErrBodyReadAfterClose): // the server has dropped a short one as it began the answer
		_ = u.control.SetReadDeadline(time.Time{})
	default:
		u.dropRaw()
	}
}

// dropRaw drops what is no body any more: of chunks that are none, nothing that
// follows can be told apart. HTTP/2 cannot have that.
func (u *Upload) dropRaw() {
	conn, _, err := u.control.Hijack()
	if err != nil {
		return
	}
	defer conn.Close()
	if half, ok := conn.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite() // nothing follows the answer
	}
	_ = conn.SetReadDeadline(u.until)
	_ = drop(conn)
}

// drop reads to the end. It needs less memory than io.Discard: many may rest here.
func drop(r io.Reader) error {
	buffer := make([]byte, 2<<10)
	for {
		if _, err := r.Read(buffer); err != nil {
			return err //nolint:wrapcheck // the caller only tells kinds apart
		}
	}
}
