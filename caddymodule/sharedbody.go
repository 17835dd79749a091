package caddymodule

import (
	"io"
	"sync"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/crash"
)

// sharedBody is the body of a request that is passed on. A transport may go on reading it
// when the old gateway has answered before it has taken all, while what is left of the
// request is dropped here.
type sharedBody struct {
	mu   sync.Mutex
	from io.Reader
	log  *zap.Logger
}

// Read implements [io.Reader].
func (b *sharedBody) Read(p []byte) (n int, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	// It is read on a goroutine of the transport's, on which a panic would end the process.
	err = crash.Try(b.log, "reading what is passed on", func() error {
		n, err = b.from.Read(p)
		return err
	})
	return n, err
}

// Close implements [io.Closer]. The server closes what it has itself given.
func (b *sharedBody) Close() error { return nil }
