package wechat

import (
	"context"
	"crypto/rand"
	"errors"
	"regexp"
	"testing"
	"time"
)

var moment = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func testErrand() Errand {
	return Errand{App: testApp, Browser: "browser", Purpose: "openid", Params: []string{"https://shop.example/", "1", "89900001"}}
}

// onceIn is a UseOnce that remembers.
func onceIn(used map[string]bool) UseOnce {
	return func(_ context.Context, id string, _ time.Time) error {
		if used[id] {
			return ErrState
		}
		used[id] = true
		return nil
	}
}

// useState opens a state that came back and uses it up.
func useState(ctx context.Context, text string, e Errand, now time.Time, once UseOnce) error {
	state, err := OpenState(text, e)
	if err != nil {
		return err
	}
	return state.Use(ctx, now, once)
}

func TestState(t *testing.T) {
	t.Parallel()
	state := NewState(testErrand(), moment)
	if !regexp.MustCompile(`^[0-9A-Za-z]{1,128}$`).MatchString(state) {
		t.Errorf("WeChat does not take the state %q", state)
	}
	if again := NewState(testErrand(), moment); again == state {
		t.Errorf("two states are the same: %s", state)
	}
	used := make(map[string]bool)
	last := moment.Add(StateLife - time.Nanosecond)
	if err := useState(t.Context(), state, testErrand(), last, onceIn(used)); err != nil {
		t.Errorf("the first use: %v", err)
	}
	if err := useState(t.Context(), state, testErrand(), moment, onceIn(used)); !errors.Is(err, ErrState) {
		t.Errorf("the second use: %v", err)
	}
}

func TestStateIsRefused(t *testing.T) {
	t.Parallel()
	state := NewState(testErrand(), moment)
	for name, test := range map[string]struct {
		state  string
		after  time.Duration
		change func(*Errand)
	}{
		"nothing":              {state: ""},
		"rubbish":              {state: "%%%"},
		"shortened":            {state: state[:len(state)-1]},
		"lengthened":           {state: state + "A"},
		"lower case":           {state: "a" + state[1:]},
		"line break inside":    {state: state[:9] + "\n" + state[9:]},
		"later expiry":         {state: "B" + state[1:]},
		"another nonce":        {state: state[:20] + other(state[20]) + state[21:]},
		"another MAC":          {state: state[:60] + other(state[60]) + state[61:]},
		"too late":             {state: state, after: StateLife},
		"another browser":      {state: state, change: func(e *Errand) { e.Browser = "browses" }},
		"no browser":           {state: state, change: func(e *Errand) { e.Browser = "" }},
		"another purpose":      {state: state, change: func(e *Errand) { e.Purpose = "paying" }},
		"another account":      {state: state, change: func(e *Errand) { e.App.ID = "wx0000000000000000" }},
		"another secret":       {state: state, change: func(e *Errand) { e.App.Secret = "other" }},
		"another address":      {state: state, change: func(e *Errand) { e.Params[0] = "https://evil.example/" }},
		"a parameter less":     {state: state, change: func(e *Errand) { e.Params = e.Params[:2] }},
		"a parameter more":     {state: state, change: func(e *Errand) { e.Params = append(e.Params, "") }},
		"parameters regrouped": {state: state, change: func(e *Errand) { e.Params = []string{"https://shop.example/1", "", "89900001"} }},
		"purpose regrouped":    {state: state, change: func(e *Errand) { e.Browser, e.Purpose = "browsero", "penid" }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := testErrand()
			if test.change != nil {
				test.change(&e)
			}
			used := make(map[string]bool)
			if err := useState(t.Context(), test.state, e, moment.Add(test.after), onceIn(used)); !errors.Is(err, ErrState) {
				t.Errorf("accepted: %v", err)
			}
			if len(used) > 0 {
				t.Error("a state that is not good was used up")
			}
		})
	}
}

// other is another letter of base32.
func other(c byte) string {
	if c == 'A' {
		return "B"
	}
	return "A"
}

func TestStateNeedsTheLedger(t *testing.T) {
	t.Parallel()
	down := errors.New("ledger is down")
	err := useState(t.Context(), NewState(testErrand(), moment), testErrand(), moment, func(context.Context, string, time.Time) error { return down })
	if !errors.Is(err, down) || errors.Is(err, ErrState) {
		t.Errorf("%v", err)
	}
}

// FuzzOpenState asks that no text is good for who does not know it to have been
// made: here, for an account with a secret that nobody knows.
func FuzzOpenState(f *testing.F) {
	good := NewState(testErrand(), moment)
	for _, state := range []string{good, good[1:], "", "AAAA", "a=b&c"} {
		f.Add(state)
	}
	f.Fuzz(func(t *testing.T, state string) {
		e := testErrand()
		e.App.Secret = rand.Text()
		if err := useState(t.Context(), state, e, moment, onceIn(make(map[string]bool))); !errors.Is(err, ErrState) {
			t.Errorf("%q: %v", state, err)
		}
	})
}
