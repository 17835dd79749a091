package oldgateway

import (
	"io"
	"net"
	"net/http"
	"strconv"
	"time"
)

// answer is what the gateway has to say to a request, before a behaviour lets it
// out or not.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func newAnswer(status int, contentType string, body []byte) answer {
	return answer{status: status, header: http.Header{"Content-Type": {contentType}}, body: body}
}

// signed is the reply to a merchant's program, unsigned for an empty key.
func signed(value any, key string) answer {
	return newAnswer(http.StatusOK, "text/html;charset=UTF-8", sealed(value, key)) // as servers of the time wrote it
}

// redirect sends a browser on.
func redirect(location string) answer {
	a := newAnswer(http.StatusFound, "text/html;charset=UTF-8", nil)
	a.header.Set("Location", location)
	return a
}

// delivery is an answer on its way.
type delivery struct {
	answer
	w    http.ResponseWriter
	r    *http.Request
	rule Rule
	done <-chan struct{} // ends with the gateway
}

// sendWhole is the honest way.
func sendWhole(d *delivery) {
	d.writeHeader(len(d.body))
	d.w.Write(d.body)
}

// writeHeader announces a body of a length.
func (d *delivery) writeHeader(length int) {
	header := d.w.Header()
	for name, values := range d.header {
		header[name] = values
	}
	header.Set("Server", "Apache-Coyote/1.1")
	header.Set("Content-Length", strconv.Itoa(length))
	d.w.WriteHeader(d.status)
}

// sendHalf announces the whole answer, sends half of it and closes.
func sendHalf(d *delivery) {
	d.writeHeader(len(d.body))
	d.w.Write(d.body[:len(d.body)/2])
	http.NewResponseController(d.w).Flush()
	panic(http.ErrAbortHandler)
}

// sendSlow sends the answer byte by byte, over the rule's delay.
func sendSlow(d *delivery) {
	d.writeHeader(len(d.body))
	control := http.NewResponseController(d.w)
	for i := range d.body {
		if !d.wait(d.rule.Delay / time.Duration(len(d.body))) {
			panic(http.ErrAbortHandler)
		}
		d.w.Write(d.body[i : i+1])
		control.Flush()
	}
}

// sendNothing holds the request until the client goes away or the gateway is
// closed, and closes the connection without an answer.
func sendNothing(d *delivery) {
	select {
	case <-d.r.Context().Done():
	case <-d.done:
	}
	panic(http.ErrAbortHandler)
}

// sendReset makes the kernel send a TCP RST.
func sendReset(d *delivery) {
	conn := hijack(d.w)
	defer conn.Close()
	if wrapped, ok := conn.(interface{ NetConn() net.Conn }); ok { // TLS
		conn = wrapped.NetConn()
	}
	if tcp, ok := conn.(interface{ SetLinger(int) error }); ok {
		tcp.SetLinger(0)
	}
}

// sendClose ends the connection properly, but without an answer.
func sendClose(d *delivery) { hijack(d.w).Close() }

// sendRubbish answers with what is no HTTP.
func sendRubbish(d *delivery) {
	conn := hijack(d.w)
	defer conn.Close()
	io.WriteString(conn, "\x15\x03\x01\x00\x02\x02\x46 ora-12541: no listener\r\n\r\n")
}

func sendStatus(status int) func(*delivery) {
	return func(d *delivery) {
		text := strconv.Itoa(status) + " " + http.StatusText(status)
		d.answer = newAnswer(status, "text/html", []byte("<html><head><title>"+text+"</title></head><body><h1>"+text+"</h1></body></html>\n"))
		sendWhole(d)
	}
}

func sendEmpty(d *delivery) {
	d.body = nil
	sendWhole(d)
}

// wait waits, unless the client or the gateway goes first.
func (d *delivery) wait(long time.Duration) bool {
	timer := time.NewTimer(long)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-d.r.Context().Done():
	case <-d.done:
	}
	return false
}

// hijack takes the connection from the server. Where that is not possible, as in
// HTTP/2, it makes the server cut the request off, which is the nearest.
func hijack(w http.ResponseWriter) net.Conn {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	return conn
}
