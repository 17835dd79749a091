package refusals

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"

	v1 "github.com/paybridge/paybridge/translate/v1"
)

// Only what is asked for is kept, so many and so long, and then nothing is left.
func TestKeep(t *testing.T) {
	t.Parallel()
	merchants := registry(t)
	synctest.Test(t, func(t *testing.T) {
		r := New(new(told), never)
		defer r.Stop()
		r.Refused(noSign(merchants, shop, zap.NewNop())) // before
		if _, err := r.Keep(shop, 10*time.Minute); err != nil {
			t.Fatal(err)
		}
		for i := range 2 * MaxKept {
			q := noSign(merchants, shop, zap.NewNop())
			q.Form.Body = fmt.Append(q.Form.Body, i)
			r.Refused(q)
		}
		r.Refused(noSign(merchants, "89900002", zap.NewNop()))
		forms, until, ok := r.Kept(shop)
		if !ok || len(forms) != MaxKept || !until.Equal(time.Now().Add(10*time.Minute)) {
			t.Fatalf("%d forms until %s", len(forms), until)
		}
		if text := string(forms[0].Text); !strings.HasPrefix(text, "POST /api/mpgateway HTTP/1.1\r\n") || !strings.HasSuffix(text, "canary-code0") {
			t.Errorf("the first: %q", text)
		}
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		if _, _, ok := r.Kept(shop); ok || len(r.kept) != 0 {
			t.Error("kept beyond the time")
		}
		r.Refused(noSign(merchants, shop, zap.NewNop()))
		if len(r.kept) != 0 {
			t.Error("kept again")
		}
	})
}

// What is no form that explain could read, and what only the ledger refuses, is not
// kept.
func TestKeepsWhatCanBeExplained(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*Request){
		"long":        func(q *Request) { q.Form.Long = true },
		"long target": func(q *Request) { q.Form.Target += strings.Repeat("x", maxText) },
		"no form":     func(q *Request) { q.Form = nil },
		"number used": func(q *Request) { q.Code = v1.CodeConflict },
		"accepted":    func(q *Request) { q.Code = v1.CodeOK },
	} {
		r := New(new(told), never)
		if _, err := r.Keep(shop, time.Hour); err != nil {
			t.Fatal(err)
		}
		q := noSign(nil, shop, zap.NewNop())
		change(&q)
		r.Refused(q)
		if forms, _, _ := r.Kept(shop); len(forms) != 0 {
			t.Errorf("%s is kept", name)
		}
		r.Stop()
	}
}

// Whatever ends keeping leaves no form behind; a longer time is not cut short by the
// one before.
func TestForget(t *testing.T) {
	t.Parallel()
	merchants := registry(t)
	for name, forget := range map[string]func(*Recorder){
		"one": func(r *Recorder) { r.Forget(shop) }, "all": (*Recorder).ForgetAll, "stop": (*Recorder).Stop,
	} {
		synctest.Test(t, func(t *testing.T) {
			r := New(new(told), never)
			defer r.Stop()
			_, _ = r.Keep(shop, time.Minute)
			_, _ = r.Keep(shop, time.Hour)
			r.Refused(noSign(merchants, shop, zap.NewNop()))
			time.Sleep(30 * time.Minute)
			if forms, _, ok := r.Kept(shop); !ok || len(forms) != 1 {
				t.Errorf("%s: %d forms after the shorter time", name, len(forms))
			}
			if forget(r); len(r.kept) != 0 {
				t.Errorf("%s: still kept", name)
			}
		})
	}
}

func TestFewMerchantsAreKept(t *testing.T) {
	t.Parallel()
	r := New(new(told), never)
	defer r.Stop()
	for i := range maxKeeping {
		if _, err := r.Keep(fmt.Sprint(i), time.Hour); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := r.Keep("one more", time.Hour); !errors.Is(err, ErrTooManyKept) {
		t.Errorf("error %v", err)
	}
	if _, err := r.Keep("0", time.Hour); err != nil {
		t.Errorf("again: %v", err)
	}
}
