package tests

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"testing"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"github.com/paybridge/paybridge/tests/port"
	"github.com/paybridge/paybridge/tests/sandbox/merchant"
)

// withTLS adds a site that speaks HTTP/2 to a world's settings, and returns its
// address.
func withTLS(t testing.TB, s *settings) string {
	t.Helper()
	address := port.Free(t)
	s.Global += "\n\tauto_https disable_redirects\n\tskip_install_trust\n"
	s.After += fmt.Sprintf("\nhttps://%s {\n\ttls internal\n\tpaybridge\n\trespond \"not the bridge\" 404\n}\n", address)
	return address
}

// TestHTTP2BodiesAreAnswered sends bodies of every length over HTTP/2, frame by
// frame and through one connection. Whatever is sent, the stream's answer is a
// whole v1 reply, and the connection serves the next one.
func TestHTTP2BodiesAreAnswered(t *testing.T) {
	t.Parallel()
	s := settings{ReadTimeout: 2 * time.Second}
	address := withTLS(t, &s)
	startWorld(t, s)
	for name, tc := range map[string]struct {
		size   int
		header []hpack.HeaderField
	}{
		"nothing":          {size: 0},
		"a little":         {size: 300},
		"just enough":      {size: 512 << 10},
		"3 MiB":            {size: 3 << 20},
		"20 MiB":           {size: 20 << 20},
		"its length given": {size: 3 << 20, header: []hpack.HeaderField{{Name: "content-length", Value: strconv.Itoa(3 << 20)}}},
		"expecting":        {size: 3 << 20, header: []hpack.HeaderField{{Name: "expect", Value: "100-continue"}}},
		"without end":      {size: endless},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := dialHTTP2(t, address)
			for range 2 {
				s := c.begin(t, merchant.PayPath, tc.header...)
				s.send(t, tc.size)
				s.end(t)
				s.readsReply(t, tc.size == endless)
			}
			next := c.begin(t, "/api/nothing")
			next.end(t)
			next.readsReply(t, false)
		})
	}
}

const endless = -1

// http2Conn is a connection of a program that writes and reads frames itself.
type http2Conn struct {
	authority string
	framer    *http2.Framer
	encoder   *hpack.Encoder
	header    bytes.Buffer // where the encoder writes
	window    int64        // what may be sent on the connection
	windows   int64        // and on a new stream
	streams   map[uint32]*http2Stream
}

// http2Stream is a request and its answer.
type http2Stream struct {
	*http2Conn
	id     uint32
	window int64
	status string
	answer bytes.Buffer
	ended  bool // the answer
	reset  bool // afterwards and without an error: nothing more of the request is wanted
}

func dialHTTP2(t testing.TB, address string) *http2Conn {
	t.Helper()
	var (
		conn *tls.Conn
		err  error
	)
	if !eventually(func() bool { // Caddy issues itself a certificate after it has started
		conn, err = tls.Dial("tcp", address, &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"h2"}})
		return err == nil
	}) {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	const window = 65535 // until the bridge says otherwise
	c := &http2Conn{
		authority: address, framer: http2.NewFramer(conn, conn),
		window: window, windows: window, streams: make(map[uint32]*http2Stream),
	}
	c.encoder = hpack.NewEncoder(&c.header)
	c.framer.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	if _, err := io.WriteString(conn, http2.ClientPreface); err != nil {
		t.Fatal(err)
	}
	if err := c.framer.WriteSettings(); err != nil {
		t.Fatal(err)
	}
	return c
}

// begin begins a request.
func (c *http2Conn) begin(t testing.TB, path string, more ...hpack.HeaderField) *http2Stream {
	t.Helper()
	s := &http2Stream{http2Conn: c, id: uint32(2*len(c.streams) + 1), window: c.windows}
	c.streams[s.id] = s
	form := hpack.HeaderField{Name: "content-type", Value: "application/x-www-form-urlencoded"}
	if err := c.writeRequest(s.id, path, true, append(more, form)...); err != nil {
		t.Fatal(err)
	}
	return s
}

// writeRequest writes the headers of a request, which are not whole where more follow.
func (c *http2Conn) writeRequest(id uint32, path string, whole bool, more ...hpack.HeaderField) error {
	c.header.Reset()
	for _, f := range append([]hpack.HeaderField{
		{Name: ":method", Value: http.MethodPost},
		{Name: ":scheme", Value: "https"},
		{Name: ":authority", Value: c.authority},
		{Name: ":path", Value: path},
	}, more...) {
		if err := c.encoder.WriteField(f); err != nil {
			return err
		}
	}
	return c.framer.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: c.header.Bytes(), EndHeaders: whole})
}

// send sends so much of a body. It reads frames only when it may not send any
// more: it does not look at an answer, unless there is no end. On a machine that is too
// slow for the body within the bridge's timeout, the rest of it is declined.
func (s *http2Stream) send(t testing.TB, size int) {
	t.Helper()
	left := int64(size)
	for left != 0 && !s.reset && (size != endless || !s.ended) {
		n := min(16<<10, s.window, s.http2Conn.window)
		if size != endless {
			n = min(n, left)
			left -= n
		}
		if n == 0 {
			s.readFrame(t)
			continue
		}
		s.window, s.http2Conn.window = s.window-n, s.http2Conn.window-n
		if err := s.framer.WriteData(s.id, false, bytes.Repeat([]byte("A"), int(n))); err != nil {
			t.Fatal(err)
		}
	}
}

// end ends the request, unless it has been answered without.
func (s *http2Stream) end(t testing.TB) {
	t.Helper()
	if s.ended {
		return
	}
	if err := s.framer.WriteData(s.id, true, nil); err != nil {
		t.Fatal(err)
	}
}

// readsReply reads the answer to its end, and until the rest of the request is
// declined, if it must be.
func (s *http2Stream) readsReply(t *testing.T, declined bool) {
	t.Helper()
	for !s.ended || declined && !s.reset {
		s.readFrame(t)
	}
	status, err := strconv.Atoi(s.status)
	if err != nil {
		t.Error(err)
	}
	mustBeReply(t, status, s.answer.Bytes(), "90", "96", "97")
}

func (c *http2Conn) readFrame(t testing.TB) {
	t.Helper()
	frame, err := c.framer.ReadFrame()
	if err != nil {
		t.Fatalf("reading a frame: %v", err)
	}
	switch f := frame.(type) {
	case *http2.SettingsFrame:
		err = c.readSettings(f)
	case *http2.PingFrame:
		err = c.framer.WritePing(true, f.Data)
	case *http2.GoAwayFrame:
		t.Fatalf("the connection ends: %v %s", f.ErrCode, f.DebugData())
	case *http2.WindowUpdateFrame:
		if f.StreamID == 0 {
			c.window += int64(f.Increment)
			return
		}
		c.streams[f.StreamID].window += int64(f.Increment)
	default:
		if s := c.streams[f.Header().StreamID]; s != nil {
			s.read(t, f)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
}

func (c *http2Conn) readSettings(f *http2.SettingsFrame) error {
	if f.IsAck() {
		return nil
	}
	if size, ok := f.Value(http2.SettingInitialWindowSize); ok {
		for _, s := range c.streams {
			s.window += int64(size) - c.windows
		}
		c.windows = int64(size)
	}
	return c.framer.WriteSettingsAck()
}

func (s *http2Stream) read(t testing.TB, frame http2.Frame) {
	t.Helper()
	switch f := frame.(type) {
	case *http2.MetaHeadersFrame:
		s.status, s.ended = f.PseudoValue("status"), f.StreamEnded()
	case *http2.DataFrame:
		s.answer.Write(f.Data())
		s.ended = f.StreamEnded()
	case *http2.RSTStreamFrame:
		if !s.reset && (f.ErrCode != http2.ErrCodeNo || !s.ended) {
			t.Fatalf("the stream was reset with %v; answered so far: %s %s", f.ErrCode, s.status, &s.answer)
		}
		s.reset = true // and once more for what was on its way then
	}
}
