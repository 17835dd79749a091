package caddymodule

import (
	"bufio"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const okAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

// What leaves a merchant's program or a payer's browser arrives at the old gateway
// byte for byte.
func TestRequestsArriveAsTheyWereSent(t *testing.T) { // not parallel: one Caddy a process
	for name, start := range fronts {
		t.Run(name, func(t *testing.T) {
			old := newSocketGateway(t, okAnswer)
			requestsArriveAsTheyWereSent(t, start(t, "http://"+old.Address, ""), old)
		})
	}
}

func requestsArriveAsTheyWereSent(t *testing.T, s *server, old *socketGateway) {
	t.Helper()
	const form = "req=eyJtZXJpZCI6Ijg5OTAwMDAxIn0+a/b==&sign=00"
	post := func(path string, header ...string) string {
		return "POST " + path + " HTTP/1.1\r\nHost: pay.example.com\r\n" + strings.Join(header, "\r\n") + "\r\n"
	}
	sized := func(body string, header ...string) string {
		return post("/api/mpgateway", append(header, "Content-Length: "+strconv.Itoa(len(body)), "", body)...)
	}
	for name, request := range map[string]string{
		"a form, no User-Agent":        sized(form, "Content-Type: application/x-www-form-urlencoded"),
		"a charset, odd capitals":      sized(form, "content-type: application/x-www-form-urlencoded;CHARSET=utf-8", "ACCEPT: */*"),
		"Content-Encoding: UTF-8":      sized(form, "Content-Encoding: UTF-8", "User-Agent: Java/1.6.0_45"),
		"rubbish":                      sized("\x00\xff\r\n\r\nGET / HTTP/1.1\r\n\r\n", "Content-Type: \xd6\xd0"),
		"no type, no form":             sized("{}"),
		"multipart":                    sized("--==x\r\nContent-Disposition: form-data; name=\"req\"\r\n\r\na+b\r\n--==x--\r\n", "Content-Type: multipart/form-data; boundary===x"),
		"3 MiB":                        sized(strings.Repeat("0123456789abcdef", 3<<16), "Content-Type: application/x-www-form-urlencoded"),
		"5 MiB":                        strings.Replace(sized(strings.Repeat("0123456789abcdef", 5<<16), "Content-Type: application/x-www-form-urlencoded"), "/api/mpgateway", "/api/report", 1),
		"5 MiB, and a query":           strings.Replace(sized(strings.Repeat("0123456789abcdef", 5<<16), "Content-Type: multipart/form-data; boundary=x"), "/api/mpgateway", "/api/report?req=a&req=b", 1),
		"5 MiB in a chunk":             post("/api/report", "Transfer-Encoding: chunked", "", "500000", strings.Repeat("0123456789abcdef", 5<<16), "0", ""),
		"3 MiB in a chunk":             post("/api/mpgateway", "Transfer-Encoding: chunked", "", "300000", strings.Repeat("0123456789abcdef", 3<<16), "0", ""),
		"as a merchant signs it":       sized(sealed(payJSON("T2026112200000000001"), signKey).Encode(), "Content-Type: application/x-www-form-urlencoded"),
		"in a multipart form, signed":  sized("--x\r\nContent-Disposition: form-data; name=\"req\"\r\n\r\n"+sealed(payJSON("T2026112200000000002"), signKey).Get("req")+"\r\n--x\r\nContent-Disposition: form-data; name=\"sign\"\r\n\r\n"+sealed(payJSON("T2026112200000000002"), signKey).Get("sign")+"\r\n--x--\r\n", "Content-Type: multipart/form-data; boundary=x"),
		"a query of nobody's order":    strings.Replace(sized(sealed(`{"merid":"89900001","orderid":"T2026112200000000009"}`, signKey).Encode()), "/api/mpgateway", "/api/query", 1),
		"empty":                        sized(""),
		"headers twice, and empty":     sized(form, "Cookie: a=1", "Cookie: b=2", "X-Empty:", "X-Shop: 1", "X-Shop: 2, 3"),
		"for a browser":                sized(form, "Accept-Encoding: gzip, deflate", "Accept: text/html"),
		"that may be sent again":       sized("", "Idempotency-Key: 1", "X-Idempotency-Key: 2"),
		"Via another server":           sized(form, "Via: 1.1 Caddy", "Via: 1.0 squid"),
		"Expect":                       sized(form, "Expect: 100-continue"),
		"chunks":                       post("/api/mpgateway", "Transfer-Encoding: chunked", "", "5\r\nreq=a\r\n1\r\n+\r\n0\r\n", ""),
		"no chunk":                     post("/api/query", "Transfer-Encoding: chunked", "", "0\r\n", ""),
		"all in the query":             post("/api/cancel?req=a+b%2b%2B==&sign=&sign=00&x", "Content-Length: 0", ""),
		"a question mark":              "GET /wxjsapi/gopay.html? HTTP/1.1\r\nHost: pay.example.com\r\n\r\n",
		"odd signs in the query":       "GET /apis/wxjspaygateway?req=a|\"<>`{}^\\'#\xd6 HTTP/1.1\r\nHost: pay.example.com\r\n\r\n",
		"a page":                       "GET /wxjsapi/openid.html?backurl=https%3A%2F%2Fshop.example%2F HTTP/1.1\r\nHost: PAY.example.com:8443\r\nIf-None-Match: W/\"1\"\r\nRange: bytes=0-1\r\n\r\n",
		"our own pages":                "GET /wxjsapi/paying.html?state=1 HTTP/1.1\r\nHost: pay.example.com\r\n\r\n",
		"a cashier page":               "POST /api/icashier HTTP/1.1\r\nHost: pay.example.com\r\nContent-Length: 3\r\n\r\na=b",
		"capitals":                     post("/API/MpGateway/", "Content-Length: 0", ""),
		"slashes":                      post("//api//mpgateway", "Content-Length: 0", ""),
		"backslash":                    post(`/api\mpgateway`, "Content-Length: 0", ""),
		"percent":                      post("/api/a%2Fb%20%5c%e4%BD", "Content-Length: 0", ""),
		"signs that need no percent":   post("/api/a|b[c]{d}^\"<>`", "Content-Length: 0", ""),
		"bytes that are no UTF-8":      post("/api/\xd6\xd0", "Content-Length: 0", ""),
		"dots":                         post("/apis/../api/./query", "Content-Length: 0", ""),
		"another method":               "PUT /api/report HTTP/1.1\r\nHost: pay.example.com\r\nContent-Length: 1\r\n\r\n1",
		"an own method":                "REPORT /api/report HTTP/1.1\r\nHost: pay.example.com\r\n\r\n",
		"the address of the interface": "OPTIONS /api/ HTTP/1.1\r\nHost: pay.example.com\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			want, ok := readMessage(bufio.NewReader(strings.NewReader(request)), false)
			if !ok {
				t.Fatalf("the test's own request is none: %q", request)
			}
			got, interim, ok := s.exchange(t, request, false)
			if !ok || got.body != "ok" {
				t.Fatalf("answered %+v", got)
			}
			if wants := strings.Contains(request, "Expect:"); len(interim) > 1 || (len(interim) == 1) != wants {
				t.Errorf("before the answer came %q", interim)
			}
			arrived := old.last(t)
			expectMessage(t, arrived, want, "x-forwarded-for: 127.0.0.1", "x-forwarded-host: "+hostOf(want), "x-forwarded-proto: http")
		})
	}
}

// hostOf is the Host of a request.
func hostOf(m message) string {
	for _, line := range m.header {
		if host, is := strings.CutPrefix(line, "host: "); is {
			return host
		}
	}
	return ""
}

// expectMessage compares what has arrived with what was sent and these headers more.
func expectMessage(t *testing.T, got, want message, more ...string) {
	t.Helper()
	if got.line != want.line {
		t.Errorf("arrived as\n%q, was sent as\n%q", got.line, want.line)
	}
	header := slices.Sorted(slices.Values(slices.Concat(want.header, more)))
	if !slices.Equal(got.header, header) {
		t.Errorf("arrived with\n%q, was sent with\n%q", got.header, header)
	}
	if got.body != want.body {
		t.Errorf("%d bytes have arrived of %d: %.200q", len(got.body), len(want.body), got.body)
	}
}

// What the old gateway answers arrives byte for byte, whatever it is.
func TestAnswersArriveAsTheyWereSent(t *testing.T) { // not parallel: one Caddy a process
	for name, start := range fronts {
		t.Run(name, func(t *testing.T) { answersArriveAsTheyWereSent(t, start) })
	}
}

func answersArriveAsTheyWereSent(t *testing.T, start func(t *testing.T, address, block string) *server) {
	t.Helper()
	for name, tc := range map[string]struct {
		answer  string
		method  string // POST by default
		interim string
	}{
		"without a type or a date": {answer: `HTTP/1.1 200 OK` + "\r\nContent-Length: 22\r\n\r\n" + `{"resp":"e30","sign":""}`[:22]},
		"as servers of the time":   {answer: "HTTP/1.1 200 OK\r\nServer: Microsoft-IIS/6.0\r\nX-Powered-By: ASP.NET\r\nDate: Mon, 01 Jan 2018 00:00:00 GMT\r\nContent-Type: text/html; charset=GB2312\r\nContent-Length: 4\r\n\r\n\xd6\xd0\xce\xc4"},
		"a redirect with cookies":  {answer: "HTTP/1.1 302 Found\r\nLocation: /wxjsapi/gopay.html?a=1#b\r\nSet-Cookie: a=1; Path=/\r\nSet-Cookie: b=2; HttpOnly\r\nContent-Length: 0\r\n\r\n"},
		"to somewhere else":        {answer: "HTTP/1.1 301 Moved\r\nLocation: http://pay.example.com:8080/x\r\nContent-Length: 0\r\n\r\n"},
		"not found":                {answer: "HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>"},
		"its balancer's 502":       {answer: "HTTP/1.1 502 Bad Gateway\r\nServer: nginx\r\nContent-Length: 6\r\n\r\n<html>"},
		"unavailable":              {answer: "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 120\r\nContent-Length: 0\r\n\r\n"},
		"an odd status":            {answer: "HTTP/1.1 999 \r\nContent-Length: 1\r\n\r\n1"},
		"hung up, says it":         {answer: "HTTP/1.1 499 \r\nContent-Length: 1\r\n\r\n1"},
		"compressed unasked":       {answer: "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\n\x1f\x8b\x08"},
		"an odd encoding":          {answer: "HTTP/1.1 200 OK\r\nContent-Encoding: UTF-8\r\nContent-Length: 1\r\n\r\n1"},
		"chunks":                   {answer: "HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"},
		"to the end, HTTP/1.0":     {answer: "HTTP/1.0 200 OK\r\nContent-Type: a/b\r\n\r\nabc"},
		"no content":               {answer: "HTTP/1.1 204 No Content\r\nX-Length: 0\r\n\r\n"},
		"not modified":             {answer: "HTTP/1.1 304 Not Modified\r\nEtag: \"1\"\r\nX-Length: 0\r\n\r\n", method: "GET"},
		"head":                     {answer: "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", method: "HEAD"},
		"a file":                   {answer: "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-1/3\r\nContent-Length: 2\r\n\r\nab", method: "GET"},
		"Via another Caddy":        {answer: "HTTP/1.1 200 OK\r\nVia: 1.1 Caddy\r\nVia: 1.0 squid\r\nContent-Length: 0\r\n\r\n"},
		"headers twice, and empty": {answer: "HTTP/1.1 200 OK\r\nX-A: 1\r\nX-A: 2\r\nX-B:\r\nWarning: 199 - \"\xd6\"\r\nContent-Length: 0\r\n\r\n"},
		"go on, once more":         {answer: "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1"},
		"hints":                    {answer: "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1", interim: "HTTP/1.1 103 Early Hints\nlink: </a>"},
		"3 MiB":                    {answer: "HTTP/1.1 200 OK\r\nContent-Length: 3145728\r\n\r\n" + strings.Repeat("0123456789abcdef", 3<<16)},
	} {
		t.Run(name, func(t *testing.T) {
			old := newSocketGateway(t, tc.answer)
			s := start(t, "http://"+old.Address, "")
			method := tc.method
			if method == "" {
				method = "POST"
			}
			got, interim, ok := s.exchange(t, method+" /api/query HTTP/1.1\r\nHost: pay.example.com\r\nContent-Length: 0\r\n\r\n", method == "HEAD" || bodiless(tc.answer))
			if !ok {
				t.Fatalf("broke off: %+v", got)
			}
			if strings.Join(interim, "") != tc.interim {
				t.Errorf("before it came %q", interim)
			}
			final := tc.answer[strings.LastIndex(tc.answer, "HTTP/1."):]
			want, _ := readMessage(bufio.NewReader(strings.NewReader(final)), method == "HEAD" || bodiless(tc.answer))
			got.line, want.line = statusOf(got.line), statusOf(want.line)
			expectMessage(t, got, want)
		})
	}
}

func bodiless(answer string) bool {
	return statusOf(answer) == "204" || statusOf(answer) == "304"
}

// statusOf is the status of an answer's first line. Its words are not passed on.
func statusOf(line string) string { return line[len("HTTP/1.1 "):][:3] }

// An old gateway may change to another protocol; that answer has nothing of ours either.
func TestSwitchingProtocols(t *testing.T) { // not parallel: one Caddy a process
	for name, start := range fronts {
		t.Run(name, func(t *testing.T) {
			old := newSocketGateway(t, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: shop\r\nX-A: 1\r\n\r\n")
			s := start(t, "http://"+old.Address, "")
			_, got, _ := s.exchange(t, "GET /api/push HTTP/1.1\r\nHost: pay.example.com\r\nConnection: Upgrade\r\nUpgrade: shop\r\n\r\n", false)
			if want := []string{"HTTP/1.1 101 Switching Protocols\nupgrade: shop\nx-a: 1"}; !slices.Equal(got, want) {
				t.Errorf("answered %q, want %q", got, want)
			}
		})
	}
}

// What HTTP does not let through as it came arrives as the same for a server: a host that
// nobody has named is the old gateway's own, and behind two slashes at the beginning what
// needs a percent sign gets it.
func TestRequestsThatArriveOtherwise(t *testing.T) { // not parallel: one Caddy a process
	old := newSocketGateway(t, okAnswer)
	s := startFront(t, "http://"+old.Address, "")
	for _, tc := range []struct{ request, line, host string }{
		{"GET /api/a HTTP/1.0\r\n\r\n", "GET /api/a HTTP/1.1", old.Address},
		{"GET //api/a|b\\c HTTP/1.1\r\nHost: a\r\n\r\n", "GET //api/a%7Cb%5Cc HTTP/1.1", "a"},
		{"GET //api/a%7cb HTTP/1.1\r\nHost: a\r\n\r\n", "GET //api/a%7cb HTTP/1.1", "a"},
	} {
		if got, _, ok := s.exchange(t, tc.request, false); !ok || got.body != "ok" {
			t.Errorf("%q is answered %+v", tc.request, got)
		}
		if m := old.last(t); m.line != tc.line || hostOf(m) != tc.host {
			t.Errorf("%q arrives as %q at %q, header %q", tc.request, m.line, hostOf(m), m.header)
		}
	}
}

// Everything else is not the old gateway's.
func TestFrontLeavesTheRest(t *testing.T) { // not parallel: one Caddy a process
	old := newSocketGateway(t, okAnswer)
	s := startFront(t, "http://"+old.Address, "")
	for path, want := range map[string]string{
		"/":                       "somebody else's page",
		"/onepay/notify":          "somebody else's page",
		"/apidocs":                "somebody else's page",
		"/paybridge/health":       `"status":"ready"`,
		"/paybridge/health/ready": `"status":"ready"`,
		"/paybridge/health/live":  `"status":"live"`,
		"/paybridge/health/x":     "No such address",
	} {
		if got, _, _ := s.exchange(t, "GET "+path+" HTTP/1.1\r\nHost: pay.example.com\r\n\r\n", false); !strings.Contains(got.body, want) {
			t.Errorf("%s: %+v", path, got)
		}
	}
	if n := old.Posts.Load(); n != 0 {
		t.Errorf("the old gateway has seen %d requests", n)
	}
	if !strings.Contains(s.log.String(), "passes everything on") {
		t.Errorf("the log does not say so:\n%s", s.log)
	}
}

// A connection that is kept is used for the next request, whoever sent it.
func TestConnectionsAreKept(t *testing.T) { // not parallel: one Caddy a process
	old := newSocketGateway(t, okAnswer)
	s := startFront(t, "http://"+old.Address, "")
	for range 5 {
		s.exchange(t, "GET /api/x HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", false)
	}
	if n := old.Conns.Load(); n != 1 {
		t.Errorf("%d connections for 5 requests one after the other", n)
	}
}

// The old gateway over https gets the client's Host, too, unless the operator says
// otherwise. What another server is asked for in the handshake is its own name.
func TestOldGatewayOverHTTPS(t *testing.T) { // not parallel: one Caddy a process
	for name, tc := range map[string]struct{ block, host string }{
		"as it came":             {"", "PAY.example.com:8443"},
		"by the operator's word": {"header_up Host old.example.com", "old.example.com"},
	} {
		t.Run(name, func(t *testing.T) {
			seen := make(chan *http.Request, 1)
			old := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				seen <- r
				_, _ = io.WriteString(w, "ok")
			}))
			t.Cleanup(old.Close)
			s := startFront(t, old.URL, "{\ntransport http {\ntls_insecure_skip_verify\n}\n"+tc.block+"\n}")
			request := "POST /api\\query HTTP/1.1\r\nHost: PAY.example.com:8443\r\nIdempotency-Key: 1\r\nContent-Length: 0\r\n\r\n"
			if got, _, ok := s.exchange(t, request, false); !ok || got.body != "ok" {
				t.Fatalf("answered %+v", got)
			}
			r := <-seen
			if r.Host != tc.host || r.RequestURI != `/api\query` || r.Header.Get("Idempotency-Key") != "1" || r.Header.Get("Via") != "" {
				t.Errorf("host %q, path %q, header %v", r.Host, r.RequestURI, r.Header)
			}
			if r.Header.Get("X-Forwarded-Host") != "PAY.example.com:8443" {
				t.Errorf("forwarded for host %q", r.Header.Get("X-Forwarded-Host"))
			}
		})
	}
}
