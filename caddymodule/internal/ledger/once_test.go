package ledger_test

import (
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
)

func useOnce(t *testing.T, p place) {
	var passed atomic.Int64
	l := p.open(t, ledger.WithClock(func() time.Time { return after(time.Duration(passed.Load())) }))
	if err := l.UseOnce(t.Context(), "state", after(time.Minute)); err != nil {
		t.Fatal(err)
	}
	wantError(t, l.UseOnce(t.Context(), "state", after(time.Minute)), ledger.ErrUsed)
	wantError(t, l.UseOnce(t.Context(), "state", after(time.Hour)), ledger.ErrUsed)
	wantError(t, l.UseOnce(t.Context(), "late", noon), ledger.ErrUsed)
	for _, id := range []string{"", strings.Repeat("1", 129)} {
		if err := l.UseOnce(t.Context(), id, after(time.Minute)); err == nil || errors.Is(err, ledger.ErrUnavailable) {
			t.Errorf("using %q: %v", id, err)
		}
	}
	for i := range 50 {
		if err := l.UseOnce(t.Context(), fmt.Sprint(i), after(time.Minute)); err != nil {
			t.Fatal(err)
		}
	}
	passed.Store(int64(2 * time.Minute))
	wantError(t, l.UseOnce(t.Context(), "state", after(time.Minute)), ledger.ErrUsed)
	for _, id := range []string{"new", "newer"} {
		if err := l.UseOnce(t.Context(), id, after(time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	if n := countRows(t, l, "once", "1 = 1"); n != 2 {
		t.Errorf("%d are kept, want the two that still matter", n)
	}
}

// useOnceAtOnce lets many use the same at the same time: one succeeds.
func useOnceAtOnce(t *testing.T, p place) {
	const ids, users = 10, 8
	ledgers := bridges(t, p)
	var used [ids]atomic.Int32
	inParallel(ids*users, func(i int) {
		err := ledgers[i%len(ledgers)].UseOnce(t.Context(), fmt.Sprint(i%ids), time.Now().Add(time.Hour))
		switch {
		case err == nil:
			used[i%ids].Add(1)
		case !errors.Is(err, ledger.ErrUsed):
			t.Error(err)
		}
	})
	for i := range ids {
		if n := used[i].Load(); n != 1 {
			t.Errorf("%d was used %d times", i, n)
		}
	}
}

func backURLHosts(t *testing.T, p place) {
	l := p.open(t)
	paid, unpaid, silent := of("A", 0), of("A", 1), of("A", 2)
	paid.BackURL, unpaid.BackURL, silent.BackURL = "https://Shop.example:8443/n", "https://unpaid.example/n", ""
	pay(t, l, paid, noon)
	mustBegin(t, l, unpaid)
	pay(t, l, silent, noon)
	usual := of("A", 4)
	usual.BackURL = "https://usual.example:443/n"
	pay(t, l, usual, noon)
	again := of("A", 3)
	again.BackURL = paid.BackURL
	pay(t, l, again, noon)
	for _, c := range []struct {
		merID, host string
		want        bool
	}{
		{"A", "shop.example:8443", true},
		{"A", "SHOP.example:8443", true},
		{"A", "shop.example", false},
		{"B", "shop.example:8443", false},
		{"A", "usual.example", true},
		{"A", "usual.example:443", false},
		{"A", "unpaid.example", false},
		{"A", "", false},
		{"", "shop.example:8443", false},
	} {
		if got, err := l.HasBackURLHost(t.Context(), c.merID, c.host); err != nil || got != c.want {
			t.Errorf("%q had %q: %v, %v, want %v", c.merID, c.host, got, err, c.want)
		}
	}
}
