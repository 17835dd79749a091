package inbound

import (
	"net/http"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/bodies"
	"github.com/paybridge/paybridge/caddymodule/internal/forms"
	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// Message is a request of a merchant or a payer whose body has been received. It is
// read once, by whoever has to know it first: beside an old gateway that is who finds
// the side of its order, and who serves the order goes by what was read.
type Message struct {
	Body *bodies.Body // released by whoever has received it

	Params  v1.Params
	FormErr error // why there are no parameters
	Signed  merchants.Signed

	isRead   bool
	openedBy *merchants.Registry // who opened Signed
}

// Read reads the form of a request, of any length, and opens what a merchant has signed
// in it. What was read is not read again; after a reload in between it is opened again,
// because a key may have gone by it.
func (m *Message) Read(r *http.Request, registry *merchants.Registry) {
	if !m.isRead {
		m.isRead = true
		m.FormErr = m.Body.Parse(func(text []byte) (err error) {
			m.Params, err = forms.ParseLongForm(r.Header.Get("Content-Type"), text, r.URL.RawQuery)
			return err
		})
	}
	if m.openedBy != registry {
		m.openedBy = registry
		m.Signed = registry.Open(m.Params.Form(), time.Now())
	}
}

// ReadAs is a message with these parameters, for whoever looks at a request as another
// program may read it. It has no body.
func ReadAs(params v1.Params, registry *merchants.Registry) *Message {
	return &Message{Params: params, Signed: registry.Open(params.Form(), time.Now()), isRead: true, openedBy: registry}
}

// Check judges what can be judged of a message before any key is known, as
// [Route.Read] does: its form, then the method.
func (m *Message) Check(r Route, method string) error {
	switch most, tooLarge := r.MaxBody(); {
	case m.Body.Len() > most:
		return tooLarge
	case m.FormErr != nil:
		return m.FormErr
	}
	return r.checkMethod(method)
}
