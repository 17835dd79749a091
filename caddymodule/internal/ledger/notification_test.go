package ledger_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
)

func notificationsClaimedWhenDue(t *testing.T, p place) {
	l := p.open(t)
	for i, due := range []time.Duration{2 * time.Second, time.Second, 10 * time.Second} {
		pay(t, l, sample(i), after(due))
	}
	if got := mustClaim(t, l, after(999*time.Millisecond), 10); len(got) != 0 {
		t.Fatalf("claimed early: %+v", got)
	}
	got := mustClaim(t, l, after(2*time.Second), 10)
	if len(got) != 2 || got[0].Key != sample(1).Key || got[1].Key != sample(0).Key {
		t.Fatalf("claimed %+v, want orders 1 and 0", got)
	}
	for _, d := range got {
		if want := mustNotification(t, l, d.Key); d.Notification != want || d.Claim != 1 {
			t.Errorf("claimed\n%+v\nwant\n%+v", d.Notification, want)
		}
		if want := mustOrder(t, l, d.Key); d.Order != want {
			t.Errorf("order is\n%+v\nwant\n%+v", d.Order, want)
		}
	}
	if more := mustClaim(t, l, after(61*time.Second), 10); len(more) != 1 || more[0].Key != sample(2).Key {
		t.Errorf("claimed %+v, want order 2", more)
	}
}

func notificationsClaimedByOne(t *testing.T, p place) {
	const orders, claimers = 200, 8
	ledgers := bridges(t, p)
	inParallel(orders, func(i int) {
		o := sample(i)
		o.BackURL = fmt.Sprintf("https://shop%d.example/", i%5)
		pay(t, ledgers[0], o, noon)
	})
	var mu sync.Mutex
	claims := map[ledger.Key]int{}
	var all sync.WaitGroup
	for i := range claimers {
		all.Go(func() {
			for {
				got, err := ledgers[i%len(ledgers)].ClaimNotifications(t.Context(), noon, time.Minute, room(7))
				if err != nil {
					t.Error(err)
				}
				if len(got) == 0 {
					return
				}
				mu.Lock()
				for _, d := range got {
					claims[d.Key]++
				}
				mu.Unlock()
			}
		})
	}
	all.Wait()
	for _, d := range mustClaim(t, ledgers[0], noon, orders) {
		claims[d.Key]++
	}
	for k, n := range claims {
		if n != 1 {
			t.Errorf("%v was claimed %d times", k, n)
		}
	}
	if len(claims) != orders {
		t.Errorf("claimed %d notifications, want %d", len(claims), orders)
	}
}

func finish(t *testing.T, p place) {
	l := p.open(t)
	pay(t, l, sample(1), noon)
	first := mustClaim(t, l, noon, 1)[0].Notification
	attempt := ledger.Attempt{
		At: after(time.Second), Duration: 1500*time.Millisecond + 1, Status: 200, Class: "refused",
		Cause: "no such host – m.test", Excerpt: "\x00bad\n\xff" + strings.Repeat("错", 300),
	}
	if err := l.Finish(t.Context(), first, attempt, ledger.Waiting, time.Time{}); err == nil {
		t.Error("a notification waits for nothing")
	}
	if err := l.Finish(t.Context(), first, attempt, ledger.Waiting, after(10*time.Second)); err != nil {
		t.Fatal(err)
	}
	if err := l.Finish(t.Context(), first, attempt, ledger.Waiting, after(10*time.Second)); err != nil {
		t.Errorf("once more, because its answer did not come: %v", err)
	}
	wantError(t, l.Finish(t.Context(), first, attempt, ledger.Delivered, time.Time{}), ledger.ErrFenced)
	wantError(t, l.Release(t.Context(), first), ledger.ErrFenced)
	got := mustNotification(t, l, first.Key)
	if got.Attempts != 1 || got.State != ledger.Waiting || !got.Due.Equal(after(10*time.Second)) {
		t.Errorf("notification is %+v", got)
	}
	if early := mustClaim(t, l, after(9*time.Second), 1); len(early) != 0 {
		t.Errorf("claimed early: %+v", early)
	}

	second := mustClaim(t, l, after(10*time.Second), 1)[0].Notification
	third := mustClaim(t, l, after(70*time.Second), 1)[0].Notification // the lease of the second has ended
	ok := ledger.Attempt{At: after(71 * time.Second), Status: 200, Class: "acknowledged", Excerpt: "0000"}
	wantError(t, l.Finish(t.Context(), second, ok, ledger.Delivered, time.Time{}), ledger.ErrFenced)
	if err := l.Finish(t.Context(), third, ok, ledger.Delivered, time.Time{}); err != nil {
		t.Fatal(err)
	}
	if got := mustNotification(t, l, first.Key); got.Attempts != 2 || got.State != ledger.Delivered {
		t.Errorf("notification is %+v", got)
	}
	if again := mustClaim(t, l, after(24*time.Hour), 1); len(again) != 0 {
		t.Errorf("claimed after it was delivered: %+v", again)
	}

	attempt.N, attempt.Duration, attempt.Excerpt = 1, 1500*time.Millisecond, "bad\uFFFD"+strings.Repeat("错", 196)
	ok.N = 2
	attempts, err := l.Attempts(t.Context(), first.Key)
	if err != nil || len(attempts.Items) != 2 {
		t.Fatalf("attempts: %v, %+v", err, attempts)
	}
	attempt.Excerpt = attempts.Items[0].Excerpt
	if attempts.Items[0] != attempt || attempts.Items[1] != ok {
		t.Errorf("attempts are\n%+v\nwant\n%+v", attempts, []ledger.Attempt{attempt, ok})
	}
	if n := len([]rune(attempt.Excerpt)); n != 200 || strings.ContainsAny(attempt.Excerpt, "\n\x00") {
		t.Errorf("excerpt of %d characters: %q", n, attempt.Excerpt)
	}
}

func releaseKeepsDue(t *testing.T, p place) {
	l := p.open(t)
	pay(t, l, sample(1), noon)
	held := mustClaim(t, l, after(time.Second), 1)[0].Notification
	if err := l.Release(t.Context(), held); err != nil {
		t.Fatal(err)
	}
	_, due, err := l.NextDue(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	wantTime(t, "due after release", due, noon)
	mustClaim(t, l, after(2*time.Second), 1)
	taken := mustClaim(t, l, after(2*time.Minute), 1)
	if len(taken) != 1 || taken[0].Claim != 3 || taken[0].Attempts != 0 {
		t.Fatalf("taken over: %+v", taken)
	}
	wantTime(t, "due after takeover", taken[0].Due, noon)
	wantError(t, l.Release(t.Context(), held), ledger.ErrFenced)
}

func exhaustedAndResend(t *testing.T, p place) {
	l := p.open(t)
	for i, to := range []ledger.NotificationState{ledger.Exhausted, ledger.Delivered, ledger.Paused, ledger.Withheld, ledger.AlreadyCredited} {
		pay(t, l, sample(i), after(time.Duration(i)*time.Second))
		d := mustClaim(t, l, after(time.Minute), 1)[0].Notification
		if err := l.Finish(t.Context(), d, ledger.Attempt{At: noon}, to, time.Time{}); err != nil {
			t.Fatal(err)
		}
	}
	for _, i := range []int{0, 2, 4} {
		if err := l.Resend(t.Context(), sample(i).Key, after(time.Hour), because); err != nil {
			t.Error(err)
		}
	}
	for _, i := range []int{0, 1, 3, 7} {
		wantError(t, l.Resend(t.Context(), sample(i).Key, noon, because), ledger.ErrNotFound)
	}
	got := mustClaim(t, l, after(time.Hour), 10)
	if len(got) != 3 || got[0].Attempts != 1 || got[1].Attempts != 1 || got[2].Attempts != 1 {
		t.Errorf("claimed %+v, want three with one attempt each", got)
	}
}

// fairness lets 100,000 notifications of one host wait beside one of each of five
// others.
func fairness(t *testing.T, p place) {
	waiting := 100_000
	if testing.Short() || raceDetector {
		waiting = 5_000 // making them takes long there, not claiming
	}
	l := p.open(t)
	pay(t, l, sample(0), noon)
	multiply(t, l, waiting)
	for i := 1; i <= 5; i++ {
		o := sample(i)
		o.BackURL = fmt.Sprintf("https://Quiet%d.example:8443/n", i)
		pay(t, l, o, after(time.Second))
	}
	// What the planner knows of the data must not make it choose another way.
	if err := ledger.Exec(t.Context(), l, "ANALYZE"); err != nil {
		t.Fatal(err)
	}
	got, err := l.ClaimNotifications(t.Context(), after(2*time.Second), time.Minute, roomAt(20, func(host string, want int) int {
		if host == "shop.example" {
			return min(want, 4)
		}
		return min(want, 2)
	}))
	if err != nil {
		t.Fatal(err)
	}
	hosts := map[string]int{}
	for _, d := range got {
		hosts[d.Host]++
	}
	if len(got) != 9 || hosts["shop.example"] != 4 || hosts["quiet1.example:8443"] != 1 || len(hosts) != 6 {
		t.Errorf("claimed %v", hosts)
	}
	closed := roomAt(20, func(host string, _ int) int {
		if host != "shop.example" {
			t.Errorf("asked for %s, which has nothing due", host)
		}
		return 0
	})
	if got, err := l.ClaimNotifications(t.Context(), after(2*time.Second), time.Minute, closed); err != nil || got != nil {
		t.Errorf("claimed %d without room, error %v", len(got), err)
	}
}

// multiply makes n further orders like sample(0), with notifications like its own.
func multiply(tb testing.TB, l *ledger.Ledger, n int) {
	tb.Helper()
	const series = `WITH RECURSIVE series (i) AS (
		SELECT CAST($1 AS BIGINT) UNION ALL SELECT i + 1 FROM series WHERE i < CAST($2 AS BIGINT)) `
	const columns = `mer_id, flow_no, gateway_merchant, fingerprint, action, amount, back_url, front_url, open_id,
		client_ip, state, form_action, gateway_no, words, refund_no, created_at, sent_at, settled_at, paid_at,
		expires_at, next, tries, claim`
	const block = 20_000 // what a transaction has time for
	for first := 1; first <= n; first += block {
		for _, statement := range []string{
			series + `INSERT INTO orders (order_id, query_id, order_no, ` + columns + `)
				SELECT 'M' || i, 'M' || i, 'M' || i, ` + columns + ` FROM orders, series WHERE order_id = $3`,
			series + `INSERT INTO notifications (order_id, mer_id, host, state, attempts, created_at, due, ready, claim)
				SELECT 'M' || i, mer_id, host, state, attempts, created_at, due, ready, claim
				FROM notifications, series WHERE order_id = $3`,
		} {
			last := min(first+block-1, n)
			if err := ledger.Exec(tb.Context(), l, statement, first, last, sample(0).OrderID); err != nil {
				tb.Fatal(err)
			}
		}
	}
}
