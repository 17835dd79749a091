// Package crash is about panics: how one is told to an operator, once, where it
// happened, and without what it may hold of a payload.
package crash

import (
	"errors"
	"fmt"
	"runtime"

	"go.uber.org/zap"
)

// Text returns what may be shown of a panic's value: the words of Go's own
// runtime, and of every other value its type alone.
func Text(value any) string {
	if bug, ok := value.(runtime.Error); ok {
		return bug.Error()
	}
	return fmt.Sprintf("%T", value)
}

// ErrLogged is what a panic is turned into that has been logged where it
// happened.
var ErrLogged = errors.New("panic")

// Log writes a panic and the stack that led to it, and returns an error that wraps
// [ErrLogged], for those who wait for what was being done. It is called by the
// deferred function that recovers. A value that is such an error already has been
// logged where it happened, in work that several wait for, and is returned as it is.
func Log(log *zap.Logger, doing string, value any, fields ...zap.Field) error {
	if err, ok := value.(error); ok && errors.Is(err, ErrLogged) {
		return err
	}
	text := Text(value)
	log.Error("panic while "+doing, append(fields, zap.String("panic", text), zap.Stack("stack"))...)
	return fmt.Errorf("%w while %s: %s", ErrLogged, doing, text)
}

// Try runs f and returns its error. A panic in it is logged, and is an error like any
// other.
func Try(log *zap.Logger, doing string, f func() error) (err error) {
	defer func() {
		if value := recover(); value != nil {
			err = Log(log, doing, value)
		}
	}()
	return f()
}

// Guard runs f. A panic in it is logged and goes no further, so that it costs this
// one thing and not the process.
func Guard(log *zap.Logger, doing string, f func()) {
	_ = Try(log, doing, func() error {
		f()
		return nil
	})
}
