package merchants

import (
	"errors"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"
)

func TestFastSM2(t *testing.T) {
	t.Parallel()
	wrong := func() error { return errors.New("1 is 2") }
	for name, c := range map[string]struct {
		choice string
		check  func() error
		want   bool
		logged int
	}{
		"fast":                     {choice: Fast, check: func() error { return nil }, want: true},
		"standard":                 {choice: Standard, check: wrong},
		"fast on a faulty machine": {choice: Fast, check: wrong, logged: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			core, logs := observer.New(zapcore.DebugLevel)
			if got := fastSM2(c.choice, zap.New(core), c.check); got != c.want || logs.Len() != c.logged {
				t.Errorf("%v, and %d lines in the log", got, logs.Len())
			}
		})
	}
	if !FastSM2(Fast, zap.NewNop()) {
		t.Error("this machine computes wrong answers")
	}
}
