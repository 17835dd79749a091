package stack

import (
	"runtime"
	"runtime/debug"
	"testing"
	"unsafe"
)

// TestStacksHaveGrown: what needs much of the stack finds it there. A stack that has to
// grow moves, and what is on it has another address afterwards.
func TestStacksHaveGrown(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // the collector makes stacks smaller
	for name, test := range map[string]struct{ grow, need func() }{
		"request": {ForRequest, need8},
		"call":    {ForCall, need36},
	} {
		if !moves(func() {}, test.need) {
			t.Errorf("%s: a goroutine begins with a stack that is large enough", name)
		}
		if moves(test.grow, test.need) {
			t.Errorf("%s: the stack grows although it was said what is needed", name)
		}
	}
	if !moves(ForRequest, need36) {
		t.Error("a request is given the stack of a call")
	}
}

// moves reports whether need moves the stack of a goroutine that has called grow.
func moves(grow, need func()) bool {
	moved := make(chan bool)
	go func() {
		var here byte
		grow()
		before := uintptr(unsafe.Pointer(&here))
		need()
		moved <- uintptr(unsafe.Pointer(&here)) != before
	}()
	return <-moved
}

func need8() {
	var frame [8 << 10]byte
	runtime.KeepAlive(&frame)
}

func need36() {
	var frame [36 << 10]byte
	runtime.KeepAlive(&frame)
}
