package guard

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/rollback"
	"github.com/paybridge/paybridge/caddymodule/internal/route"
)

// record is where routes are on record in a test.
type record struct {
	mu    sync.Mutex
	route ledger.RouteMark
	away  bool
	late  bool // does what it is told, and the answer is lost
	tries int
	told  []string // the reasons
	made  map[string]bool
}

func (r *record) TurnBack(_ context.Context, merID string, seen ledger.RouteMark, c ledger.Change) (bool, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tries++
	switch {
	case r.away:
		return false, errors.New("away")
	case r.made[c.Once]:
		return true, nil
	case seen != r.route:
		return false, nil
	}
	r.route = ledger.RouteMark{MerID: merID, Route: "old", At: r.route.At + 1}
	r.told = append(r.told, c.Who+": "+c.Why)
	if r.made == nil {
		r.made = map[string]bool{}
	}
	if r.made[c.Once] = true; r.late {
		r.late = false
		return false, context.DeadlineExceeded
	}
	return true, nil
}

func (r *record) isAway(away bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.away = away
}

func (r *record) tried() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.tries
}

// given is a person who gives the merchant a route.
func (r *record) given(to string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.route = ledger.RouteMark{MerID: "A", Route: to, At: r.route.At + 1}
}

// seen counts what the guard has told.
type seen struct{ compared, back, expired atomic.Int64 }

func (s *seen) PaymentCompared(route.Side, bool) { s.compared.Add(1) }
func (s *seen) MerchantTurnedBack()              { s.back.Add(1) }

// watch is a guard and what is around it.
type watch struct {
	*Guard
	seen

	ledger *record
	logs   *observer.ObservedLogs
	rules  *Rules
	n      int

	changes int64 // of the route that were seen
}

// byRule are rules for one merchant.
func byRule(r rollback.Rule) *Rules { return &Rules{byMerID: map[string]rollback.Rule{"A": r}} }

// usual is the rule of most tests.
var usual = rollback.Rule{MinPayments: 10, Window: 10 * time.Minute, MaxWorse: 20}

// watching runs a test with a guard in virtual time.
func watching(t *testing.T, test func(*testing.T, *watch)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		core, logs := observer.New(zap.WarnLevel)
		w := &watch{ledger: new(record), logs: logs}
		w.ledger.given("v2 100%")
		w.Guard = New(w.ledger, zap.New(core), &w.seen, func() time.Duration { return time.Since(start) }, func() { w.expired.Add(1) })
		w.reload(byRule(usual))
		defer w.Close()
		test(t, w)
	})
}

// reload has another configuration follow the one before.
func (w *watch) reload(r *Rules) {
	w.Attach(r)
	w.Detach(w.rules)
	w.rules = r
}

// pay has so many new payments answered, and waits for what comes of it.
func (w *watch) pay(side route.Side, payments, refused int) { w.payAs("A", side, payments, refused) }

// payAs does so for any merchant.
func (w *watch) payAs(merID string, side route.Side, payments, refused int) {
	answered := w.OldAnswered
	if side == route.V2 {
		answered = w.V2Answered
	}
	w.ledger.mu.Lock()
	mark := w.ledger.route
	w.ledger.mu.Unlock()
	for i := range payments {
		w.n++
		answered(Payment{MerID: merID, OrderID: fmt.Sprint(w.n), Route: mark, Since: w.changes, Refused: i < refused})
	}
	synctest.Wait()
}

// wantBack insists on how often the merchant was turned back.
func (w *watch) wantBack(t *testing.T, times int) {
	t.Helper()
	w.ledger.mu.Lock()
	defer w.ledger.mu.Unlock()
	if back, expired := int(w.back.Load()), int(w.expired.Load()); back != times || len(w.ledger.told) != times || expired != times {
		t.Errorf("turned back %d times, on record %q, told %d times, want %d", back, w.ledger.told, expired, times)
	}
}

func TestTurnsBackOnceUntilAPersonGivesARoute(t *testing.T) {
	watching(t, func(t *testing.T, w *watch) {
		w.pay(route.Old, 20, 1)
		w.pay(route.V2, 9, 9)
		w.wantBack(t, 0)
		w.pay(route.V2, 1, 1)
		w.wantBack(t, 1)
		if want := "guard: refuses_more v2=10/10 old=1/20 window=10m0s "; !strings.HasPrefix(w.ledger.told[0], want) {
			t.Errorf("the reason is %q, want %q", w.ledger.told[0], want)
		}
		w.ledger.given("v2 20%")
		w.pay(route.V2, 9, 9) // those before count no more
		w.wantBack(t, 1)
		w.pay(route.V2, 1, 1)
		w.wantBack(t, 2)
	})
}

// TestWhoFollowsTheConfigurationAgain: a merchant without a route of its own has the same
// mark each time. Of v2 is counted anew all the same, whoever had turned it back between.
func TestWhoFollowsTheConfigurationAgain(t *testing.T) {
	watching(t, func(t *testing.T, w *watch) {
		following := func() {
			w.ledger.mu.Lock()
			defer w.ledger.mu.Unlock()
			w.ledger.route = ledger.RouteMark{}
		}
		following()
		w.pay(route.V2, 10, 10)
		w.wantBack(t, 1)
		for i := range 2 { // the first time soon, the second a day later
			w.pay(route.Old, 20, 0)
			time.Sleep(time.Duration(i) * 24 * time.Hour)
			following()
			w.pay(route.V2, 9, 9)
			w.wantBack(t, 1+i)
			w.pay(route.V2, 1, 1)
			w.wantBack(t, 2+i)
		}
		following()
		w.pay(route.V2, 9, 9)
		w.ledger.given("old") // by a person
		w.pay(route.Old, 20, 0)
		following()
		w.pay(route.V2, 9, 9)
		w.wantBack(t, 3)
	})
}

func TestAnswersThatComeLateTurnNobodyBack(t *testing.T) {
	watching(t, func(t *testing.T, w *watch) {
		before := w.ledger.route
		w.pay(route.V2, 10, 10)
		w.wantBack(t, 1)
		w.ledger.given("v2 100%")
		for i := range 20 {
			w.V2Answered(Payment{MerID: "A", OrderID: fmt.Sprint("late", i), Route: before, Refused: true})
		}
		synctest.Wait()
		w.wantBack(t, 1)
	})
}

// TestLateAnswersEndNoOtherRoute: what is found of a route that is in force no more takes
// nothing from what is counted by the next.
func TestLateAnswersEndNoOtherRoute(t *testing.T) {
	watching(t, func(t *testing.T, w *watch) {
		before := w.ledger.route
		w.ledger.given("v2 100%")
		for i := range 10 {
			w.V2Answered(Payment{MerID: "A", OrderID: fmt.Sprint("late", i), Route: before, Refused: true})
		}
		w.pay(route.V2, 9, 9) // while that is being written
		w.wantBack(t, 0)
		w.pay(route.V2, 1, 1)
		w.wantBack(t, 1)
	})
}

func TestOldGatewayThatRefusesAsMuch(t *testing.T) {
	watching(t, func(t *testing.T, w *watch) {
		w.pay(route.Old, 10, 8)
		w.pay(route.V2, 100, 90)
		w.wantBack(t, 0)
		time.Sleep(time.Hour) // nothing on the old gateway within the window, but it is remembered
		w.pay(route.V2, 100, 90)
		w.wantBack(t, 0)
		w.pay(route.Old, 9, 0) // too few to say anything else
		w.pay(route.V2, 10, 9)
		w.wantBack(t, 0)
		w.pay(route.Old, 20, 0)
		w.pay(route.V2, 1, 1)
		w.wantBack(t, 1)
	})
}

// An old gateway that answers, and of which nothing can be read, has not refused nothing.
func TestOldGatewayThatCannotBeRead(t *testing.T) {
	watching(t, func(t *testing.T, w *watch) {
		w.OldUnread("A")
		w.pay(route.V2, 100, 30)
		time.Sleep(time.Hour) // it stays so
		w.pay(route.V2, 100, 30)
		w.wantBack(t, 0)
		if told := w.logs.FilterMessageSnippet("it is not turned back").Len(); told != 1 {
			t.Errorf("it is told %d times, want once by a route", told)
		}
		w.pay(route.Old, 1, 0) // one answer that can be read is knowledge
		w.pay(route.V2, 1, 1)
		w.wantBack(t, 1)
	})
}

// What was known of the old gateway counts, also when its answers can no longer be read.
func TestOldGatewayThatCouldBeRead(t *testing.T) {
	watching(t, func(t *testing.T, w *watch) {
		w.pay(route.Old, 100, 30)
		w.OldUnread("A")
		w.pay(route.V2, 70, 0)
		w.pay(route.V2, 30, 30)
		w.wantBack(t, 0)
		time.Sleep(time.Hour)
		w.pay(route.V2, 10, 10)
		w.wantBack(t, 1)
	})
}

func TestWhatIsLongAgoCountsNoMore(t *testing.T) {
	watching(t, func(t *testing.T, w *watch) {
		w.pay(route.V2, 9, 9)
		time.Sleep(11 * time.Minute)
		w.pay(route.V2, 9, 9)
		w.wantBack(t, 0)
	})
}

func TestOneOrderThatIsRepeatedCountsOnce(t *testing.T) {
	for name, first := range map[string]bool{"refused each time": true, "accepted first": false} {
		t.Run(name, func(t *testing.T) {
			watching(t, func(t *testing.T, w *watch) {
				refused := first
				for range 100 {
					w.V2Answered(Payment{MerID: "A", OrderID: "1", Route: w.ledger.route, Refused: refused})
					refused = true
				}
				synctest.Wait()
				w.wantBack(t, 0)
				if w.compared.Load() != 1 {
					t.Errorf("%d payments are counted", w.compared.Load())
				}
			})
		})
	}
}

func TestLedgerAway(t *testing.T) {
	watching(t, func(t *testing.T, w *watch) {
		w.ledger.isAway(true)
		w.pay(route.V2, 20, 20)
		time.Sleep(time.Minute)
		w.wantBack(t, 0)
		if tries := w.ledger.tried(); tries < 50 || tries > 65 {
			t.Errorf("%d tries in a minute", tries)
		}
		w.ledger.isAway(false)
		time.Sleep(2 * time.Second)
		w.wantBack(t, 1)
	})
}

// TestAnswerOfTheLedgerIsLost: a merchant was turned back, and the commit took longer than the
// guard waits. That is told and has its alert all the same.
func TestAnswerOfTheLedgerIsLost(t *testing.T) {
	watching(t, func(t *testing.T, w *watch) {
		w.ledger.late = true
		w.pay(route.V2, 20, 20)
		time.Sleep(time.Minute)
		w.wantBack(t, 1)
		if lines := w.logs.FilterMessageSnippet("merchant turned back").Len(); lines != 1 {
			t.Errorf("the log says it %d times", lines)
		}
	})
}

// TestOtherBridgeTurnedBack: another bridge has turned the merchant back, and a person has had
// it follow the configuration again. This one has seen both in the routes and no payment in
// between: what it counted before is no reason to turn the merchant back once more.
func TestOtherBridgeTurnedBack(t *testing.T) {
	watching(t, func(t *testing.T, w *watch) {
		w.ledger.route = ledger.RouteMark{}
		w.pay(route.V2, 9, 9)
		w.changes = 2
		w.pay(route.V2, 9, 9)
		w.wantBack(t, 0)
		w.pay(route.V2, 1, 1)
		w.wantBack(t, 1)
	})
}

func TestAPersonIsFirst(t *testing.T) {
	watching(t, func(t *testing.T, w *watch) {
		w.ledger.isAway(true)
		w.pay(route.V2, 20, 20)
		w.ledger.given("v2 20%")
		w.ledger.isAway(false)
		time.Sleep(time.Minute)
		w.wantBack(t, 0)
		if tries := w.ledger.tried(); tries > 5 {
			t.Errorf("%d tries", tries)
		}
	})
}

func TestMerchantsAreBounded(t *testing.T) {
	watching(t, func(t *testing.T, w *watch) {
		many := map[string]rollback.Rule{}
		for n := range maxMerchants + 10 {
			many[fmt.Sprint(n)] = usual
		}
		w.reload(&Rules{byMerID: many})
		for merID := range many {
			w.OldAnswered(Payment{MerID: merID})
		}
		if len(w.merchants) != maxMerchants {
			t.Errorf("%d merchants are counted", len(w.merchants))
		}
	})
}
