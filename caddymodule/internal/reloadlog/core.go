// Package reloadlog has a logger that outlives configurations: what works on after
// a reload logs where the newest loaded configuration wants it. Caddy closes a
// configuration's log files when it unloads it; an alarm must not go there.
package reloadlog

import (
	"slices"
	"sync"
	"sync/atomic"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/paybridge/paybridge/caddymodule/internal/newest"
)

// Output is where loggers write. The zero value writes nowhere. Its methods may be
// called from many goroutines.
type Output struct {
	mu   sync.Mutex                 // of Attach and Detach
	logs newest.List[*zap.Logger]   // of the loaded configurations
	last atomic.Pointer[zap.Logger] // where to log, also when none is loaded any more
}

// Attach has everything written to a configuration's logger; Detach undoes it.
func (o *Output) Attach(log *zap.Logger) { o.change(o.logs.Add, log) }

// Detach ends what Attach began. What is logged when no configuration is loaded
// any more goes where the last one wanted it.
func (o *Output) Detach(log *zap.Logger) { o.change(o.logs.Remove, log) }

func (o *Output) change(f func(*zap.Logger), log *zap.Logger) {
	o.mu.Lock()
	defer o.mu.Unlock()
	f(log)
	if latest, ok := o.logs.Get(); ok {
		o.last.Store(latest)
	}
}

func (o *Output) current() zapcore.Core {
	if log := o.last.Load(); log != nil {
		return log.Core()
	}
	return zapcore.NewNopCore()
}

// Logger returns a logger of that name that writes to the output.
func (o *Output) Logger(name string) *zap.Logger {
	return zap.New(core{output: o}).Named(name)
}

// core is the output as zap knows it, with the fields of one logger.
type core struct {
	output *Output
	fields []zapcore.Field
}

// Enabled implements zapcore.Core.
func (c core) Enabled(level zapcore.Level) bool { return c.output.current().Enabled(level) }

// With implements zapcore.Core.
func (c core) With(fields []zapcore.Field) zapcore.Core {
	c.fields = append(slices.Clip(c.fields), fields...)
	return c
}

// Check implements zapcore.Core.
func (c core) Check(entry zapcore.Entry, checked *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	if c.Enabled(entry.Level) {
		return checked.AddCore(entry, c)
	}
	return checked
}

// Write implements zapcore.Core. The core that writes checks once more, because
// it may choose by the logger's name.
func (c core) Write(entry zapcore.Entry, fields []zapcore.Field) error {
	if checked := c.output.current().Check(entry, nil); checked != nil {
		checked.Write(append(slices.Clip(c.fields), fields...)...)
	}
	return nil
}

// Sync implements zapcore.Core.
func (c core) Sync() error { return c.output.current().Sync() }

var _ zapcore.Core = core{}
