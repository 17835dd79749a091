package caddymodule

import (
	"io"
	"sync"
)

// sharedBody is the body of a request that is passed on. A transport may go on reading it
// when the old gateway has answered before it has taken all, while what is left of the
// request is dropped here.
type sharedBody struct {
	mu   sync.Mutex
	from io.Reader
}

// Read implements [io.Reader].
func (b *sharedBody) Read(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.from.Read(p) //nolint:wrapcheck // it stands for that reader
}

// Close implements [io.Closer]. The server closes what it has itself given.
func (b *sharedBody) Close() error { return nil }
