package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
)

// loopback is the only address the demo uses.
const loopback = "127.0.0.1"

// reservation keeps the port of a server that is still to be started.
type reservation struct {
	io.Closer
	address string
}

// portTries is how many ports are tried.
const portTries = 20

// reservePort finds a free TCP port. It keeps the UDP port of the same number
// until it is closed: Caddy shares its TCP ports with whoever asks for them
// (SO_REUSEPORT), so that two demos must not come to the same number.
func reservePort() (reservation, error) {
	var failed error
	for range portTries {
		udp, err := net.ListenPacket("udp", net.JoinHostPort(loopback, "0"))
		if err != nil {
			return reservation{}, fmt.Errorf("looking for a free port: %w", err)
		}
		port := udp.LocalAddr().(*net.UDPAddr).Port
		address := net.JoinHostPort(loopback, strconv.Itoa(port))
		tcp, err := net.Listen("tcp", address)
		if err == nil {
			return reservation{udp, address}, tcp.Close()
		}
		failed = errors.Join(err, udp.Close())
	}
	return reservation{}, fmt.Errorf("looking for a free port: %w", failed)
}
