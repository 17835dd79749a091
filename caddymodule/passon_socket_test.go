package caddymodule

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http/httputil"
	"net/textproto"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/caddyserver/caddy/v2"

	"github.com/paybridge/paybridge/tests/rawgateway"
)

// startFront loads a Caddyfile with nothing but an old gateway.
func startFront(t *testing.T, address, block string) *server {
	t.Helper()
	s := &server{log: newMemoryLog(t)}
	s.config = loadable(t, adapt(t, fmt.Sprintf(`{
	admin off
	persist_config off
	auto_https off
	paybridge {
		old_gateway %s %s
		timeouts {
			reply 11s
		}
	}
}
:8080 {
	paybridge
	respond "somebody else's page" 404
}
`, address, block)), s.log)
	t.Cleanup(func() {
		if err := caddy.Stop(); err != nil {
			t.Error(err)
		}
	})
	s.load(t)
	return s
}

// startBeside loads a Caddyfile with an old gateway and a merchant, whose new orders
// stay there.
func startBeside(t *testing.T, address, block string) *server {
	t.Helper()
	return startServer(t, fmt.Sprintf("old_gateway %s %s\ndefault_route old\ntimeouts {\nreply 11s\n}", address, block))
}

// fronts are the two ways in which the bridge stands in front of the old gateway.
var fronts = map[string]func(t *testing.T, address, block string) *server{"alone": startFront, "beside merchants": startBeside}

// message is a request or an answer as it is on the wire.
type message struct {
	line   string   // the first one
	header []string // the others, names in small letters, sorted
	body   string   // without its frame
}

// betweenNeighbours are headers that are about one connection only.
var betweenNeighbours = []string{"connection", "transfer-encoding"}

// readMessage reads one message. ok is false at the end of the connection, and for
// one that breaks off; head is that the answer has no body although it may say so.
func readMessage(r *bufio.Reader, head bool) (m message, ok bool) {
	length, chunked := -1, false
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return m, false
		}
		line = strings.TrimSuffix(line, "\r\n")
		if m.line == "" {
			m.line = line
			continue
		}
		if line == "" {
			break
		}
		name, value, _ := strings.Cut(line, ":")
		name, value = strings.ToLower(name), strings.TrimSpace(value)
		switch name {
		case "content-length":
			length, _ = strconv.Atoi(value)
		case "transfer-encoding":
			chunked = value == "chunked"
		}
		if !slices.Contains(betweenNeighbours, name) {
			m.header = append(m.header, name+": "+value)
		}
	}
	slices.Sort(m.header)
	var body io.Reader
	switch {
	case head:
		return m, true
	case chunked:
		body = httputil.NewChunkedReader(r)
	case length >= 0:
		body = io.LimitReader(r, int64(length))
	case strings.HasPrefix(m.line, "HTTP/"): // to the end of the connection
		body = r
	default:
		return m, true
	}
	text, err := io.ReadAll(body)
	m.body = string(text)
	if chunked && err == nil {
		_, err = textproto.NewReader(r).ReadMIMEHeader() // the trailer
	}
	return m, err == nil && (length < 0 || len(text) == length)
}

// socketGateway is an old gateway below HTTP. It keeps every request as it was on
// the wire, and writes the same answer to each.
type socketGateway struct {
	*rawgateway.Gateway
	mu   sync.Mutex
	seen []message
}

func newSocketGateway(t *testing.T, answer string) *socketGateway {
	t.Helper()
	g := new(socketGateway)
	g.Gateway = rawgateway.New(t, func(raw *rawgateway.Gateway, conn *net.TCPConn) {
		for r := bufio.NewReader(conn); ; {
			m, ok := readMessage(r, false)
			if !ok {
				return
			}
			g.mu.Lock()
			g.seen = append(g.seen, m)
			g.mu.Unlock()
			raw.Posts.Add(1)
			if _, err := io.WriteString(conn, answer); err != nil || !strings.Contains(answer, "ength:") {
				return // such an answer ends with the connection
			}
		}
	})
	return g
}

// last is the only request so far, which is forgotten.
func (g *socketGateway) last(t *testing.T) message {
	t.Helper()
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.seen) != 1 {
		t.Fatalf("%d requests have arrived, want 1", len(g.seen))
	}
	m := g.seen[0]
	g.seen = nil
	return m
}

// formPost is a request with a form, as it goes over the wire; header are further lines of
// its head.
func formPost(path, header, form string) string {
	return "POST " + path + " HTTP/1.1\r\nHost: a\r\n" + header + "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: " +
		strconv.Itoa(len(form)) + "\r\n\r\n" + form
}

// exchange writes a request to the server and reads all that comes back.
func (s *server) exchange(t *testing.T, request string, head bool) (got message, interim []string, ok bool) {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	sent := make(chan struct{})
	go func() { // the answer may come before all has been sent
		defer close(sent)
		_, _ = io.WriteString(conn, request)
	}()
	r := bufio.NewReader(conn)
	for {
		start, err := r.Peek(len("HTTP/1.1 1"))
		if err != nil {
			return got, interim, false
		}
		if string(start) != "HTTP/1.1 1" {
			break
		}
		m, _ := readMessage(r, true)
		interim = append(interim, strings.Join(append([]string{m.line}, m.header...), "\n"))
	}
	got, ok = readMessage(r, head)
	<-sent
	return got, interim, ok
}

// awaitLog waits for a line about a request that has been passed on, with all these
// parts: it is written when the answer is already out.
func (s *server) awaitLog(t *testing.T, parts ...string) {
	t.Helper()
	s.awaitLine(t, "passed on to the old gateway", parts...)
}

// awaitLine waits for a line with a message and all these parts.
func (s *server) awaitLine(t *testing.T, message string, parts ...string) {
	t.Helper()
	for end := time.Now().Add(time.Minute); ; <-time.After(time.Millisecond) {
		for line := range strings.Lines(s.log.String()) {
			missing := slices.ContainsFunc(parts, func(part string) bool { return !strings.Contains(line, part) })
			if strings.Contains(line, message) && !missing {
				return
			}
		}
		if time.Now().After(end) {
			t.Fatalf("no line with %q:\n%s", parts, s.log)
		}
	}
}
