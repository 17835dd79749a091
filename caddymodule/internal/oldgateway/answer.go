package oldgateway

import (
	"context"
	"errors"
	"net/http"
	"regexp"
	"slices"
	"sync/atomic"
)

// What has become of an answer.
const (
	awaited int32 = iota
	begun         // its head is on the way to the client
	refused       // it is none, or came too late
)

// statusHungUp is what reverse_proxy answers when the request's context has ended.
const statusHungUp = 499

// answer lets the old gateway's answer through to a client, without what the proxy
// and the server would add to it.
type answer struct {
	http.ResponseWriter
	ctx    context.Context // of the request
	closes bool            // the connection ends with the answer
	is     atomic.Int32
	odd    bool   // it had no status of HTTP
	kept   *Reply // what is kept of it; nil for nothing
}

// Unwrap is for [http.ResponseController], for what is not below.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// WriteHeader implements http.ResponseWriter.
func (a *answer) WriteHeader(status int) {
	switch {
	case status == http.StatusContinue:
		return // the server has said so itself, when the body was wanted
	case status >= 100 && status < 200 && status != http.StatusSwitchingProtocols:
		if a.is.Load() != refused {
			a.ResponseWriter.WriteHeader(status)
		}
		return
	case status == statusHungUp && a.ctx.Err() != nil:
		return // the proxy's own word
	case status < 100 || status > 999:
		a.odd = a.is.CompareAndSwap(awaited, refused)
		return
	}
	if !a.is.CompareAndSwap(awaited, begun) {
		return
	}
	a.cleanHeader()
	a.kept.begin(status, a.Header())
	a.ResponseWriter.WriteHeader(status)
}

// viaCaddy is what the proxy writes into Via.
var viaCaddy = regexp.MustCompile(`^[0-9]\.[0-9] Caddy$`)

// cleanHeader takes out what the old gateway has not said.
func (a *answer) cleanHeader() {
	header := a.Header()
	removeVia(header, slices.IndexFunc)
	for _, name := range []string{"Content-Type", "Date"} {
		if _, said := header[name]; !said {
			header[name] = nil // so that the server adds none
		}
	}
	if a.closes {
		// A reload closes connections that rest, and a POST that a program sends in
		// that very moment on a kept one would be lost without anybody's fault.
		header.Set("Connection", "close")
	}
}

// removeVia takes the proxy's own word out of Via, which is the first or the last
// of those that look like it.
func removeVia(header http.Header, find func([]string, func(string) bool) int) {
	values := header["Via"]
	i := find(values, viaCaddy.MatchString)
	if i < 0 {
		return
	}
	if values = slices.Delete(slices.Clone(values), i, i+1); len(values) == 0 {
		delete(header, "Via")
		return
	}
	header["Via"] = values
}

// Write implements http.ResponseWriter.
func (a *answer) Write(p []byte) (int, error) {
	if a.is.Load() == awaited {
		a.WriteHeader(http.StatusOK)
	}
	if a.is.Load() != begun {
		return 0, a.reason(nil)
	}
	n, err := a.ResponseWriter.Write(p)
	a.kept.write(p[:n])
	return n, err //nolint:wrapcheck // as without us
}

// FlushError is for [http.ResponseController]. The proxy flushes also what it gives
// up, which would make an answer of it.
func (a *answer) FlushError() error {
	if a.is.Load() != begun {
		return nil
	}
	return http.NewResponseController(a.ResponseWriter).Flush() //nolint:wrapcheck // as without us
}

var errNoAnswer = errors.New("no answer")

// reason says why there is no answer; err is the proxy's word.
func (a *answer) reason(err error) error {
	switch {
	case a.odd:
		return errNoHTTP
	case a.ctx.Err() != nil:
		return context.Cause(a.ctx)
	case err != nil:
		return err
	}
	return errNoAnswer
}
