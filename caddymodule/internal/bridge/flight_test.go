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

func TestFlightIsShared(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var f flights[int, int]
		runs := 0
		var all sync.WaitGroup
		for range 10 {
			all.Go(func() {
				fl := f.join(1, func(*flight[int]) int {
					runs++
					time.Sleep(time.Second)
					return runs
				})
				if v, ok := wait(t.Context(), time.Minute, fl); !ok || v != 1 {
					t.Errorf("got %d, %v", v, ok)
				}
			})
		}
		all.Wait()
		if f.has(1) {
			t.Fatal("flight is still there")
		}
	})
}

func TestFlightOutlastsItsCallers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var f flights[string, string]
		var landed atomic.Int32
		work := func(told bool) func(*flight[string]) string {
			return func(fl *flight[string]) string {
				if told {
					fl.tell("so far")
				}
				time.Sleep(time.Minute)
				landed.Add(1)
				return "result"
			}
		}
		if v, ok := wait(t.Context(), time.Second, f.join("silent", work(false))); ok {
			t.Fatalf("got %q", v)
		}
		gone, hangUp := context.WithCancel(t.Context())
		fl := f.join("telling", work(true))
		synctest.Wait()
		hangUp()
		if v, ok := wait(gone, time.Hour, fl); !ok || v != "so far" {
			t.Fatalf("got %q, %v", v, ok)
		}
		f.close()
		if f.join("new", work(false)) != nil {
			t.Fatal("a new flight started after close")
		}
		if f.join("telling", work(false)) != fl {
			t.Fatal("a flight under way is not joined after close")
		}
		f.wait()
		if n := landed.Load(); n != 2 {
			t.Fatalf("%d flights of 2 have landed", n)
		}
		if _, ok := wait[string](t.Context(), time.Second, nil); ok {
			t.Fatal("no flight has a result")
		}
	})
}

// TestFlightPanicReachesEveryCaller: each of them answers its merchant, and the
// panic is told once, with the stack of the work and nothing of its value.
func TestFlightPanicReachesEveryCaller(t *testing.T) {
	t.Parallel()
	core, logs := observer.New(zapcore.InfoLevel)
	f := flights[int, int]{log: zap.New(core), doing: "testing"}
	start := make(chan struct{})
	fl := f.join(1, func(*flight[int]) int {
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
			wait(t.Context(), time.Minute, fl)
		})
	}
	close(start)
	all.Wait()
	if f.has(1) {
		t.Fatal("flight is still there")
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

func guilty() int { panic("130000000000000001") }
