// Package port reserves TCP ports of loopback for servers that other processes
// open later.
//
// A port that the system hands out (port 0) may be anybody's as soon as it is
// given back: it is one of those that connections leave from, and a program with
// many of them leaves few free. The ports of this package lie below those, so
// that nobody gets one without asking for that very number.
package port

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"strconv"
	"testing"
)

// loopback is the only address that tests and demo use.
const loopback = "127.0.0.1"

// tries is how many ports are tried.
const tries = 200

// Reservation keeps a port for a server that is still to be started, or keeps it
// free of any.
type Reservation struct {
	// Address is host and port.
	Address string
	lock    net.PacketConn
}

// Reserve finds a port that nobody listens to. Until the reservation is closed,
// nobody else who reserves gets the same one, in this process or another. That
// takes more than to look: Caddy shares its TCP ports with whoever asks for them
// (SO_REUSEPORT), so that two servers of the same number would both start.
func Reserve() (*Reservation, error) {
	first, count := room(clientPorts())
	var failed error
	for range tries {
		r, err := reserve(first+rand.IntN(count), count)
		if err == nil {
			return r, nil
		}
		failed = err
	}
	return nil, fmt.Errorf("looking for a free port: %w", failed)
}

// reserve reserves a port. The lock is a UDP port so far above it that no server
// comes to it by HTTP/3, which has the UDP port of the same number.
func reserve(port, distance int) (*Reservation, error) {
	lock, err := net.ListenPacket("udp", address(port+distance))
	if err != nil {
		return nil, err
	}
	probe, err := net.Listen("tcp", address(port))
	if err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	return &Reservation{Address: address(port), lock: lock}, probe.Close()
}

func address(port int) string { return net.JoinHostPort(loopback, strconv.Itoa(port)) }

// Close gives the port back.
func (r *Reservation) Close() error { return r.lock.Close() }

// Free reserves a port until the test ends and returns its address.
func Free(tb testing.TB) string {
	tb.Helper()
	r, err := Reserve()
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = r.Close() })
	return r.Address
}

// The ports that are used where the system leaves them: above those of
// well-known servers, and below where Linux begins with those of clients; other
// systems begin higher.
const lowest, highest = 10240, 32768

// room splits what lies below the clients' ports into two halves: count numbers
// from first on for ports, and as many above for their locks.
func room(clients int) (first, count int) {
	first, end := lowest, min(clients, highest)
	if end < 2*lowest {
		first = 1024 // of a range that somebody has widened
	}
	if end < first+2000 {
		first, end = lowest, highest // of one that leaves nothing
	}
	return first, (end - first) / 2
}

// clientPorts returns the lowest port that connections leave from.
func clientPorts() int {
	text, err := os.ReadFile("/proc/sys/net/ipv4/ip_local_port_range")
	var low int
	if _, scanned := fmt.Sscan(string(text), &low); err != nil || scanned != nil {
		return highest // not Linux
	}
	return low
}
