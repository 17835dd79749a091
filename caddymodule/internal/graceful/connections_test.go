package graceful

import (
	"bufio"
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"
)

// wait is how long the tests' connections may take.
const wait = 5 * time.Second

// sockets counts them: an address belongs to the bubble of one test.
var sockets atomic.Int64

// pipes is a listener in memory, for the clock of synctest.
type pipes struct {
	name   string // unique in this process
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func newPipes() *pipes {
	return &pipes{name: strconv.FormatInt(sockets.Add(1), 10), conns: make(chan net.Conn), closed: make(chan struct{})}
}

func (p *pipes) Network() string { return "pipe" }
func (p *pipes) String() string  { return p.name }
func (p *pipes) Addr() net.Addr  { return p }

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case conn := <-p.conns:
		return conn, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

// old is the server of a configuration that is to end.
type old struct {
	conns  *Connections
	socket *pipes
	server *http.Server
	tls    *tls.Config // of its clients; nil without TLS
}

// serveOld starts a server whose handler works for a while. knows says that the handler
// calls Reached.
func serveOld(t *testing.T, encrypted, knows bool, work time.Duration) *old {
	t.Helper()
	o := &old{conns: New(wait, zap.NewNop()), socket: newPipes()}
	o.server = &http.Server{
		ConnContext: o.conns.Context, ConnState: o.conns.State,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if knows {
				Reached(r.Context())
			}
			select {
			case <-time.After(work):
			case <-r.Context().Done():
			}
			_, _ = io.WriteString(w, "answered")
		}),
	}
	l := o.conns.Listen(o.socket)
	if encrypted {
		front := httptest.NewUnstartedServer(nil) // has a certificate
		front.StartTLS()
		front.Close()
		config := front.TLS.Clone()
		config.NextProtos = []string{"h2", "http/1.1"}
		o.server.TLSConfig = config
		o.tls = &tls.Config{InsecureSkipVerify: true}
		go o.server.ServeTLS(l, "", "")
	} else {
		go o.server.Serve(l)
	}
	t.Cleanup(func() { o.server.Close() })
	return o
}

// dial connects, which the server accepts at once.
func (o *old) dial(t *testing.T) net.Conn {
	t.Helper()
	here, there := net.Pipe()
	t.Cleanup(func() { here.Close() })
	o.socket.conns <- there
	synctest.Wait()
	return here
}

// end does what Caddy does at a reload, and returns how long it waits before the server
// is shut down.
func (o *old) end(ctx context.Context) <-chan time.Duration {
	waited := make(chan time.Duration, 1)
	go func() {
		start := time.Now()
		o.conns.Drain()
		waited <- time.Since(start)
		_ = o.server.Shutdown(ctx)
	}()
	synctest.Wait()
	return waited
}

const request = "POST /api/query HTTP/1.1\r\nHost: pay\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"

// answer sends the rest of a request, in one piece, and returns the answer's content.
func answer(t *testing.T, conn net.Conn, rest string) string {
	t.Helper()
	if _, err := io.WriteString(conn, rest); err != nil {
		t.Fatalf("the request cannot be sent: %v", err)
	}
	reply, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatalf("the request is not answered: %v", err)
	}
	return content(t, reply)
}

func content(t *testing.T, reply *http.Response) string {
	t.Helper()
	defer reply.Body.Close()
	content, err := io.ReadAll(reply.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// TestLateRequest: a connection that was accepted before a reload brings its request
// seconds after the reload has begun, and is answered.
func TestLateRequest(t *testing.T) {
	t.Parallel()
	const late = 4 * time.Second
	for name, ask := range map[string]func(t *testing.T, o *old, conn net.Conn) string{
		"plain": func(t *testing.T, _ *old, conn net.Conn) string {
			time.Sleep(late)
			return answer(t, conn, request)
		},
		"piece by piece": func(t *testing.T, _ *old, conn net.Conn) string {
			time.Sleep(late / 2)
			if _, err := io.WriteString(conn, request[:20]); err != nil {
				t.Fatal(err)
			}
			time.Sleep(late / 2)
			return answer(t, conn, request[20:])
		},
		"TLS, late handshake": func(t *testing.T, o *old, conn net.Conn) string {
			time.Sleep(late)
			return answer(t, tls.Client(conn, o.tls), request)
		},
		"TLS, late request": func(t *testing.T, o *old, conn net.Conn) string {
			secret := tls.Client(conn, o.tls)
			if err := secret.Handshake(); err != nil {
				t.Fatal(err)
			}
			time.Sleep(late)
			return answer(t, secret, request)
		},
		"TLS, HTTP/2": func(t *testing.T, o *old, conn net.Conn) string {
			config := o.tls.Clone()
			config.NextProtos = []string{"h2"}
			secret := tls.Client(conn, config)
			if err := secret.Handshake(); err != nil {
				t.Fatal(err)
			}
			time.Sleep(late)
			client := &http.Transport{
				ForceAttemptHTTP2: true,
				DialTLSContext:    func(context.Context, string, string) (net.Conn, error) { return secret, nil },
			}
			defer client.CloseIdleConnections()
			r, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://pay/api/query", http.NoBody)
			reply, err := client.RoundTrip(r)
			if err != nil {
				t.Fatal(err)
			}
			return content(t, reply)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				o := serveOld(t, strings.HasPrefix(name, "TLS"), true, time.Second)
				conn := o.dial(t)
				waited := o.end(t.Context())
				if got := ask(t, o, conn); got != "answered" {
					t.Errorf("the answer is %q", got)
				}
				if took := <-waited; took != late {
					t.Errorf("the reload waits %s, want until the request is there, %s", took, late)
				}
			})
		})
	}
}

// TestDrain: how long the end of a server waits for what.
func TestDrain(t *testing.T) {
	t.Parallel()
	const age = time.Second // of a connection when the reload begins
	say := func(t *testing.T, conn net.Conn, text string) {
		t.Helper()
		if _, err := io.WriteString(conn, text); err != nil {
			t.Fatal(err)
		}
		go func() { _, _ = io.Copy(io.Discard, conn) }()
		synctest.Wait()
	}
	for name, test := range map[string]struct {
		encrypted, strange bool // TLS; a handler that knows nothing of Reached
		before             func(t *testing.T, o *old)
		want               time.Duration
	}{
		"nobody is connected": {before: func(*testing.T, *old) {}},
		"says nothing":        {before: func(t *testing.T, o *old) { o.dial(t); time.Sleep(age) }, want: wait - age},
		"says nothing, TLS":   {encrypted: true, before: func(t *testing.T, o *old) { o.dial(t); time.Sleep(age) }, want: wait - age},
		"has said nothing for too long": {before: func(t *testing.T, o *old) {
			o.dial(t)
			time.Sleep(wait)
		}},
		"says half a request": {before: func(t *testing.T, o *old) {
			say(t, o.dial(t), request[:20])
			time.Sleep(age)
		}, want: wait - age},
		"goes away": {before: func(t *testing.T, o *old) {
			conn := o.dial(t)
			time.AfterFunc(age, func() { conn.Close() })
		}, want: age},
		"in hand": {before: func(t *testing.T, o *old) { say(t, o.dial(t), request) }},
		"in a strange handler's hands": {strange: true, before: func(t *testing.T, o *old) {
			say(t, o.dial(t), request)
		}, want: moment},
		"has been so for a while": {strange: true, before: func(t *testing.T, o *old) {
			say(t, o.dial(t), request)
			time.Sleep(moment)
		}},
		"kept, and at rest": {before: func(t *testing.T, o *old) {
			say(t, o.dial(t), "GET / HTTP/1.1\r\nHost: pay\r\n\r\n")
			time.Sleep(time.Minute)
		}},
		"accepted, and the server does not come back": {before: func(t *testing.T, o *old) {
			other := newPipes()
			l := o.conns.Listen(other)
			here, there := net.Pipe()
			t.Cleanup(func() { here.Close(); l.Close() })
			go func() {
				if _, err := l.Accept(); err != nil {
					t.Error(err)
				}
				time.Sleep(2 * age)
				_, _ = l.Accept()
			}()
			other.conns <- there
			synctest.Wait()
		}, want: 2 * age},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				o := serveOld(t, test.encrypted, !test.strange, 10*time.Second)
				test.before(t, o)
				if took := <-o.end(t.Context()); took != test.want {
					t.Errorf("the reload waits %s, want %s", took, test.want)
				}
			})
		})
	}
}

// TestDrainWhileAccepting: a server that ends without a successor takes no connection more,
// and one that goes on accepting holds its end up no longer than the time of one.
func TestDrainWhileAccepting(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := serveOld(t, false, true, 0)
		conn := o.dial(t)
		waited := o.end(t.Context())
		select {
		case <-o.socket.closed:
		default:
			t.Error("the socket is open: what connects now is lost")
		}
		if got := answer(t, conn, request); got != "answered" {
			t.Errorf("the answer is %q", got)
		}
		if took := <-waited; took != 0 {
			t.Errorf("waited %s", took)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		c := New(wait, zap.NewNop())
		go func() {
			for range 20 {
				conn, _ := net.Pipe()
				c.Context(t.Context(), conn)
				time.Sleep(time.Second)
			}
		}()
		synctest.Wait()
		start := time.Now()
		c.Drain()
		if took := time.Since(start); took != wait+moment {
			t.Errorf("waited %s", took)
		}
		time.Sleep(time.Minute)
	})
}
