package ledger_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/tests/pgtest"
)

// place is where a ledger lies. It can be opened again after it was closed.
type place interface {
	open(testing.TB, ...ledger.Option) *ledger.Ledger
}

type sqlitePlace struct{ path string }

func (p sqlitePlace) open(tb testing.TB, options ...ledger.Option) *ledger.Ledger {
	tb.Helper()
	l, err := ledger.OpenSQLite(tb.Context(), p.path, options...)
	return opened(tb, l, err)
}

type postgresPlace struct {
	dsn  string
	dead bool // the server is not there when the ledger is opened
	well bool // the server is well, and may only be slow
}

func (p postgresPlace) open(tb testing.TB, options ...ledger.Option) *ledger.Ledger {
	tb.Helper()
	dsn := p.dsn
	if p.well {
		options = append(options, ledger.WithAttempts(2*time.Minute))
		dsn += "&connect_timeout=120"
	}
	l, err := ledger.OpenPostgres(tb.Context(), dsn, options...)
	opened(tb, l, err)
	if !p.dead {
		await(tb, l)
	}
	return l
}

// await waits for a database that a busy machine is slow to set up.
func await(tb testing.TB, l *ledger.Ledger) {
	tb.Helper()
	deadline := time.After(time.Minute)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		err := l.Ping(tb.Context())
		if err == nil {
			return
		}
		select {
		case <-tick.C:
		case <-deadline:
			tb.Fatalf("the database does not come: %v", err)
		}
	}
}

func opened(tb testing.TB, l *ledger.Ledger, err error) *ledger.Ledger {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		noteTexts(l)
		if err := l.Close(); err != nil {
			tb.Errorf("closing ledger: %v", err)
		}
	})
	return l
}

// stores makes, for each store, a place for an empty ledger.
var stores = []struct {
	name string
	make func(testing.TB) place
}{
	{"sqlite", func(tb testing.TB) place { return sqlitePlace{filepath.Join(tb.TempDir(), "ledger #1.db")} }},
	{"postgres", func(tb testing.TB) place { return postgresPlace{dsn: pgtest.Database(tb), well: true} }},
}

// conformance is what every store has to do.
var conformance = []struct {
	name string
	test func(*testing.T, place)
}{
	{"begin is durable and exact", beginIsExact},
	{"begin keeps what is there", beginKeepsWhatIsThere},
	{"begin refuses taken numbers", beginRefusesTakenNumbers},
	{"begin refuses what could be lost", beginRefusesIncomplete},
	{"begin twice at once", beginTwiceAtOnce},
	{"begin with hostile text", beginWithHostileText},
	{"an order has one side", sides},
	{"orders of the old gateway by number", oldOrdersByNumber},
	{"sides with hostile text", sidesWithHostileText},
	{"sides follow the model", sidesFollowModel},
	{"sides at once", sidesAtOnce},
	{"a lost row of side_locks", lostSideLocks},
	{"old orders are pruned", oldOrdersArePruned},
	{"merchants with orders", merchantsWithOrders},
	{"no merchants with orders", noMerchantsWithOrders},
	{"lookups", lookups},
	{"record moves forward", recordMovesForward},
	{"record by the holder", recordByHolder},
	{"record pays once with one notification", recordPaysOnce},
	{"record takes no time before 1970", recordTakesNoOldTime},
	{"record refunds late payments", recordRefundsLatePayment},
	{"record refunds payments of failed orders", recordRefundsFailed},
	{"record leaves payers their next attempt", recordFailedAttempt},
	{"record keeps the words of the last refusal", recordWords},
	{"ask again gives a step to what rests", askAgainOfWhatRests},
	{"record keeps the first refund number", recordKeepsFirstRefundNo},
	{"record leaves events", recordLeavesEvents},
	{"record is fenced", recordIsFenced},
	{"own conclusions contradict nobody", ownConclusions},
	{"take back", takeBack},
	{"record follows the model", recordFollowsModel},
	{"record at once from many", recordAtOnce},
	{"orders are claimed when due", ordersClaimedWhenDue},
	{"orders are claimed by one", ordersClaimedByOne},
	{"postpone", postpone},
	{"taken in hand", takenInHand},
	{"a final order may have a last step", lastStep},
	{"starts", starts},
	{"notifications are claimed when due", notificationsClaimedWhenDue},
	{"notifications are claimed by one", notificationsClaimedByOne},
	{"finish", finish},
	{"release and takeover keep the due time", releaseKeepsDue},
	{"exhausted and resend", exhaustedAndResend},
	{"purge", purge},
	{"purge leaves what somebody waits for", purgeLeaves},
	{"purge passes over what was purged", purgePassesOver},
	{"purge leaves what has changed", purgeLeavesChanged},
	{"size", sizes},
	{"one call more of what is delivered", callOnceMore},
	{"one call more, and a crash", callOnceMoreDies},
	{"one call more, refused", callOnceMoreRefused},
	{"one call more or a refund", callOnceMoreOrRefund},
	{"what is behind a backlog is found", sharesBehindBacklog},
	{"merchants have equal shares", sharesAreEqual},
	{"who is granted nothing holds up nobody", sharesPassTheStuck},
	{"thousands of merchants share", sharesOfMany},
	{"hosts take turns", hostsTakeTurns},
	{"one busy host delays nobody", fairness},
	{"events", events},
	{"next due", nextDue},
	{"timelines", timelines},
	{"many events", manyEvents},
	{"list of orders", listOrders},
	{"many orders of an amount", manyOfAnAmount},
	{"recent of orders", recentOfOrders},
	{"pages of orders", pagesOfOrders},
	{"list of notifications", listNotifications},
	{"pages of notifications", pagesOfNotifications},
	{"limits of lists", limits},
	{"find orders", findOrders},
	{"find orders by many numbers", findNamed},
	{"PayIds", payIDs},
	{"turnover", turnover},
	{"sums", sums},
	{"a panic costs one function", panicCostsOneJob},
	{"settle", settle},
	{"quarantine keeps and counts", quarantineKeeps},
	{"quarantine keeps payments apart", quarantineKeepsApart},
	{"quarantine opens again what names nothing", quarantineOpensAgain},
	{"matters stay open", mattersStayOpen},
	{"what is dealt with is not tried again", dealtIsNotTried},
	{"a failed refund is completed", failureIsCompleted},
	{"a refund that is done contradicts who has given the money back", doneContradictsGivenBack},
	{"late payments are marked", latePaymentIsMarked},
	{"nobody is troubled with notifications of what was given back", givenBackIsWithheld},
	{"settle refused", settleRefused},
	{"settle what the gateway contradicts", settleContradicted},
	{"settle as paid what failed", settleFailedAsPaid},
	{"nobody is told as paid of a refund that bounced", bouncedIsNotTold},
	{"that a refund is done contradicts who has said that it bounced", doneContradictsBounced},
	{"confirm", confirm},
	{"changes", changes},
	{"changes need reasons", changesNeedReasons},
	{"pause and resume", pauseAndResume},
	{"pause twice", pauseTwice},
	{"routes", routes},
	{"all routes", allRoutes},
	{"all routes page by page", allRoutesPageByPage},
	{"routes that cannot be read", unreadableRoutes},
	{"routes at once", routesAtOnce},
	{"merchants turned back", turnedBack},
	{"merchants turned back at once", turnedBackAtOnce},
	{"turned back once", turnedBackOnce},
	{"routes that stay as they are", unchangedRoutes},
	{"revision of routes is lost", lostRevision},
	{"activity of a merchant", activity},
	{"traffic of the old gateway", oldTraffic},
	{"parking fences", parkingFences},
	{"resend what is paused", resendPaused},
	{"backlog of a paused merchant", pausedBacklog},
	{"resuming is finished", resumeIsFinished},
	{"pause at once with claims", pauseAtOnce},
	{"use once", useOnce},
	{"use once at once", useOnceAtOnce},
	{"hosts of notifications", backURLHosts},
	{"unreadable orders are set aside", unreadableOrders},
	{"unreadable notifications are set aside", unreadableNotifications},
	{"an unreadable row alone", unreadableAlone},
	{"mended rows are due again", mendedRows},
	{"lost times", lostTimes},
	{"unreadable rows in pages", unreadableInPages},
	{"unreadable rows of an order's story", unreadableParts},
	{"unreadable samples", unreadableSamples},
	{"unreadable rows that a number names", unreadableFound},
	{"unreadable rows that are asked for", unreadableAsked},
	{"states that nobody knows", strays},
	{"open orders without a next step", idleOrders},
	{"gauges", gauges},
	{"overdue once", overdueOnce},
	{"orders without keys", ordersWithoutKeys},
	{"notifications without a merchant", notificationsWithoutMerchant},
	{"outcomes", outcomes},
	{"outcomes without tries", outcomesWithoutTries},
	{"trials are on record", trials},
	{"samples", samples},
	{"answers add", answersAdd},
	{"shadow counts add", shadowCountsAdd},
	{"shadow counts at once", shadowCountsAtOnce},
	{"shadow counts are bounded", shadowCountsAreBounded},
	{"shadow counts are forgotten", shadowCountsAreForgotten},
	{"unreadable shadow counts", shadowCountsUnreadable},
	{"observer", observed},
	{"many writers", manyWriters},
	{"reopen", reopen},
	{"the same kept at once", keptAtOnce},
	{"closed", closed},
	{"hung up", hungUp},
}

func TestConformance(t *testing.T) {
	t.Parallel()
	for _, store := range stores {
		t.Run(store.name, func(t *testing.T) {
			t.Parallel()
			if store.name == "sqlite" {
				t.Cleanup(func() { wantNoScans(t) })
			}
			for _, c := range conformance {
				t.Run(c.name, func(t *testing.T) {
					t.Parallel()
					c.test(t, store.make(t))
				})
			}
		})
	}
}
