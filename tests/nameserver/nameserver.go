// Package nameserver is a name service under a test's control: what a name leads to
// may change from one question to the next.
package nameserver

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"
	"sync"

	"golang.org/x/net/dns/dnsmessage"
)

// Variable names the name service that a program with [UseFromEnvironment] asks.
const Variable = "PAYBRIDGE_SANDBOX_NAMESERVER"

// UseFromEnvironment has this process ask the name service of the environment, if one
// is named there, and no other.
func UseFromEnvironment() {
	address := os.Getenv(Variable)
	if address == "" {
		return
	}
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", address)
	}}
}

// Server answers questions for addresses.
type Server struct {
	// Address is where it listens, on loopback.
	Address string

	conn    net.PacketConn
	answer  func(name string, asked int) []netip.Addr
	serving sync.WaitGroup

	mu    sync.Mutex
	asked map[string]int
}

// Start starts a server. It calls answer for every question with the name, without the
// dot behind it, and how often that has been asked for IPv4 addresses by now. A name
// without addresses is one that nobody has.
func Start(answer func(name string, asked int) []netip.Addr) (*Server, error) {
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listening: %w", err)
	}
	s := &Server{Address: conn.LocalAddr().String(), conn: conn, answer: answer, asked: make(map[string]int)}
	s.serving.Go(s.serve)
	return s, nil
}

// Close stops the server.
func (s *Server) Close() {
	_ = s.conn.Close()
	s.serving.Wait()
}

// Asked is how often a name has been asked for IPv4 addresses.
func (s *Server) Asked(name string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked[name]
}

func (s *Server) serve() {
	buffer := make([]byte, 1500)
	for {
		n, from, err := s.conn.ReadFrom(buffer)
		if err != nil {
			return // closed
		}
		if reply, err := s.reply(buffer[:n]); err == nil {
			_, _ = s.conn.WriteTo(reply, from)
		}
	}
}

func (s *Server) reply(question []byte) ([]byte, error) {
	var m dnsmessage.Message
	if err := m.Unpack(question); err != nil || len(m.Questions) != 1 {
		return nil, fmt.Errorf("not one question: %w", err)
	}
	q := m.Questions[0]
	reply := dnsmessage.Message{Header: dnsmessage.Header{ID: m.ID, Response: true, RecursionAvailable: true}, Questions: m.Questions}
	found := s.addresses(q)
	if len(found) == 0 {
		reply.RCode = dnsmessage.RCodeNameError
	}
	for _, a := range found {
		if r := resource(q, a); r.Body != nil {
			reply.Answers = append(reply.Answers, r)
		}
	}
	text, err := reply.Pack()
	if err != nil {
		return nil, fmt.Errorf("packing: %w", err)
	}
	return text, nil
}

func (s *Server) addresses(q dnsmessage.Question) []netip.Addr {
	name := q.Name.String()
	name = name[:len(name)-1]
	s.mu.Lock()
	defer s.mu.Unlock()
	if q.Type == dnsmessage.TypeA {
		s.asked[name]++
	}
	return s.answer(name, s.asked[name])
}

// resource is the record of an address, without a body where another kind of address
// was asked for. It may be kept for no time.
func resource(q dnsmessage.Question, a netip.Addr) dnsmessage.Resource {
	r := dnsmessage.Resource{Header: dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class}}
	switch {
	case q.Type == dnsmessage.TypeA && a.Is4():
		r.Body = &dnsmessage.AResource{A: a.As4()}
	case q.Type == dnsmessage.TypeAAAA && a.Is6():
		r.Body = &dnsmessage.AAAAResource{AAAA: a.As16()}
	}
	return r
}
