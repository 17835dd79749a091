package caddymodule

import (
	"slices"
	"sync"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// relay is a logger's core that outlives configurations: the engine logs through
// it, and what it logs goes where the newest loaded configuration wants it.
// Caddy closes a configuration's log files when it unloads it; an alarm must not
// go there.
type relay struct {
	mu   sync.Mutex
	logs []*zap.Logger // of the loaded configurations, newest last
	last *zap.Logger   // where to log, also when none is loaded any more
}

// attach makes the relay log to a configuration's logger; detach undoes it.
func (r *relay) attach(log *zap.Logger) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.logs = append(r.logs, log)
	r.last = log
}

func (r *relay) detach(log *zap.Logger) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if i := slices.Index(r.logs, log); i >= 0 {
		r.logs = slices.Delete(r.logs, i, i+1)
	}
	if n := len(r.logs); n > 0 {
		r.last = r.logs[n-1]
	}
}

func (r *relay) current() zapcore.Core {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.last == nil {
		return zapcore.NewNopCore()
	}
	return r.last.Core()
}

// logger returns a logger of that name that logs through the relay.
func (r *relay) logger(name string) *zap.Logger {
	return zap.New(relayCore{relay: r}).Named(name)
}

// relayCore is the relay as zap knows it, with the fields of one logger.
type relayCore struct {
	relay  *relay
	fields []zapcore.Field
}

// Enabled implements zapcore.Core.
func (c relayCore) Enabled(level zapcore.Level) bool { return c.relay.current().Enabled(level) }

// With implements zapcore.Core.
func (c relayCore) With(fields []zapcore.Field) zapcore.Core {
	c.fields = append(slices.Clip(c.fields), fields...)
	return c
}

// Check implements zapcore.Core.
func (c relayCore) Check(entry zapcore.Entry, checked *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	if c.Enabled(entry.Level) {
		return checked.AddCore(entry, c)
	}
	return checked
}

// Write implements zapcore.Core. The core that writes checks once more, because
// it may choose by the logger's name.
func (c relayCore) Write(entry zapcore.Entry, fields []zapcore.Field) error {
	if checked := c.relay.current().Check(entry, nil); checked != nil {
		checked.Write(append(slices.Clip(c.fields), fields...)...)
	}
	return nil
}

// Sync implements zapcore.Core.
func (c relayCore) Sync() error { return c.relay.current().Sync() }

var _ zapcore.Core = relayCore{}
