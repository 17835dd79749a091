package explain

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime/multipart"
	"net/url"
	"regexp"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/paybridge/paybridge/caddymodule/internal/forms"
	"github.com/paybridge/paybridge/caddymodule/internal/inbound"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// shape is how a message arrived.
type shape string

// The shapes.
const (
	asNothing   shape = "nothing"
	asForm      shape = "an urlencoded form"
	asMultipart shape = "a multipart form"
	asQuery     shape = "a URL with a query"
	asJSON      shape = "a JSON object in place of a form"
	asMessage   shape = "a bare JSON message, without req and sign"
	asPlaintext shape = "the plain text of a v2 message, not sealed"
	asEncoded   shape = "a form that is percent-encoded as a whole"
	asBase64    shape = "a bare base64 text, without its name"
	asMarkup    shape = "HTML or XML"
	asText      shape = "a text that is no form"
)

// arrival is a message as it was saved.
type arrival struct {
	shape shape
	path  string // of the URL or of the request line, "" when not known
	// request is the head of a whole HTTP request, nil when none was saved.
	request *request
	route   inbound.Route // at path; the zero Route when the path is not known
	routed  bool          // the bridge answers at path
	fault   error         // what the bridge has against form and method
	size    int           // bytes
	body    string        // what the parameters were read from
	params  v1.Params
	// meant are the parameters as the sender will have meant them, where the
	// bridge reads none.
	meant v1.Params
}

// sealed reports whether this is a message between bridge and gateway.
func (a arrival) sealed() bool {
	if a.shape == asPlaintext {
		return true
	}
	for _, name := range []string{"msg_enc", "xml_enc", "key_enc"} {
		if _, ok := a.meant[name]; ok {
			return true
		}
	}
	return false
}

// statusLine begins an answer that was saved with its head.
var (
	statusLine = regexp.MustCompile(`^HTTP/[0-9.]+ [0-9]{3}[^\n]*\n`)
	headEnd    = regexp.MustCompile(`\r?\n\r?\n`)
)

// receive finds out what the input is and reads its parameters, as the bridge
// would.
func receive(input []byte) arrival {
	text := strings.TrimPrefix(string(input), "\ufeff")
	a := arrival{size: len(input)}
	switch request, is := readRequest(text); {
	case is:
		a.request = request
		a.path = request.path
		a.body = request.body
		if strings.TrimSpace(a.body) == "" && request.query != "" {
			a.body = request.target
		} else if request.query != "" && !strings.Contains(a.body, "Content-Disposition") {
			a.body += "&" + request.query
		}
	case statusLine.MatchString(text):
		a.body = behindHead(text)
	default:
		a.body = text
	}
	a.body = strings.TrimSpace(a.body)
	a.readBody()
	if a.meant == nil {
		a.meant = a.params
	}
	a.readAsBridge()
	return a
}

// readAsBridge has the bridge's own code read a whole request: what counts is not
// what the sender meant but what a bridge finds at this address.
func (a *arrival) readAsBridge() {
	if a.path != "" {
		a.route, a.routed = routes.At(a.path)
	}
	if a.request == nil {
		return
	}
	a.params, a.fault = a.route.Read(a.request.method, a.request.contentType, []byte(a.request.body), a.request.query)
	if a.route.Caller == inbound.Payer && max(len(a.request.query), len(a.request.body)) > inbound.MaxPageForm {
		a.fault = inbound.ErrPageFormTooLong
	}
}

// routes are the addresses of the bridge.
var routes = inbound.Served()

func behindHead(text string) string {
	if end := headEnd.FindStringIndex(text); end != nil {
		return text[end[1]:]
	}
	return ""
}

// readers find out what a body is, in this order; the first that knows it reads
// it.
var readers = []func(*arrival) bool{
	(*arrival).readNothing,
	(*arrival).readURL,
	(*arrival).readMultipart,
	(*arrival).readJSON,
	(*arrival).readMarkup,
	(*arrival).readEncoded,
	(*arrival).readBase64,
	(*arrival).readForm,
}

func (a *arrival) readBody() {
	for _, read := range readers {
		if read(a) {
			return
		}
	}
	a.shape = asText
}

func (a *arrival) readNothing() bool {
	if a.body != "" {
		return false
	}
	a.shape = asNothing
	return true
}

// readURL reads an address with its query, with or without scheme and host.
func (a *arrival) readURL() bool {
	address, query, found := strings.Cut(a.body, "?")
	if !found || strings.ContainsAny(address, "=&{ \n") || !strings.Contains(address, "/") {
		return false
	}
	query, _, _ = strings.Cut(query, "#")
	a.shape, a.body, a.params = asQuery, query, formOf(query)
	if u, err := url.Parse(address); err == nil && a.request == nil {
		a.path = u.Path
	}
	return true
}

// readMultipart reads a multipart form by the boundary that it begins with: the
// Content-Type that names it was not saved.
func (a *arrival) readMultipart() bool {
	first, _, _ := strings.Cut(a.body, "\n")
	boundary, found := strings.CutPrefix(strings.TrimRight(first, "\r"), "--")
	if !found || boundary == "" || !strings.Contains(a.body, "Content-Disposition") {
		return false
	}
	a.shape, a.params = asMultipart, v1.Params{}
	reader := multipart.NewReader(strings.NewReader(a.body), boundary)
	for range forms.MaxParts {
		part, err := reader.NextRawPart()
		if err != nil {
			break
		}
		value, err := io.ReadAll(part)
		if _, given := a.params[part.FormName()]; err == nil && !given {
			a.params[part.FormName()] = string(value)
		}
	}
	return true
}

// readJSON reads a JSON object, which the bridge takes nowhere.
func (a *arrival) readJSON() bool {
	if !strings.HasPrefix(a.body, "{") {
		return false
	}
	a.shape, a.params, a.meant = asText, v1.Params{}, v1.Params{}
	object := gjson.Parse(a.body)
	if !gjson.Valid(a.body) {
		return true
	}
	for name, value := range object.Map() {
		a.meant[name] = value.String()
	}
	switch {
	case a.meant["req"] != "" || a.meant["resp"] != "" || a.meant["msg_enc"] != "":
		a.shape = asJSON
	case object.Get("head").IsObject():
		a.shape = asPlaintext
	default:
		a.shape = asMessage
	}
	return true
}

func (a *arrival) readMarkup() bool {
	if !strings.HasPrefix(a.body, "<") {
		return false
	}
	a.shape = asMarkup
	return true
}

// readEncoded reads a form whose "=" and "&" are percent-encoded too.
func (a *arrival) readEncoded() bool {
	lower := strings.ToLower(a.body)
	if strings.Contains(a.body, "=") || (!strings.Contains(lower, "req%3d") && !strings.Contains(lower, "msg_enc%3d")) {
		return false
	}
	plain, err := url.PathUnescape(a.body)
	if err != nil {
		return false
	}
	a.shape, a.params, a.meant = asEncoded, v1.ParseForm(a.body), v1.ParseForm(plain)
	return true
}

// formName begins a form: a name as a program writes it.
var formName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.\[\]-]{0,39}=`)

func (a *arrival) readForm() bool {
	if !formName.MatchString(a.body) {
		return false
	}
	text := a.body
	if a.request != nil && strings.TrimSpace(a.request.body) == text {
		text = a.request.body // with its line end, which may be signed
	}
	a.shape, a.params = asForm, formOf(text)
	return true
}

// formOf reads an urlencoded form as the bridge does.
func formOf(text string) v1.Params {
	params, err := forms.Parse("", []byte(text), "")
	if err != nil {
		return v1.Params{} // not possible: only multipart forms can be malformed
	}
	return params
}

// readBase64 reads the value of req alone.
func (a *arrival) readBase64() bool {
	text := strings.TrimRight(strings.Join(strings.Fields(a.body), ""), "=")
	json, err := base64.RawStdEncoding.DecodeString(text)
	if err != nil || !bytes.HasPrefix(bytes.TrimSpace(json), []byte("{")) {
		return false
	}
	a.shape, a.params, a.meant = asBase64, v1.Params{}, v1.Params{"req": a.body}
	return true
}
