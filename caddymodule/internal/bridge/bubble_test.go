package bridge

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
)

// bubble is a world inside a synctest bubble, with its background work at work
// on the bubble's clock. It lives in dir, which is made outside.
func bubble(t *testing.T, dir string) *world {
	t.Helper()
	l, err := ledger.OpenSQLite(t.Context(), filepath.Join(dir, "ledger.db"))
	if err != nil {
		t.Fatal(err)
	}
	core, logs := observer.New(zapcore.InfoLevel)
	w := &world{tb: t, ledger: l, gateway: newGateway(), logs: logs}
	w.settings = settingsOn(w.gateway)
	w.bridge = New(l, zap.New(core), time.Now)
	w.bridge.Attach(w.settings)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		w.bridge.Close(ctx)
		_ = l.Close()
	})
	return w
}
