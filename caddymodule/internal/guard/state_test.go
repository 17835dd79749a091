package guard

import (
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/rollback"
	"github.com/paybridge/paybridge/caddymodule/internal/route"
)

func TestState(t *testing.T) {
	watching(t, func(t *testing.T, w *watch) {
		want := func(v2, old rollback.Tally) {
			t.Helper()
			if s, ok := w.State("A"); !ok || s != (State{usual, v2, old}) {
				t.Errorf("%+v, %t, want %+v and %+v", s, ok, v2, old)
			}
		}
		want(rollback.Tally{}, rollback.Tally{})
		w.pay(route.Old, 20, 3)
		w.pay(route.V2, 5, 1)
		want(rollback.Tally{Payments: 5, Refused: 1}, rollback.Tally{Payments: 20, Refused: 3})
		time.Sleep(time.Hour) // what the old gateway refused is remembered
		want(rollback.Tally{}, rollback.Tally{Payments: 20, Refused: 3})
		if s, ok := w.State("B"); ok {
			t.Errorf("nothing guards it: %+v", s)
		}
	})
}
