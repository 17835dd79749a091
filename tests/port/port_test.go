package port

import (
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
)

// TestReserve holds some ports and finds them all different, free, and none of
// those that the system gives to connections.
func TestReserve(t *testing.T) {
	t.Parallel()
	seen := make(map[string]bool)
	for range 200 {
		address := Free(t)
		if seen[address] {
			t.Errorf("%s twice", address)
		}
		seen[address] = true
		_, text, err := net.SplitHostPort(address)
		if number, _ := strconv.Atoi(text); err != nil || number >= clientPorts() {
			t.Errorf("%s is for clients, who begin at %d", address, clientPorts())
		}
		server, err := net.Listen("tcp", address)
		if err != nil {
			t.Error(err)
			continue
		}
		server.Close()
	}
}

// TestReserveElsewhere: another process gets none of the ports that are reserved
// here, even while nobody listens to them, and one that is given back.
func TestReserveElsewhere(t *testing.T) {
	const wanted = "PORT_TEST_WANTED"
	if text := os.Getenv(wanted); text != "" {
		number, err := strconv.Atoi(text)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := reserve(number, distance()); err != nil {
			t.Fatal("refused: ", err)
		}
		return
	}
	r, err := Reserve()
	if err != nil {
		t.Fatal(err)
	}
	other := func() (string, error) {
		cmd := exec.Command(os.Args[0], "-test.run=^TestReserveElsewhere$")
		cmd.Env = append(os.Environ(), wanted+"="+strings.TrimPrefix(r.Address, loopback+":"))
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	if out, err := other(); err == nil || !strings.Contains(out, "refused: ") {
		t.Errorf("another process reserved %s too: %v\n%s", r.Address, err, out)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if out, err := other(); err != nil {
		t.Errorf("%s was given back: %v\n%s", r.Address, err, out)
	}
}

func distance() int {
	_, count := room(clientPorts())
	return count
}

// TestReserveTaken: a port with a server is refused, whatever address it has and
// however willing to share.
func TestReserveTaken(t *testing.T) {
	t.Parallel()
	for _, host := range []string{loopback, "0.0.0.0", "[::]"} {
		_, number, err := net.SplitHostPort(Free(t))
		if err != nil {
			t.Fatal(err)
		}
		server, err := net.Listen("tcp", host+":"+number)
		if err != nil && host == "[::]" {
			continue // a machine without IPv6
		} else if err != nil {
			t.Fatal(err)
		}
		defer server.Close()
		port, _ := strconv.Atoi(number)
		if r, err := reserve(port, -port); err == nil { // whatever lock the system gives
			t.Errorf("%s:%s is reserved though it is taken", host, number)
			r.Close()
		}
	}
}

func TestRoom(t *testing.T) {
	t.Parallel()
	for clients, want := range map[int][2]int{
		32768: {10240, 11264}, // Linux
		49152: {10240, 11264}, // macOS, Windows
		20480: {10240, 5120},
		15000: {1024, 6988},
		10240: {1024, 4608},
		3024:  {1024, 1000},
		1024:  {10240, 11264}, // nothing is left below
	} {
		first, count := room(clients)
		if got := [2]int{first, count}; got != want {
			t.Errorf("below %d: %v, want %v", clients, got, want)
		}
		if end := first + 2*count; clients >= 3024 && end > clients {
			t.Errorf("below %d: up to %d", clients, end)
		}
	}
}
