package tests

import (
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// restingSockets are the ways of connections that cost their sender nothing. What is
// sent at first never ends a request, and more is sent from time to time.
var restingSockets = []struct{ name, first, more string }{
	{"nothing", "", ""},
	{"half a request line", "POST /api/mpga", "t"},
	{"headers without end", "POST /api/mpgateway HTTP/1.1\r\nHost: x\r\n", "X-A: b\r\n"},
	{"a header without end", "POST /onepay/notify HTTP/1.1\r\nHost: x\r\nX-A: ", "b"},
	{"a body that drips", "POST /api/mpgateway HTTP/1.1\r\nHost: x\r\nContent-Length: 400000\r\n\r\nreq=", "A"},
	{"a notice that drips", "POST /onepay/notify HTTP/1.1\r\nHost: x\r\nContent-Length: 400000\r\n\r\nmsg_enc=", "0"},
	{"chunks that drip", "POST /api/query HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\nA\r\n"},
	{"a page that is asked for slowly", "GET /wxjsapi/gopay.html?id=", "A"},
}

// restingEach is what a resting connection may cost of memory, in MiB (docs/operating.md,
// "Sizing").
const restingEach = eachMiB

// TestHostileSockets lets many connections rest in the middle of a request, and drip
// (slow loris): 1,500, and as many as PAYBRIDGE_SOCKETS says in a long run. Merchants
// and the gateway are served as ever meanwhile, memory stays within what the documents
// promise, and in the end all that the connections took is given back.
func TestHostileSockets(t *testing.T) {
	count := socketsFor(t, askedFor(t, "PAYBRIDGE_SOCKETS", 1500))
	w := startWorld(t, settings{})
	w.paysAndIsNoticed(2)
	before, files := w.bridge.liveMiB(), w.bridge.openFiles()

	resting := w.restSockets(t, count)
	if !eventually(func() bool { return w.bridge.openFiles() >= files+count/2 }) {
		t.Errorf("the bridge has %d files open, of %d connections", w.bridge.openFiles(), count)
	}
	for range 10 {
		resting.drip()
		w.paysAndIsNoticed(1)
	}
	used := w.bridge.comesDownTo(before + roomMiB + float64(count)*restingEach)
	t.Logf("%d connections: memory in use grew by %.0f MiB; %.0f MiB are resident", count, used-before, residentMiB(t, w.bridge.cmd.Process.Pid))

	resting.close()
	if !eventually(func() bool { return w.bridge.openFiles() < files+50 }) {
		t.Errorf("%d files are open after all connections have ended, %d before them", w.bridge.openFiles(), files)
	}
	w.bridge.comesDownTo(before + roomMiB)
	w.paysAndIsNoticed(2)
	w.rest()
}

// socketsFor is how many connections can be opened from here, of so many that are
// wanted: the limit of open files counts for this process and for the bridge.
func socketsFor(t testing.TB, wanted int) int {
	t.Helper()
	const others = 1000
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	limit.Cur = limit.Max // the bridge does so by itself, as every program in Go
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	if most := int(min(limit.Max, 1<<20)) - others; wanted > most {
		t.Logf("%d connections instead of %d: no more than %d files may be open", most, wanted, limit.Max)
		return most
	}
	return wanted
}

// resting are connections in the middle of a request.
type resting []net.Conn

// restSockets opens so many connections, of each way in its turn.
func (w *world) restSockets(t testing.TB, count int) resting {
	t.Helper()
	list := make(resting, count)
	var (
		opening sync.WaitGroup
		places  = make(chan struct{}, 32)
	)
	for i := range list {
		places <- struct{}{}
		opening.Go(func() {
			defer func() { <-places }()
			conn, err := net.Dial("tcp", strings.TrimPrefix(w.bridge.url, "http://"))
			if err != nil {
				t.Errorf("connecting: %v", err)
				return
			}
			list[i] = conn
			if _, err := conn.Write([]byte(restingSockets[i%len(restingSockets)].first)); err != nil {
				t.Errorf("sending: %v", err)
			}
		})
	}
	opening.Wait()
	t.Cleanup(list.close)
	return list
}

// drip sends a little more on each connection. Those that the bridge has ended by now
// rest for ever.
func (r resting) drip() {
	for i, conn := range r {
		if more := restingSockets[i%len(restingSockets)].more; conn != nil && more != "" {
			_ = conn.SetWriteDeadline(time.Now().Add(patience))
			_, _ = conn.Write([]byte(more))
		}
	}
}

func (r resting) close() {
	for _, conn := range r {
		if conn != nil {
			conn.Close()
		}
	}
}

// openFiles is how many files and connections the bridge has open.
func (p *process) openFiles() int {
	p.t.Helper()
	list, err := os.ReadDir(filepath.Join("/proc", strconv.Itoa(p.cmd.Process.Pid), "fd"))
	if err != nil {
		p.t.Skipf("no /proc here: %v", err)
	}
	return len(list)
}
