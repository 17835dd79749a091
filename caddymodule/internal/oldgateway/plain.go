package oldgateway

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"slices"
	"strings"
)

// codings are those of Content-Encoding that [Reply.Plain] undoes, or that are none.
var codings = []string{"", "identity", "gzip", "x-gzip"}

// Plain is the body as it was before it was packed with gzip, for which programs ask
// without knowing it; nothing where it cannot be unpacked. whole is false where a program
// may read more in the answer: it is longer than what is kept, or packed in another way.
func (r *Reply) Plain() (body []byte, whole bool) {
	body = r.Body
	if bytes.HasPrefix(body, []byte("\x1f\x8b")) {
		if body = unpacked(body); body == nil {
			return nil, false
		}
	}
	return body, !r.Cut && (r.isPlain() || json.Valid(body)) // some write UTF-8 there
}

// isPlain reports whether an answer is plain once gzip is undone.
func (r *Reply) isPlain() bool {
	coding := strings.Join(r.Header.Values("Content-Encoding"), ",")
	return slices.Contains(codings, strings.ToLower(strings.TrimSpace(coding)))
}

// unpacked undoes gzip; nil is what is damaged or longer than what is kept of answers.
func unpacked(packed []byte) []byte {
	from, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil
	}
	body, err := io.ReadAll(io.LimitReader(from, maxReply+1))
	if err != nil || len(body) > maxReply {
		return nil
	}
	return body
}
