package explain

import (
	"bufio"
	"net/http"
	"net/textproto"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// request is a whole HTTP request, as somebody saved it.
type request struct {
	method, target string
	path, query    string // of the target; the path is decoded
	contentType    string
	body           string
	missing        int // bytes of the body that Content-Length promises and the file does not have
}

var requestLine = regexp.MustCompile(`^([A-Z]{3,16}) (\S+) HTTP/[0-9.]+\r?\n`)

// readRequest reads a request that was saved with its head. Editors change line
// ends and put one behind the body, so the head is read by either.
func readRequest(text string) (*request, bool) {
	line := requestLine.FindStringSubmatch(text)
	if line == nil {
		return nil, false
	}
	r := &request{method: line[1], target: line[2], body: behindHead(text)}
	r.path, r.query, _ = strings.Cut(r.target, "?")
	if u, err := url.ParseRequestURI(r.target); err == nil {
		r.path, r.query = u.Path, u.RawQuery
	}
	head, _ := textproto.NewReader(bufio.NewReader(strings.NewReader(text[len(line[0]):]))).ReadMIMEHeader()
	header := http.Header(head)
	r.contentType = header.Get("Content-Type")
	if strings.EqualFold(strings.TrimSpace(header.Get("Transfer-Encoding")), "chunked") {
		if whole, ok := joinChunks(r.body); ok {
			r.body = whole // else it was saved without its chunks
		}
		return r, true
	}
	if length, err := strconv.Atoi(header.Get("Content-Length")); err == nil && length >= 0 {
		r.missing = max(length-len(r.body), 0)
		r.body = r.body[:min(length, len(r.body))]
	}
	return r, true
}

// joinChunks takes a chunked body apart. An editor may have made a line feed of every line
// end, in the chunks too, whose sizes count two bytes for each of those then.
func joinChunks(text string) (string, bool) {
	if whole, ok := chunksOf(text, 1); ok {
		return whole, true
	}
	return chunksOf(text, 2)
}

// chunksOf joins chunks (RFC 9112 §7.1) in whose sizes a line feed counts some bytes.
func chunksOf(text string, lineFeed int) (string, bool) {
	var body strings.Builder
	for {
		line, rest, ended := strings.Cut(text, "\n")
		digits, _, _ := strings.Cut(line, ";")
		size, err := strconv.ParseUint(strings.TrimSpace(digits), 16, 31)
		switch {
		case err != nil:
			return "", false
		case size == 0:
			return body.String(), true
		case !ended:
			return "", false
		}
		end := 0
		for counted := 0; counted < int(size); end++ {
			if end == len(rest) {
				return "", false
			}
			counted++
			if rest[end] == '\n' {
				counted += lineFeed - 1
			}
		}
		body.WriteString(rest[:end])
		if text = strings.TrimPrefix(strings.TrimPrefix(rest[end:], "\r"), "\n"); len(text) == len(rest)-end {
			return "", false
		}
	}
}
