package merchantapi

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/paybridge/paybridge/caddymodule/internal/inbound"
	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// Trial is a message that an operator sends in a merchant's name, to see what a
// program of the merchant would get.
type Trial struct {
	Merchant *merchants.Merchant
	Path     string // of the interface, such as [inbound.PayPath]
	Message  []byte // JSON, as v1 has it
	Address  string // that the request is to come from
}

// Tried is a trial with what came of it.
type Tried struct {
	Req   string // the message in base64, as it was signed
	Reply []byte // the JSON of the reply, whose signature is good
}

// Try signs a message as the merchant and serves it as a request that came to the
// site: it is read, verified, served, logged and measured in the same way. The
// signature leaves this function in no form, so that whoever asks for a trial gets no
// signed request to keep.
func (s *Server) Try(ctx context.Context, t Trial) (Tried, error) {
	route, ok := inbound.Served().At(t.Path)
	if !ok || route.Caller != inbound.Merchant {
		return Tried{}, fmt.Errorf("%s: not an interface of merchants", t.Path)
	}
	key := t.Merchant.SignKey()
	form := v1.SealRequest(t.Message, key)
	body := url.Values{"req": {form.Req}, "sign": {form.Sign}}.Encode()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, t.Path, strings.NewReader(body))
	if err != nil {
		return Tried{}, fmt.Errorf("making request: %w", err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := &recorder{header: make(http.Header)}
	s.Serve(w, r, Client{Address: t.Address, TLS: "none", try: true}, route)
	reply, err := v1.ParseReply(w.body.Bytes(), key) // as a program of the merchant does
	if err != nil {
		return Tried{}, fmt.Errorf("reading the reply: %w", err)
	}
	return Tried{Req: form.Req, Reply: reply.JSON}, nil
}

// recorder keeps what is answered.
type recorder struct {
	header http.Header
	body   bytes.Buffer
}

// Header implements http.ResponseWriter.
func (r *recorder) Header() http.Header { return r.header }

// Write implements http.ResponseWriter.
func (r *recorder) Write(p []byte) (int, error) { return r.body.Write(p) } //nolint:wrapcheck // never fails

// WriteHeader implements http.ResponseWriter. The status is always 200.
func (*recorder) WriteHeader(int) {}
