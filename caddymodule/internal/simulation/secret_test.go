//go:build simulation

package simulation

import (
	"fmt"
	"strings"
	"sync"

	"go.uber.org/zap/zapcore"
)

// canaries are secrets that must occur in no log (O5): the merchants' keys, and what
// a payer's phone shows.
var canaries = []string{"canary-sign-key", "130000000000000001"}

// canaryCore is a log that keeps nothing but lines with a secret in them.
type canaryCore struct {
	loud  bool // shows everything
	mu    sync.Mutex
	found []string
}

var encoder = zapcore.NewJSONEncoder(zapcore.EncoderConfig{MessageKey: "msg"})

// The methods of zapcore.Core.
func (c *canaryCore) Enabled(zapcore.Level) bool { return true }
func (c *canaryCore) With(fields []zapcore.Field) zapcore.Core {
	_ = c.Write(zapcore.Entry{}, fields)
	return c
}
func (c *canaryCore) Check(e zapcore.Entry, ce *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	return ce.AddCore(e, c)
}
func (c *canaryCore) Sync() error { return nil }

func (c *canaryCore) Write(e zapcore.Entry, fields []zapcore.Field) error {
	line, err := encoder.Clone().EncodeEntry(e, fields)
	if err != nil {
		return err
	}
	defer line.Free()
	if c.loud {
		fmt.Println("  log:", e.Message, line.String())
	}
	for _, canary := range canaries {
		if strings.Contains(line.String(), canary) {
			c.mu.Lock()
			c.found = append(c.found, line.String())
			c.mu.Unlock()
		}
	}
	return nil
}
