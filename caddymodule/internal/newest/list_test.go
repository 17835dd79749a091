package newest

import (
	"slices"
	"sync"
	"testing"
)

func TestNewestWins(t *testing.T) {
	t.Parallel()
	var l List[string]
	want := func(entry string, ok bool) {
		t.Helper()
		if got, found := l.Get(); got != entry || found != ok {
			t.Errorf("the newest is %q, %t; want %q, %t", got, found, entry, ok)
		}
	}
	want("", false)
	l.Add("old")
	l.Add("new")
	want("new", true)
	l.Remove("old") // a reload
	want("new", true)
	l.Add("fails to start")
	if all := l.All(); !slices.Equal(all, []string{"new", "fails to start"}) {
		t.Errorf("there are %q", all)
	}
	l.Remove("fails to start")
	want("new", true)
	l.Remove("fails to start")
	l.Remove("new")
	want("", false)
}

// One ledger may serve two configurations, and is there twice.
func TestTheSameTwice(t *testing.T) {
	t.Parallel()
	var l List[string]
	l.Add("ledger")
	l.Add("ledger")
	l.Remove("ledger")
	if _, ok := l.Get(); !ok {
		t.Error("one Remove has undone two Adds")
	}
}

func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	var l List[int]
	var all sync.WaitGroup
	for i := range 100 {
		all.Go(func() {
			l.Add(i)
			if _, ok := l.Get(); !ok {
				t.Error("there is none while there is one")
			}
			l.Remove(i)
		})
	}
	all.Wait()
	if got, ok := l.Get(); ok {
		t.Errorf("%d is left", got)
	}
}
