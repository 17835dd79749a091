package inbound

import (
	"errors"

	"github.com/paybridge/paybridge/caddymodule/internal/forms"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// MaxPageForm is the longest query and the longest body that a payer's page is
// asked with, in bytes. A signed order has less than 2 KiB, and no browser sends
// many times that.
const MaxPageForm = 16 << 10

// ErrNotServed is the refusal of whatever comes to an address of the old gateway
// that is not served here.
var ErrNotServed = &v1.Error{Code: v1.CodeUnsupported, Field: "path", Reason: "not an interface of this bridge"}

// ErrPageFormTooLong refuses a query or body that no browser of a payer sends.
var ErrPageFormTooLong = errors.New("query or body: too long")

// MaxBody is the longest body that the route reads, in bytes, and what refuses a
// longer one.
func (r Route) MaxBody() (most int, refusal error) {
	if r.Caller == Payer {
		return MaxPageForm, ErrPageFormTooLong
	}
	return forms.MaxBody, forms.ErrTooLarge
}

// Read reads the parameters of a request, and judges what can be judged of it
// before any key is known: the form, then the method. Errors are [v1.Error].
func (r Route) Read(method, contentType string, body []byte, query string) (v1.Params, error) {
	params, err := forms.Parse(contentType, body, query)
	if err != nil {
		return nil, &v1.Error{Code: v1.CodeBadRequest, Field: "body", Reason: err.Error()}
	}
	if err := r.checkMethod(method); err != nil {
		return nil, err
	}
	return params, nil
}

// checkMethod refuses a method that the route does not take.
func (r Route) checkMethod(method string) error {
	if r.Takes(method) {
		return nil
	}
	return &v1.Error{Code: v1.CodeBadRequest, Field: "method", Reason: "not POST"}
}
