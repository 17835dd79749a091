package graceful

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"
)

// limitedVariable makes the test binary the program that has no descriptors left.
const limitedVariable = "PAYBRIDGE_TEST_LIMITED"

// TestTooManyOpenFiles lets a program run into its limit of descriptors while a
// client connects. The client is served when there is room again.
func TestTooManyOpenFiles(t *testing.T) {
	t.Parallel()
	if os.Getenv(limitedVariable) != "" {
		serveWithoutDescriptors()
		return
	}
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestTooManyOpenFiles$")
	child.Env = append(os.Environ(), limitedVariable+"=1")
	in, inErr := child.StdinPipe()
	out, outErr := child.StdoutPipe()
	if err := errors.Join(inErr, outErr, child.Start()); err != nil {
		t.Fatal(err)
	}
	// A listener without descriptors may say so before anybody connects, and says it once:
	// what was read while another line was waited for counts as well.
	lines := bufio.NewScanner(out)
	var seen []string
	next := func(want string) string {
		t.Helper()
		for i := 0; i < len(seen) || lines.Scan(); i++ {
			if i == len(seen) {
				seen = append(seen, lines.Text())
			}
			if text, found := strings.CutPrefix(seen[i], want); found {
				return text
			}
		}
		t.Fatalf("the program does not say %q: %v", want, lines.Err())
		return ""
	}
	conn, err := net.Dial("tcp", next("listens at "))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	next("a connection could not be accepted; trying on")
	if _, err := io.WriteString(in, "room\n"); err != nil {
		t.Fatal(err)
	}
	if answer, err := io.ReadAll(conn); err != nil || string(answer) != "served" {
		t.Errorf("the client reads %q, %v", answer, err)
	}
	next("connections are accepted again")
	if err := child.Wait(); err != nil {
		t.Error(err)
	}
}

// serveWithoutDescriptors listens, uses up its descriptors, and gives them back
// when it is told to.
func serveWithoutDescriptors() {
	log := zap.New(zapcore.NewCore(zapcore.NewConsoleEncoder(zapcore.EncoderConfig{MessageKey: "msg"}), os.Stdout, zap.InfoLevel))
	socket, err := net.Listen("tcp", "127.0.0.1:0")
	orPanic(err)
	orPanic(syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: 64, Max: 64}))
	var hogs []*os.File
	for err == nil {
		var hog *os.File
		if hog, err = os.Open(os.DevNull); err == nil {
			hogs = append(hogs, hog)
		}
	}
	if !errors.Is(err, syscall.EMFILE) {
		panic(err)
	}
	// Only now: the kernel takes a descriptor for each try to accept, and gives it back
	// where nobody connects. One that is taken so is not used up.
	l := New(time.Second, log).Listen(socket)
	fmt.Printf("listens at %s\n", l.Addr())
	_, _ = bufio.NewReader(os.Stdin).ReadString('\n')
	for _, hog := range hogs {
		_ = hog.Close()
	}
	conn, err := l.Accept()
	orPanic(err)
	_, err = io.WriteString(conn, "served")
	orPanic(errors.Join(err, conn.Close(), l.Close()))
}

func orPanic(err error) {
	if err != nil {
		panic(err)
	}
}

// sickListener fails as it is told.
type sickListener struct {
	net.Listener
	errs chan error
}

func (l sickListener) Accept() (net.Conn, error) {
	if err, more := <-l.errs; more {
		return nil, err
	}
	return nil, net.ErrClosed
}

// TestListenerErrors: what passes is told once, however often it comes; what lasts
// ends the listener with its error.
func TestListenerErrors(t *testing.T) {
	t.Parallel()
	socket, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	core, logs := observer.New(zap.InfoLevel)
	sick := sickListener{socket, make(chan error, 5)}
	lasting := errors.New("the socket is broken")
	for _, err := range []error{syscall.EMFILE, syscall.ENFILE, syscall.ECONNABORTED, lasting} {
		sick.errs <- &net.OpError{Op: "accept", Err: err}
	}
	l := New(time.Second, zap.New(core)).Listen(sick)
	got := make(chan error, 1)
	go func() { _, err := l.Accept(); got <- err }()
	select {
	case err := <-got:
		if !errors.Is(err, lasting) {
			t.Errorf("Accept: %v", err)
		}
	case <-time.After(time.Minute):
		t.Fatal("a lasting error is kept back")
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	var told []string
	for _, line := range logs.All() {
		told = append(told, line.Message)
	}
	want := []string{"a connection could not be accepted; trying on", "no connection is accepted any more"}
	if fmt.Sprint(told) != fmt.Sprint(want) {
		t.Errorf("told %q, want %q", told, want)
	}
}
