package ledger_test

import (
	"testing"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
)

// sizes counts few orders and estimates many. What a purge leaves free in SQLite's file is
// told.
func sizes(t *testing.T, p place) {
	l := inAYear(t, p)
	empty := mustSize(t, l, 10)
	_, file := p.(sqlitePlace)
	if empty.Orders != 0 || empty.Estimated || empty.Bytes <= 0 || (empty.Folder != "") != file || (empty.Log > 0) != file {
		t.Errorf("an empty ledger has %+v", empty)
	}
	const orders = 200
	for i := range orders {
		deliver(t, l, i)
	}
	full := mustSize(t, l, orders)
	if full.Orders != orders || full.Estimated || full.Bytes <= empty.Bytes {
		t.Errorf("counted are %+v, after %+v", full, empty)
	}
	if !file {
		if unknown := mustSize(t, l, 10); unknown.Orders < 11 || !unknown.Estimated {
			t.Errorf("before statistics: %+v", unknown)
		}
		if err := ledger.Exec(t.Context(), l, `ANALYZE orders`); err != nil {
			t.Fatal(err)
		}
	}
	if got := mustSize(t, l, orders-1); got.Orders != orders || !got.Estimated {
		t.Errorf("estimated are %+v", got)
	}
	mustPurge(t, l, orders)
	if got := mustSize(t, l, orders); (got.Unused > 0) != file || got.Orders != orders {
		t.Errorf("after a purge: %+v", got)
	}
}

func mustSize(t *testing.T, l *ledger.Ledger, counted int) ledger.Size {
	t.Helper()
	size, err := ledger.SizeCounting(t.Context(), l, counted)
	if err != nil {
		t.Fatal(err)
	}
	return size
}
