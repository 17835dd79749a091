package p11kit

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"
	"unicode"
)

const (
	// endGrace is how long a child may take to end when its input has ended, and again
	// when it has been killed.
	endGrace = time.Second
	// maxSaid is how much of what a child prints is kept, in bytes.
	maxSaid = 512
)

// child is a process that serves the protocol. It serves one call at a time.
type child struct {
	cmd     *exec.Cmd
	in, out *os.File // its standard input and output
	said    *said
	number  uint32 // of the last call
	ended   chan struct{}
}

// startChild starts a command and exchanges versions with it.
func startChild(command []string, deadline time.Time) (*child, error) {
	input, in, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("starting %s: %w", command[0], err)
	}
	out, output, err := os.Pipe()
	if err != nil {
		closeAll(input, in)
		return nil, fmt.Errorf("starting %s: %w", command[0], err)
	}
	c := &child{cmd: exec.Command(command[0], command[1:]...), in: in, out: out, said: new(said), ended: make(chan struct{})} //nolint:gosec // the operator names the program
	c.cmd.Stdin, c.cmd.Stdout, c.cmd.Stderr = input, output, c.said
	c.cmd.WaitDelay = endGrace // for what it has started and left behind
	apart(c.cmd)
	err = c.cmd.Start()
	closeAll(input, output) // the child has them
	if err != nil {
		closeAll(in, out)
		return nil, fmt.Errorf("starting %s: %w", command[0], err)
	}
	go func() {
		defer close(c.ended)
		_ = c.cmd.Wait() // it may end as it likes
	}()
	if err := c.greet(deadline); err != nil {
		c.end(0)
		return nil, fmt.Errorf("%s does not serve: %w; is the PKCS#11 library one, and what it needs there?%s", strings.Join(command, " "), err, c.said)
	}
	return c, nil
}

// greet exchanges versions.
func (c *child) greet(deadline time.Time) error {
	theirs := []byte{0}
	if err := c.roundTrip([]byte{protocolVersion}, theirs, deadline); err != nil {
		return err
	}
	if theirs[0] != protocolVersion {
		return fmt.Errorf("%w: version %d", errMalformed, theirs[0])
	}
	return nil
}

// roundTrip writes to the child and fills a buffer with what it answers first.
func (c *child) roundTrip(message, first []byte, deadline time.Time) error {
	if err := errors.Join(c.in.SetDeadline(deadline), c.out.SetDeadline(deadline)); err != nil {
		return err
	}
	if _, err := c.in.Write(message); err != nil {
		return plain(err)
	}
	return c.read(first)
}

func (c *child) read(into []byte) error {
	if _, err := io.ReadFull(c.out, into); err != nil {
		return plain(err)
	}
	return nil
}

// Errors of a child, in words.
var (
	errEnded  = errors.New("the p11-kit process has ended")
	errSilent = errors.New("the token did not answer in time")
)

// plain is what an error of a pipe means.
func plain(err error) error {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return errSilent
	}
	return errEnded
}

// do makes one call. Its answer is read to the end by the caller.
func (c *child) do(made call, r *request, deadline time.Time) *response {
	c.number++
	body, err := c.carry(*r, deadline)
	clear(*r) // it may hold a PIN
	if err != nil {
		return &response{err: fmt.Errorf("%s: %w", made.name, err)}
	}
	return openResponse(made, body)
}

func (c *child) carry(body []byte, deadline time.Time) ([]byte, error) {
	message := appendMessage(make([]byte, 0, headerSize+len(body)), c.number, body)
	defer clear(message)
	header := make([]byte, headerSize)
	if err := c.roundTrip(message, header, deadline); err != nil {
		return nil, err
	}
	options, length, err := readHeader(header, c.number)
	if err != nil {
		return nil, err
	}
	answer := make([]byte, options+length)
	if err := c.read(answer); err != nil {
		return nil, err
	}
	return answer[options:], nil
}

// end ends the child and waits until it is gone. When its input ends, it lets go
// of the token by itself; after the grace it is killed. One that is stuck in a driver of
// the machine cannot be: it is not waited for.
func (c *child) end(grace time.Duration) {
	closeAll(c.in, c.out)
	if grace > 0 {
		c.wait(grace)
	}
	_ = c.cmd.Process.Kill() // it may be gone
	c.wait(endGrace)
}

// wait waits until the child is gone, no longer than a time.
func (c *child) wait(most time.Duration) {
	timer := time.NewTimer(most)
	defer timer.Stop()
	select {
	case <-c.ended:
	case <-timer.C:
	}
}

// endWith kills the child when a context is over. The returned function ends that.
func (c *child) endWith(ctx context.Context) (stop func() bool) {
	return context.AfterFunc(ctx, func() { _ = c.cmd.Process.Kill() })
}

func closeAll(pipes ...*os.File) {
	for _, p := range pipes {
		_ = p.Close() // nothing is lost
	}
}

// said keeps the beginning of what a child prints.
type said struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write implements io.Writer. It takes everything and keeps little.
func (s *said) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.text.Write(p[:min(len(p), maxSaid-s.text.Len())])
	return len(p), nil
}

// String is what the child has printed, on one line, to go behind an error.
func (s *said) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	text := strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, s.text.String())
	if text = strings.Join(strings.Fields(text), " "); text == "" {
		return ""
	}
	return "; it says: " + text
}
