package ledger_test

import "testing"

// starts are counted over all bridges on a ledger, and over its reopening.
func starts(t *testing.T, p place) {
	l := p.open(t)
	for want := int64(1); want <= 3; want++ {
		if got, err := l.NextStart(t.Context()); err != nil || got != want {
			t.Fatalf("start %d: got %d, %v", want, got, err)
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if got, err := p.open(t).NextStart(t.Context()); err != nil || got != 4 {
		t.Errorf("after reopening: got %d, %v", got, err)
	}
}
