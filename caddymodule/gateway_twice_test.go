package caddymodule

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/paybridge/paybridge/tests/rawgateway"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// repeater is a gateway below HTTP that answers each request rightly and writes
// some answers a second time on the connection, which it keeps.
type repeater struct {
	*rawgateway.Gateway
	keys *fakeGateway // opens and seals
	// write writes an answer, with what is wrong, given the one before it on this
	// connection ("" for none).
	write func(answer, before string) string
	code  func(n int32) string // the respCode of the nth answer to a pay call

	answers atomic.Int32 // to pay calls
	reused  atomic.Int32 // requests on a connection after one was answered wrongly
	open    sync.Map     // the connections
}

// serve answers the requests of one connection.
func (r *repeater) serve(g *rawgateway.Gateway, conn *net.TCPConn) {
	r.open.Store(conn, nil)
	in := bufio.NewReader(conn)
	before, wrong := "", false
	for {
		req, err := http.ReadRequest(in)
		if err != nil {
			return
		}
		if wrong {
			r.reused.Add(1)
		}
		answer, err := r.answer(req)
		if err != nil {
			panic(err) // the bridge sends what no gateway understands
		}
		g.Posts.Add(1)
		text := r.write(answer, before)
		if _, err := conn.Write([]byte(text)); err != nil {
			return
		}
		wrong = wrong || !strings.HasPrefix(text, answer)
		before = answer
	}
}

// hangUp closes the connections, which the bridge would keep.
func (r *repeater) hangUp() {
	r.open.Range(func(conn, _ any) bool {
		_ = conn.(net.Conn).Close()
		return true
	})
}

// answer is the right answer: to a pay call, a code that says whose it is.
func (r *repeater) answer(req *http.Request) (string, error) {
	request, err := r.keys.read(req)
	if err != nil {
		return "", err
	}
	head, body := request.Head, map[string]string{}
	head["tranType"], head["respCode"] = "02", v2.RespProcessing
	if head["tranCode"] == v2.TranPay { // and not a query, on a slow machine
		head["respCode"] = r.code(r.answers.Add(1))
	}
	if head["respCode"] == v2.RespProcessed {
		body["tranState"], body["codeUrl"] = "12", "weixin://"+request.Body["orderId"]
	}
	w := httptest.NewRecorder()
	if err := r.keys.seal(w, map[string]any{"head": head, "body": body}); err != nil {
		return "", err
	}
	text := w.Body.String()
	return fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n%s", len(text), text), nil
}

var gatewayAddress = regexp.MustCompile(`gateway http://\S+`)

// An answer that comes once more on a kept connection is not the next order's: no
// merchant is shown another order's code, none hears another's refusal, and the
// connection is not used again.
func TestAnswersWrittenTwice(t *testing.T) {
	for name, c := range map[string]struct {
		write func(answer, before string) string
		code  func(n int32) string
	}{
		"at once":                  {func(answer, _ string) string { return answer + answer }, accepts},
		"with rubbish behind":      {func(answer, _ string) string { return answer + "rubbish" }, accepts},
		"before the next":          {func(answer, before string) string { return before + answer }, accepts},
		"before the next, refused": {func(answer, before string) string { return before + answer }, refusesFirst},
		"in the place of the next": {insteadOf, accepts},
		"in its place, refused":    {insteadOf, refusesFirst},
	} {
		t.Run(name, func(t *testing.T) {
			g := &repeater{keys: newFakeGateway(t), write: c.write, code: c.code}
			g.Gateway = rawgateway.New(t, g.serve)
			t.Cleanup(g.hangUp)
			s := startServerFrom(t, "", func(caddyfile string) string {
				return gatewayAddress.ReplaceAllLiteralString(caddyfile, "gateway http://"+g.Address+"/")
			})
			for n := range 12 {
				g.mustServe(t, s, fmt.Sprintf("T20261126%08d", n))
			}
			if n := g.reused.Load(); n != 0 {
				t.Errorf("%d requests on a connection whose answer was another's", n)
			}
		})
	}
}

func accepts(int32) string { return v2.RespProcessed }

// refusesFirst refuses the first order. A refusal has an empty body: but for its
// flow number it could be anybody's.
func refusesFirst(n int32) string {
	if n == 1 {
		return "E1234567"
	}
	return v2.RespProcessed
}

// insteadOf writes the answer before in the place of the next.
func insteadOf(answer, before string) string {
	if before != "" {
		return before
	}
	return answer
}

// mustServe pays an order and insists that its merchant hears what the gateway has
// answered to it, if need be at the second try, or nothing certain.
func (r *repeater) mustServe(t *testing.T, s *server, orderID string) {
	t.Helper()
	const tries = 3
	for range tries {
		before := r.answers.Load()
		said := gjson.ParseBytes(unsealed(s.postForm(t, "/api/mpgateway", sealed(payJSON(orderID), signKey)).body))
		refused := r.answers.Load() > before && r.code(r.answers.Load()) != v2.RespProcessed
		switch code := said.Get("respcode").String(); {
		case code == "96": // in doubt: the merchant tries again
		case code == "94" && refused:
			return
		case code == "00" && said.Get("formaction").String() == "weixin://"+strings.TrimPrefix(said.Get("queryid").String(), "H"):
			return
		default:
			t.Fatalf("order %s hears %s, refused %v", orderID, said, refused)
		}
	}
	t.Fatalf("order %s is in doubt after %d tries", orderID, tries)
}
