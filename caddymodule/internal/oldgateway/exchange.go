package oldgateway

import (
	"net/http"
	"time"
)

// Exchange is a request of a merchant's program, whose signature is the merchant's,
// and what the old gateway has answered.
type Exchange struct {
	MerID    string
	Endpoint string // the name of the route: pay, query or cancel

	Method string
	Query  string // of the address, as it came
	Header http.Header
	Body   []byte

	Reply Reply
	Took  time.Duration // to the end of the answer
}

// Watcher is told of exchanges.
type Watcher interface {
	// Watches reports whether those of a merchant are wanted. Nothing is kept of the
	// others.
	Watches(merID string) bool
	// Saw is called after the answer has left. It must not block and may keep what it
	// is given. Of a client that has hung up, or an answer that broke off, it is not
	// told.
	Saw(e Exchange)
}

// maxReply bounds what is kept of an answer, in bytes; replies of v1 have one to
// three KiB.
const maxReply = 64 << 10

// Reply is what is kept of an answer on its way.
type Reply struct {
	Status int
	Header http.Header
	Body   []byte
	Cut    bool // the body was longer
}

func (r *Reply) begin(status int, header http.Header) {
	if r != nil {
		r.Status, r.Header = status, header.Clone()
	}
}

func (r *Reply) write(p []byte) {
	if r == nil {
		return
	}
	room := maxReply - len(r.Body)
	r.Cut = r.Cut || len(p) > room
	r.Body = append(r.Body, p[:min(len(p), room)]...)
}
