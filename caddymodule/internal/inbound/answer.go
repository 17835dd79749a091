package inbound

import (
	"net/http"
	"strconv"
)

// Answer answers a program. It says how long the answer is, for it may be sent
// before the request has ended. The connection ends with it: a reload closes
// connections that rest, and a POST that a program sends in that very moment on a
// kept one would be lost without anybody's fault.
func Answer(w http.ResponseWriter, r *http.Request, contentType string, answer []byte) error {
	header := w.Header()
	header.Set("Content-Type", contentType)
	header.Set("Content-Length", strconv.Itoa(len(answer)))
	header.Set("Cache-Control", "no-store")
	if r.ProtoMajor == 1 {
		header.Set("Connection", "close")
	}
	w.WriteHeader(http.StatusOK)
	_, err := w.Write(answer)
	return err
}
