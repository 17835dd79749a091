package tests

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// opensslClient is a connection of `openssl s_client`, which speaks versions of TLS
// that Go's client has given up, as old programs do.
type opensslClient struct {
	io.Reader
	io.WriteCloser
	cmd *exec.Cmd
	// protocol and cipher are what both sides agreed on, in OpenSSL's names.
	protocol, cipher string
}

// dialOpenSSL connects to a server that the authority's certificates name. The error of a
// handshake that fails has OpenSSL's words.
func dialOpenSSL(ctx context.Context, t testing.TB, address, authority string, options ...string) (*opensslClient, error) {
	t.Helper()
	program := systemProgram(t, "openssl", "PAYBRIDGE_REQUIRE_HAPROXY")
	args := []string{"s_client", "-quiet", "-brief", "-connect", address, "-CAfile", authority, "-verify_return_error", "-verify_hostname", "pay.example.com"}
	cmd := exec.CommandContext(ctx, program, append(args, options...)...)
	c := &opensslClient{cmd: cmd}
	in, inErr := cmd.StdinPipe()
	out, outErr := cmd.StdoutPipe()
	messages, messagesErr := cmd.StderrPipe()
	for _, err := range []error{inErr, outErr, messagesErr, cmd.Start()} {
		if err != nil {
			return nil, err
		}
	}
	c.Reader, c.WriteCloser = out, in
	if err := c.readSummary(bufio.NewReader(messages)); err != nil {
		_ = c.Close()
		return nil, err
	}
	return c, nil
}

// readSummary reads what s_client says of the handshake up to the cipher suite, the
// last line that is wanted here.
func (c *opensslClient) readSummary(messages *bufio.Reader) error {
	var said bytes.Buffer
	for c.cipher == "" {
		line, err := messages.ReadString('\n')
		said.WriteString(line)
		name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		switch {
		case err != nil:
			return fmt.Errorf("openssl s_client: %w: %s", err, said.String())
		case name == "Protocol version":
			c.protocol = value
		case name == "Ciphersuite":
			c.cipher = value
		}
	}
	go func() { _, _ = io.Copy(io.Discard, messages) }()
	return nil
}

// Close implements net.Conn.
func (c *opensslClient) Close() error {
	err := c.WriteCloser.Close()
	_ = c.cmd.Process.Kill()
	_ = c.cmd.Wait()
	return err
}

// LocalAddr implements net.Conn.
func (c *opensslClient) LocalAddr() net.Addr { return &net.TCPAddr{} }

// RemoteAddr implements net.Conn.
func (c *opensslClient) RemoteAddr() net.Addr { return &net.TCPAddr{} }

// SetDeadline implements net.Conn. The context of the dial bounds everything.
func (c *opensslClient) SetDeadline(time.Time) error { return nil }

// SetReadDeadline implements net.Conn, as SetDeadline does.
func (c *opensslClient) SetReadDeadline(time.Time) error { return nil }

// SetWriteDeadline implements net.Conn, as SetDeadline does.
func (c *opensslClient) SetWriteDeadline(time.Time) error { return nil }

// hostless sends requests as programs from before HTTP/1.1 do, which name no
// host: one on each connection.
type hostless struct {
	dial func(ctx context.Context) (net.Conn, error)
}

// RoundTrip implements http.RoundTripper.
func (h hostless) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	conn, err := h.dial(r.Context())
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	_, err = fmt.Fprintf(conn, "%s %s HTTP/1.0\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s",
		r.Method, r.URL.RequestURI(), r.Header.Get("Content-Type"), len(body), body)
	if err != nil {
		return nil, err
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), r)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	resp.Body = io.NopCloser(bytes.NewReader(answer))
	return resp, err
}
