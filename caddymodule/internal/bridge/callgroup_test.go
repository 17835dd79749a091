package bridge

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/paybridge/paybridge/caddymodule/internal/crash"
)

func TestCallIsShared(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var g callGroup[int, int]
		runs := 0
		var all sync.WaitGroup
		for range 10 {
			all.Go(func() {
				call := g.do(1, func(*sharedCall[int]) int {
					runs++
					time.Sleep(time.Second)
					return runs
				})
				if v, ok := wait(t.Context(), time.Minute, call); !ok || v != 1 {
					t.Errorf("got %d, %v", v, ok)
				}
			})
		}
		all.Wait()
		if g.inHand(1) {
			t.Fatal("the call is still there")
		}
	})
}

func TestCallOutlastsItsCallers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var g callGroup[string, string]
		var finished atomic.Int32
		work := func(told bool) func(*sharedCall[string]) string {
			return func(call *sharedCall[string]) string {
				if told {
					call.setInterim("so far")
				}
				time.Sleep(time.Minute)
				finished.Add(1)
				return "result"
			}
		}
		if v, ok := wait(t.Context(), time.Second, g.do("silent", work(false))); ok {
			t.Fatalf("got %q", v)
		}
		gone, hangUp := context.WithCancel(t.Context())
		call := g.do("telling", work(true))
		synctest.Wait()
		hangUp()
		if v, ok := wait(gone, time.Hour, call); !ok || v != "so far" {
			t.Fatalf("got %q, %v", v, ok)
		}
		g.close()
		if g.do("new", work(false)) != nil {
			t.Fatal("a new call began after close")
		}
		if g.do("telling", work(false)) != call {
			t.Fatal("a call in hand is not shared after close")
		}
		g.wait()
		if n := finished.Load(); n != 2 {
			t.Fatalf("%d calls of 2 are done", n)
		}
		if _, ok := wait[string](t.Context(), time.Second, nil); ok {
			t.Fatal("no call has a result")
		}
	})
}

// TestFlightPanicReachesEveryCaller: each of them answers its merchant, and the
// panic is told once, with the stack of the work and nothing of its value.
func TestPanicReachesEveryCaller(t *testing.T) {
	t.Parallel()
	core, logs := observer.New(zapcore.InfoLevel)
	g := callGroup[int, int]{log: zap.New(core), doing: "testing"}
	start := make(chan struct{})
	call := g.do(1, func(*sharedCall[int]) int {
		<-start
		return guilty()
	})
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() {
			defer func() {
				if err, ok := recover().(error); !ok || !errors.Is(err, crash.ErrLogged) {
					t.Errorf("recovered %v", err)
				}
			}()
			wait(t.Context(), time.Minute, call)
		})
	}
	close(start)
	all.Wait()
	if g.inHand(1) {
		t.Fatal("the call is still there")
	}
	lines := logs.All()
	if len(lines) != 1 {
		t.Fatalf("%d lines tell of one panic", len(lines))
	}
	stack, _ := lines[0].ContextMap()["stack"].(string)
	if !strings.Contains(stack, "bridge.guilty") || strings.Contains(fmt.Sprint(lines[0]), "130000000000000001") {
		t.Errorf("logged %+v", lines[0])
	}
}

// TestPanicWithoutCaller: the merchant has gone, and the panic is told all the same.
func TestPanicWithoutCaller(t *testing.T) {
	t.Parallel()
	core, logs := observer.New(zapcore.InfoLevel)
	g := callGroup[int, int]{log: zap.New(core), doing: "testing"}
	gone, hangUp := context.WithCancel(t.Context())
	start := make(chan struct{})
	call := g.do(1, func(*sharedCall[int]) int {
		<-start
		return guilty()
	})
	hangUp()
	if _, ok := wait(gone, time.Minute, call); ok {
		t.Error("there is a result")
	}
	close(start)
	g.close()
	g.wait()
	if lines := logs.All(); len(lines) != 1 || !strings.Contains(fmt.Sprint(lines[0].ContextMap()["stack"]), "bridge.guilty") {
		t.Errorf("logged %+v", lines)
	}
}

func guilty() int { panic("130000000000000001") }
