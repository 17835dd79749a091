package shadow

import (
	"fmt"

	"github.com/tidwall/gjson"

	v1 "github.com/paybridge/paybridge/translate/v1"
)

// oldReply is a reply of the old gateway.
type oldReply struct {
	body       []byte // {"resp","sign"}
	resp, sign string
	message    []byte // what resp holds
	code       string // its respcode, when that may be kept
}

// ok reports whether the old gateway has done what was asked.
func (r oldReply) ok() bool { return r.code == "00" }

// readReply reads a reply without verifying it. reason says why there is nothing to
// compare with: a merchant's program could make no more of it.
func readReply(e Exchange) (reply oldReply, reason string) {
	switch {
	case e.Status != 200:
		return reply, fmt.Sprintf("status %d", e.Status)
	case e.ReplyCut:
		return reply, "reply too long"
	case !gjson.ValidBytes(e.Reply):
		return reply, "no v1 reply"
	}
	body := gjson.ParseBytes(e.Reply)
	reply = oldReply{body: e.Reply, resp: body.Get("resp").String(), sign: body.Get("sign").String()}
	message, err := v1.DecodeBase64(reply.resp)
	readable := v1.Readable(message) // the message itself is compared
	if err != nil || !gjson.ValidBytes(readable) {
		return reply, "no v1 reply"
	}
	code := gjson.GetBytes(readable, "respcode")
	if !code.Exists() {
		return reply, "no v1 reply"
	}
	reply.message, reply.code = message, codeText(code.String())
	return reply, ""
}
