package wechat

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// answer is an exchange that is counted.
func answer(calls *int, openID string, err error) func() (string, error) {
	return func() (string, error) {
		*calls++
		return openID, err
	}
}

func TestOpenIDsAreKept(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o, calls := NewOpenIDs(time.Now), 0
		for range 2 {
			if got, err := o.FindOr("a", answer(&calls, "payer", nil)); got != "payer" || err != nil {
				t.Fatalf("%q, %v", got, err)
			}
		}
		time.Sleep(keptFor - time.Nanosecond)
		if got, ok := o.Find("a"); got != "payer" || !ok || calls != 1 {
			t.Errorf("just before its time is over: %q, %v after %d calls", got, ok, calls)
		}
		if got, ok := o.Find("b"); ok {
			t.Errorf("another state has %q", got)
		}
		time.Sleep(time.Nanosecond)
		if got, ok := o.Find("a"); ok || len(o.found) != 0 || len(o.order) != 0 {
			t.Errorf("kept too long: %q", got)
		}
	})
}

// A failure is nothing to keep: whoever comes back may do better.
func TestOpenIDsKeepNoFailure(t *testing.T) {
	t.Parallel()
	o, calls := NewOpenIDs(time.Now), 0
	if got, err := o.FindOr("a", answer(&calls, "", ErrUnavailable)); got != "" || !errors.Is(err, ErrUnavailable) {
		t.Errorf("%q, %v", got, err)
	}
	if got, err := o.FindOr("a", answer(&calls, "payer", nil)); got != "payer" || err != nil || calls != 2 {
		t.Errorf("%q, %v after %d calls", got, err, calls)
	}
}

func TestOpenIDsShareACall(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]error{"found": nil, "failed": ErrRefused} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				o, calls := NewOpenIDs(time.Now), 0
				var all sync.WaitGroup
				for range 10 {
					all.Go(func() {
						got, err := o.FindOr("a", func() (string, error) {
							calls++
							time.Sleep(time.Second)
							return "payer", want
						})
						if !errors.Is(err, want) || got != "payer" {
							t.Errorf("%q, %v", got, err)
						}
					})
				}
				all.Wait()
				if calls != 1 {
					t.Errorf("%d calls", calls)
				}
			})
		})
	}
}

// The oldest goes when there are too many, and what is kept is bounded.
func TestOpenIDsAreBounded(t *testing.T) {
	t.Parallel()
	o := NewOpenIDs(time.Now)
	for i := range maxKept + 1 {
		calls := 0
		if _, err := o.FindOr(fmt.Sprint(i), answer(&calls, "payer", nil)); err != nil || calls != 1 {
			t.Fatalf("%d: %v after %d calls", i, err, calls)
		}
		if len(o.found) > maxKept || len(o.order) != len(o.found) {
			t.Fatalf("%d kept, %d in order", len(o.found), len(o.order))
		}
	}
	_, first := o.Find("0")
	_, second := o.Find("1")
	_, last := o.Find(fmt.Sprint(maxKept))
	if first || !second || !last {
		t.Errorf("first %v, second %v, last %v", first, second, last)
	}
}
