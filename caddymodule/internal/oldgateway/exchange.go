package oldgateway

import (
	"net/http"
	"time"
)

// Exchange is a request that names a merchant of the configuration, and what the old
// gateway has answered. Its signature may be anybody's.
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
