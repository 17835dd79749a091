package ledger_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/route"
	"github.com/paybridge/paybridge/tests/pgtest"
	"github.com/paybridge/paybridge/translate"
)

// postgresOverLine is a PostgreSQL that is reached over a line which can lose answers.
func postgresOverLine(t *testing.T) (postgresPlace, *line) {
	t.Helper()
	server := pgtest.Start(t, "fsync=off")
	line := newLine(t, server.Addr())
	return postgresPlace{dsn: strings.Replace(server.DSN(), server.Addr(), line.addr(), 1)}, line
}

// TestPostgresLosesAnswersToOperators cuts the line after each commit but before
// its answer: what was committed is reported as done, is done once, and is told
// once.
func TestPostgresLosesAnswersToOperators(t *testing.T) {
	t.Parallel()
	p, line := postgresOverLine(t)
	l := p.open(t, ledger.WithClock(func() time.Time { return noon }))
	o := mustBegin(t, l, of("A", 0))
	for _, c := range []struct {
		name string
		do   func() error
		want string // changes by now
	}{
		{"settle", func() error {
			_, verdict, err := l.Settle(t.Context(), o.Key, ledger.Update{State: translate.Paid, Source: "operator"}, because)
			if verdict != translate.Applied {
				t.Errorf("verdict is %v", verdict)
			}
			return err
		}, "settle"},
		{"pause", func() error { return l.Pause(t.Context(), "A", because) }, "pause settle"},
		{"park", func() error {
			if got := mustClaim(t, l, noon, 1); len(got) != 0 {
				t.Errorf("claimed %+v", got)
			}
			return nil
		}, "pause settle"},
		{"resend", func() error { return l.Resend(t.Context(), o.Key, noon, because) }, "pause resend settle"},
		{"resume", func() error {
			_, err := l.ResumeMerchant(t.Context(), "A", noon, because)
			return err
		}, "pause resend resume settle"},
		{"use once", func() error { return l.UseOnce(t.Context(), "state", after(time.Hour)) }, "pause resend resume settle"},
		{"sample", func() error { return l.AddSample(t.Context(), ledger.Sample{At: noon}) }, "pause resend resume settle"},
		{"route", func() error { return l.SetRoute(t.Context(), "A", route.ToV2, because) }, "pause resend resume route settle"},
		{"all routes", func() error { return l.SetAllRoutes(t.Context(), route.ToOld, because) }, "pause resend resume route route route settle"},
		{"turned back", func() error {
			if turned, err := l.TurnBack(t.Context(), "B", ledger.RouteMark{Route: "old", At: noon.UnixMilli()}, because); !turned || err != nil {
				return fmt.Errorf("turned back: %t, %w", turned, err)
			}
			return nil
		}, "pause resend resume route route route route settle"},
	} {
		line.loseNextAnswer()
		if err := c.do(); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		var told []string
		for _, change := range mustChanges(t, l, ledger.Key{}) {
			told = append(told, change.What)
		}
		slices.Sort(told)
		if got := strings.Join(told, " "); got != c.want {
			t.Errorf("%s: changes are %q, want %q", c.name, got, c.want)
		}
	}
	if lost := line.lost(); lost != 10 {
		t.Errorf("%d answers were lost, want 10", lost)
	}
	wantError(t, l.UseOnce(t.Context(), "state", after(time.Hour)), ledger.ErrUsed)
	if got := timeline(t, l, o.Key); !slices.Equal(got, []string{"0s moved operator begun → paid"}) {
		t.Errorf("timeline is %q", got)
	}
	if pauses, err := l.PausedMerchants(t.Context()); err != nil || len(pauses.Items) != 0 {
		t.Errorf("paused: %+v, %v", pauses, err)
	}
	if got := mustClaim(t, l, noon, 10); len(got) != 1 || got[0].Key != o.Key {
		t.Errorf("claimed %+v", got)
	}
}

// TestPostgresLosesAnswersToRefunds does so with a refund that is tried again, by a person
// and by the bridge: whoever has begun it has the order, and nobody hears that another did.
func TestPostgresLosesAnswersToRefunds(t *testing.T) {
	t.Parallel()
	p, line := postgresOverLine(t)
	l := p.open(t)
	o := mustBegin(t, l, sample(0))
	mustRecord(t, l, o.Key, ledger.Update{State: translate.Paid, Source: "notice"}, translate.Applied)
	mustRecord(t, l, o.Key, ledger.Update{State: translate.Refunding, Source: "cancel", RefundNo: "R1", Next: noon}, translate.Applied)
	for by, hand := range map[string]*ledger.RetryByHand{"the bridge": nil, "a person": {Change: because}} {
		o = mustRecord(t, l, o.Key, ledger.Update{State: translate.RefundFailed, Source: "refund", Next: noon}, translate.Applied)
		claim := o.Claim
		if hand != nil {
			claim = 0
		}
		line.loseNextAnswer()
		retried, err := l.RetryRefund(t.Context(), o.Key, claim, after(time.Hour), hand)
		if err != nil || retried.State != translate.Refunding || retried != mustOrder(t, l, o.Key) {
			t.Errorf("by %s: %+v, %v", by, retried, err)
		}
	}
	if changes := mustChanges(t, l, o.Key); len(changes) != 1 || line.lost() != 2 {
		t.Errorf("after %d lost answers there are %d changes", line.lost(), len(changes))
	}
}

// TestPostgresLosesAnswersToFailures does so with what is added to a refund that has failed.
func TestPostgresLosesAnswersToFailures(t *testing.T) {
	t.Parallel()
	p, line := postgresOverLine(t)
	l := p.open(t)
	o := failedRefund(t, l, 0)
	if err := l.Rest(t.Context(), o.Key, o.Claim); err != nil {
		t.Fatal(err)
	}
	line.loseNextAnswer()
	told, err := l.CompleteFailure(t.Context(), o.Key, o.Claim, "no balance", after(time.Hour))
	if err != nil || told.GatewayMessage != "no balance" || told != mustOrder(t, l, o.Key) || line.lost() != 1 {
		t.Errorf("after %d lost answers: %+v, %v", line.lost(), told, err)
	}
}

// TestPostgresLosesAnswersToTheLastLook does so with a step that leaves nothing
// behind but its events.
func TestPostgresLosesAnswersToTheLastLook(t *testing.T) {
	t.Parallel()
	p, line := postgresOverLine(t)
	l := p.open(t)
	o := mustBegin(t, l, sample(0))
	line.loseNextAnswer()
	o = mustRecord(t, l, o.Key, ledger.Update{
		State: translate.Closed, Source: "expiry", Claim: 1, Next: after(time.Hour), Events: []ledger.Event{call(0, "closed")},
	}, translate.Applied)
	line.loseNextAnswer()
	if err := l.Postpone(t.Context(), o.Key, 1, after(2*time.Hour), 1, call(time.Second, "unsure")); err != nil {
		t.Error(err)
	}
	line.loseNextAnswer()
	if err := l.Rest(t.Context(), o.Key, 1, call(2*time.Second, "sure")); err != nil {
		t.Error(err)
	}
	want := []string{"0s call query closed", "0s moved expiry begun → closed", "1s call query unsure", "2s call query sure"}
	if got := timeline(t, l, o.Key); !slices.Equal(got, want) || line.lost() != 3 {
		t.Errorf("after %d lost answers the timeline is\n%q\nwant\n%q", line.lost(), got, want)
	}
	wantError(t, l.Rest(t.Context(), o.Key, 1), ledger.ErrFenced)
}

// TestPostgresLosesAnswersAboutOldOrders does so with one more call about what is
// acknowledged, and with a purge.
func TestPostgresLosesAnswersAboutOldOrders(t *testing.T) {
	t.Parallel()
	p, line := postgresOverLine(t)
	l := inAYear(t, p)
	k := deliver(t, l, 0)
	deliver(t, l, 1)
	line.loseNextAnswer()
	d, err := l.BeginAgain(t.Context(), k, noon, time.Minute, because)
	if err != nil {
		t.Fatal(err)
	}
	line.loseNextAnswer()
	if err := l.EndAgain(t.Context(), d.Notification, ledger.Attempt{At: noon, Class: "timeout"}); err != nil {
		t.Error(err)
	}
	if got, err := l.Attempts(t.Context(), k); err != nil || len(got.Items) != 2 {
		t.Errorf("there are %d calls on record, %v, want 2", len(got.Items), err)
	}
	walk, found := purgeable(t, l)
	line.loseNextAnswer()
	if n, err := walk.Purge(t.Context(), found); err != nil || n != 2 {
		t.Errorf("purged %d, %v, want 2", n, err)
	}
	line.loseNextAnswer()
	if err := l.NotePurge(t.Context(), because); err != nil {
		t.Error(err)
	}
	var told []string
	for _, change := range mustChanges(t, l, ledger.Key{}) {
		told = append(told, change.What)
	}
	slices.Sort(told)
	if line.lost() != 4 || !slices.Equal(told, []string{"purge", "resend again"}) {
		t.Errorf("after %d lost answers changes are %q", line.lost(), told)
	}
}
