package sandbox

import (
	"io"
	"net"
	"net/http"
	"strconv"
)

// answer is a reply on its way to the wire. The send functions are the ways
// to get it there, or not.
type answer struct {
	w          http.ResponseWriter
	r          *http.Request
	world      *world
	merchant   *Merchant
	plaintext  []byte
	merOrderID string
}

// sendSealed is the honest way.
func sendSealed(a *answer) {
	if text, ok := a.seal(a.plaintext); ok {
		writePlain(a.w, text)
	}
}

// sendForged signs other bytes than it sends.
func sendForged(a *answer) {
	if text, ok := a.seal(append([]byte("forged"), a.plaintext...)); ok {
		writePlain(a.w, text)
	}
}

// sendHalf announces the whole answer, sends half and closes.
func sendHalf(a *answer) {
	text, ok := a.seal(a.plaintext)
	if !ok {
		return
	}
	a.w.Header().Set("Content-Type", "text/plain; charset=UTF-8")
	a.w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	io.WriteString(a.w, text[:len(text)/2])
	http.NewResponseController(a.w).Flush()
	panic(http.ErrAbortHandler)
}

// sendNothing holds the request until the client goes away or the gateway is
// closed, and closes the connection without an answer.
func sendNothing(a *answer) {
	select {
	case <-a.r.Context().Done():
	case <-a.world.done.Done():
	}
	panic(http.ErrAbortHandler)
}

func sendReset(a *answer) { reset(a.w) }

// sendClose ends the connection properly, but without an answer.
func sendClose(a *answer) {
	hijack(a.w).Close()
}

func sendHTML(a *answer) {
	a.w.Header().Set("Content-Type", "text/html; charset=UTF-8")
	a.w.WriteHeader(http.StatusBadGateway)
	io.WriteString(a.w, "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>\n")
}

func sendPlainError(a *answer) {
	writePlain(a.w, codeSystem+" 系统繁忙，请稍后再试")
}

func sendEmpty(a *answer) {
	a.w.WriteHeader(http.StatusOK)
}

// seal seals the plaintext with a signature over signed. If that fails it
// says so to the client and reports false.
func (a *answer) seal(signed []byte) (string, bool) {
	e, err := a.merchant.sealEnvelope(a.plaintext, signed, a.merOrderID)
	if err != nil {
		http.Error(a.w, "sandbox: "+err.Error(), http.StatusInternalServerError)
		return "", false
	}
	return e.replyText(), true
}

// writePlain answers 200 with raw text, the form of every v2 response.
func writePlain(w http.ResponseWriter, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=UTF-8")
	io.WriteString(w, text)
}

// reset makes the kernel send a TCP RST instead of a FIN.
func reset(w http.ResponseWriter) {
	conn := hijack(w)
	defer conn.Close()
	if wrapped, ok := conn.(interface{ NetConn() net.Conn }); ok { // TLS
		conn = wrapped.NetConn()
	}
	if tcp, ok := conn.(interface{ SetLinger(int) error }); ok {
		tcp.SetLinger(0)
	}
}

// hijack takes the connection from the server. Where that is not possible, as
// in HTTP/2, it makes the server cut the request off, which is the nearest.
func hijack(w http.ResponseWriter) net.Conn {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	return conn
}
