package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"unicode"

	"github.com/caddyserver/caddy/v2"
	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
)

// document is the served OpenAPI document, read by somebody else's program.
var document = sync.OnceValues(func() (*openapi3.T, routers.Router) {
	text, err := json.Marshal(openAPI())
	must(err)
	doc, err := openapi3.NewLoader().LoadFromData(text)
	must(err)
	router, err := legacy.NewRouter(doc)
	must(err)
	return doc, router
})

func TestDocumentIsValid(t *testing.T) {
	t.Parallel()
	doc, _ := document()
	if err := doc.Validate(context.Background()); err != nil {
		t.Error(err)
	}
	for path, item := range doc.Paths.Map() {
		for method, operation := range item.Operations() {
			if operation.Summary == "" || operation.OperationID == "" {
				t.Errorf("%s %s: not described", method, path)
			}
		}
	}
	if len(routes) != len(operations(doc)) {
		t.Errorf("%d routes, %d operations", len(routes), len(operations(doc)))
	}
}

func operations(doc *openapi3.T) map[string]bool {
	ids := make(map[string]bool)
	for _, item := range doc.Paths.Map() {
		for _, operation := range item.Operations() {
			ids[operation.OperationID] = true
		}
	}
	return ids
}

// Every member that is asked for or answered says what it means.
func TestEveryMemberIsDescribed(t *testing.T) {
	t.Parallel()
	doc, _ := document()
	for name, schema := range doc.Components.Schemas {
		for member, property := range schema.Value.Properties {
			if property.Value.Description == "" {
				t.Errorf("%s.%s has no description", name, member)
			}
		}
	}
}

// answer is what the server said.
type answer struct {
	status int
	body   []byte
}

// read reads the answer into a value.
func read[T any](t *testing.T, a answer) T {
	t.Helper()
	var value T
	if a.status != http.StatusOK {
		t.Fatalf("status %d: %s", a.status, a.body)
	}
	if err := json.Unmarshal(a.body, &value); err != nil {
		t.Fatal(err)
	}
	return value
}

func (w *world) get(path string) answer {
	w.t.Helper()
	return w.ask(httptest.NewRequest(http.MethodGet, Prefix+path, nil))
}

func (w *world) post(path string, body any) answer {
	w.t.Helper()
	text, err := json.Marshal(body)
	must(err)
	r := httptest.NewRequest(http.MethodPost, Prefix+path, bytes.NewReader(text))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set(OperatorHeader, "ada")
	return w.ask(r)
}

// ask has the server answer as Caddy's admin endpoint would, and insists that
// request and answer are as the document says and that no secret is in it.
func (w *world) ask(r *http.Request) answer {
	w.t.Helper()
	text, err := io.ReadAll(r.Body)
	must(err)
	r.Body = io.NopCloser(bytes.NewReader(text))
	recorder := httptest.NewRecorder()
	failed := w.server.ServeHTTP(recorder, r)
	if failed != nil {
		w.mustBeBilingual(failed)
		refuseAsCaddy(recorder, failed)
	}
	a := answer{status: recorder.Code, body: recorder.Body.Bytes()}
	r.Body = io.NopCloser(bytes.NewReader(text))
	w.mustFitDocument(r, recorder.Result().Header, a)
	for _, secret := range []string{canaryOpenID, canaryURL, canaryKey, "PRIVATE KEY"} {
		if bytes.Contains(a.body, []byte(secret)) {
			w.t.Errorf("%s gives away %q", r.URL, secret)
		}
	}
	return a
}

func refuseAsCaddy(w http.ResponseWriter, err error) {
	var refusal caddy.APIError
	if !errors.As(err, &refusal) {
		panic("not an APIError: " + err.Error())
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(refusal.HTTPStatus)
	must(json.NewEncoder(w).Encode(refusal))
}

// englishWords are what no Chinese sentence has, except in a value.
var englishWords = regexp.MustCompile(`[a-z]+( [a-z]+){3}`)

// mustBeBilingual insists that a refusal can be told in both languages. Every
// refusal of every test comes by here.
func (w *world) mustBeBilingual(failed error) {
	w.t.Helper()
	en, zh := In(bilingual.En, failed).(caddy.APIError).Message, In(bilingual.Zh, failed).(caddy.APIError).Message
	if hasHan(en) || !hasHan(zh) || strings.Contains(en+zh, "%!") {
		w.t.Errorf("refused with %q, in Chinese with %q", en, zh)
	}
	var r *refusal
	errors.As(failed.(caddy.APIError).Err, &r)
	for _, value := range r.why.Unwrap() {
		zh = strings.ReplaceAll(zh, value.Error(), "") // of the system or the database
	}
	if english := englishWords.FindString(zh); english != "" {
		w.t.Errorf("%q is English in %q", english, zh)
	}
}

func hasHan(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

// mustFitDocument insists that an answer is as the document says, and that a
// request that was granted is.
func (w *world) mustFitDocument(r *http.Request, header http.Header, a answer) {
	w.t.Helper()
	_, router := document()
	route, params, err := router.FindRoute(r)
	if err != nil {
		if a.status != http.StatusNotFound && a.status != http.StatusMethodNotAllowed {
			w.t.Errorf("%s %s is not in the document: %v", r.Method, r.URL, err)
		}
		return
	}
	input := &openapi3filter.RequestValidationInput{Request: r, PathParams: params, Route: route}
	if a.status == http.StatusOK {
		if err := openapi3filter.ValidateRequest(context.Background(), input); err != nil {
			w.t.Errorf("the document does not allow the request %s: %v", r.URL, err)
		}
	}
	response := &openapi3filter.ResponseValidationInput{RequestValidationInput: input, Status: a.status, Header: header}
	response.SetBodyBytes(a.body)
	if err := openapi3filter.ValidateResponse(context.Background(), response); err != nil {
		w.t.Errorf("the answer to %s is not as the document says: %v\n%s", r.URL, err, a.body)
	}
}

// refused insists on a refusal with its words.
func (w *world) refused(a answer, status int, words string) {
	w.t.Helper()
	if a.status != status || !strings.Contains(string(a.body), words) {
		w.t.Errorf("got %d %s, want %d with %q", a.status, a.body, status, words)
	}
}
