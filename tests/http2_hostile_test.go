package tests

import (
	"testing"

	"golang.org/x/net/http2"

	"github.com/paybridge/paybridge/tests/sandbox/merchant"
)

// frameFloods are ways to make a server work with a few connections of HTTP/2. Each
// writes one time more.
var frameFloods = []struct {
	name   string
	frames int // of a run
	write  func(c *http2Conn, id uint32) error
}{
	{"rapid reset", 5000, func(c *http2Conn, id uint32) error {
		if err := c.writeRequest(id, merchant.PayPath, true); err != nil {
			return err
		}
		return c.framer.WriteRSTStream(id, http2.ErrCodeCancel)
	}},
	{"reset after a part of a body", 2500, func(c *http2Conn, id uint32) error {
		if err := c.writeRequest(id, merchant.PayPath, true); err != nil {
			return err
		}
		if err := c.framer.WriteData(id, false, make([]byte, 1)); err != nil {
			return err
		}
		return c.framer.WriteRSTStream(id, http2.ErrCodeCancel)
	}},
	{"headers without end", 10_000, func(c *http2Conn, id uint32) error {
		if id == 1 {
			return c.writeRequest(id, merchant.PayPath, false)
		}
		return c.framer.WriteContinuation(1, false, make([]byte, 1000))
	}},
	{"pings", 10_000, func(c *http2Conn, _ uint32) error { return c.framer.WritePing(false, [8]byte{}) }},
	{"settings", 10_000, func(c *http2Conn, _ uint32) error {
		return c.framer.WriteSettings(http2.Setting{ID: http2.SettingInitialWindowSize, Val: 1 << 16})
	}},
	{"priorities", 10_000, func(c *http2Conn, id uint32) error {
		return c.framer.WritePriority(id, http2.PriorityParam{StreamDep: id + 2})
	}},
}

// TestHostileFrames floods the bridge with frames of HTTP/2 that ask for work and take
// it back (rapid reset), or never end. It may end such a connection; merchants and the
// gateway are served as ever, and memory stays small.
func TestHostileFrames(t *testing.T) {
	t.Parallel()
	const connections = 4
	s := settings{}
	address := withTLS(t, &s)
	w := startWorld(t, s)
	w.paysAndIsNoticed(2)
	before := w.bridge.liveMiB()
	for _, flood := range frameFloods {
		t.Run(flood.name, func(t *testing.T) {
			ended := make(chan int, connections)
			for range connections {
				c := dialHTTP2(t, address)
				go c.readOn()
				go func() {
					id := uint32(1)
					for range flood.frames {
						if flood.write(c, id) != nil {
							break // the bridge has had enough
						}
						id += 2
					}
					ended <- int(id / 2)
				}()
			}
			w.paysAndIsNoticed(2)
			for range connections {
				t.Logf("%d of %d were written", <-ended, flood.frames)
			}
			w.bridge.comesDownTo(before + roomMiB)
			c := dialHTTP2(t, address)
			next := c.begin(t, "/api/nothing")
			next.end(t)
			next.readsReply(t, false)
		})
	}
	w.paysAndIsNoticed(1)
	w.rest()
}

// readOn drops what the bridge says until the connection has ended.
func (c *http2Conn) readOn() {
	for {
		if _, err := c.framer.ReadFrame(); err != nil {
			return
		}
	}
}
