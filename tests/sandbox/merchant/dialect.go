package merchant

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Dialect is one way to write a v1 request. A member that is nil is done the
// ordinary way: an urlencoded body, txnamt as a string, compact JSON, one line
// of base64, a lower-case sign.
type Dialect struct {
	// Name is the dialect's name in test output.
	Name string

	amount func(fen int64) any
	json   func([]byte) []byte
	base64 func(string) string
	sign   func(string) string
	send   func(address, req, sign string) (*http.Request, error)
	header http.Header
	// members go with every request that does not have them.
	members map[string]any
}

// dialects is the table of all that the field page tells of.
var dialects = []Dialect{
	{Name: "php curl, urlencoded"},
	{Name: "php curl, multipart", send: multipartBody},
	{Name: "php, escaped slashes", json: escapeSlashes},
	{Name: "php, raw plus", send: rawBody},
	{Name: "php, Expect: 100-continue", header: http.Header{"Expect": {"100-continue"}}},
	{Name: "c#, payway, charset suffix, no User-Agent", header: http.Header{
		"Content-Type": {"application/x-www-form-urlencoded; charset=utf-8"},
		"User-Agent":   {""}, // net/http then sends none
	}, members: map[string]any{"payway": "1"}},
	{Name: "c#, base64 with line breaks", base64: breakLines},
	{Name: "java, Content-Encoding: UTF-8", header: http.Header{"Content-Encoding": {"UTF-8"}}},
	{Name: "java, parameters in the query string", send: queryOnly},
	{Name: "java, encoded twice", send: encodedTwice},
	{Name: "java, upper-case sign", sign: strings.ToUpper},
	{Name: "sign before req, more parameters", send: signFirst},
	{Name: "txnamt as an integer", amount: func(fen int64) any { return fen }},
	{Name: "txnamt as a double", amount: func(fen int64) any { return json.Number(strconv.FormatInt(fen, 10) + ".0") }},
}

// Dialects returns all dialects. The first is the most common one.
func Dialects() []Dialect {
	return slices.Clone(dialects)
}

// DialectNamed returns the dialect with the given name.
func DialectNamed(name string) (Dialect, error) {
	i := slices.IndexFunc(dialects, func(d Dialect) bool { return d.Name == name })
	if i < 0 {
		return Dialect{}, fmt.Errorf("no dialect %q", name)
	}
	return dialects[i], nil
}

// Amount returns txnamt as the dialect writes it.
func (d Dialect) Amount(fen int64) any {
	if d.amount == nil {
		return strconv.FormatInt(fen, 10)
	}
	return d.amount(fen)
}

// Request builds a signed request to baseURL and path with the members as its
// JSON. The caller gives it a context.
func (d Dialect) Request(baseURL, path, key string, members map[string]any) (*http.Request, error) {
	all := maps.Clone(d.members)
	if all == nil {
		all = make(map[string]any)
	}
	maps.Copy(all, members)
	text, err := encode(all)
	if err != nil {
		return nil, fmt.Errorf("encoding request: %w", err)
	}
	if d.json != nil {
		text = d.json(text)
	}
	req := base64.StdEncoding.EncodeToString(text)
	if d.base64 != nil {
		req = d.base64(req)
	}
	signature := sign(req, key)
	if d.sign != nil {
		signature = d.sign(signature)
	}
	send := d.send
	if send == nil {
		send = formBody
	}
	request, err := send(strings.TrimSuffix(baseURL, "/")+path, req, signature)
	if err != nil {
		return nil, fmt.Errorf("building request: %w", err)
	}
	for name, values := range d.header {
		request.Header[name] = slices.Clone(values)
	}
	return request, nil
}

// encode writes compact JSON with HTML characters as they are.
func encode(members map[string]any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(members); err != nil {
		return nil, err
	}
	return bytes.TrimSpace(b.Bytes()), nil
}

// escapeSlashes does what json_encode does by default. The only slashes in
// compact JSON are inside strings.
func escapeSlashes(text []byte) []byte {
	return bytes.ReplaceAll(text, []byte("/"), []byte(`\/`))
}

// breakLines breaks base64 at 76 characters, as MIME encoders do.
func breakLines(text string) string {
	var lines []string
	for line := range slices.Chunk([]byte(text), 76) {
		lines = append(lines, string(line))
	}
	return strings.Join(lines, "\r\n")
}

func formBody(address, req, sign string) (*http.Request, error) {
	return post(address, "req="+url.QueryEscape(req)+"&sign="+sign)
}

// rawBody forgets to percent-encode; a plus arrives as a blank.
func rawBody(address, req, sign string) (*http.Request, error) {
	return post(address, "req="+req+"&sign="+sign)
}

func encodedTwice(address, req, sign string) (*http.Request, error) {
	return post(address, "req="+url.QueryEscape(url.QueryEscape(req))+"&sign="+sign)
}

func signFirst(address, req, sign string) (*http.Request, error) {
	return post(address, "charset=utf-8&sign="+sign+"&req="+url.QueryEscape(req)+"&submit=%E6%8F%90%E4%BA%A4")
}

// queryOnly is a POST without a body.
func queryOnly(address, req, sign string) (*http.Request, error) {
	return http.NewRequest(http.MethodPost, address+"?req="+url.QueryEscape(req)+"&sign="+sign, nil)
}

func multipartBody(address, req, sign string) (*http.Request, error) {
	const boundary = "------------------------0123456789abcdef" // as curl writes it
	var b strings.Builder
	for _, field := range [][2]string{{"req", req}, {"sign", sign}} {
		fmt.Fprintf(&b, "--%s\r\nContent-Disposition: form-data; name=%q\r\n\r\n%s\r\n", boundary, field[0], field[1])
	}
	fmt.Fprintf(&b, "--%s--\r\n", boundary)
	request, err := post(address, b.String())
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "multipart/form-data; boundary="+boundary)
	return request, nil
}

func post(address, body string) (*http.Request, error) {
	request, err := http.NewRequest(http.MethodPost, address, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return request, nil
}
