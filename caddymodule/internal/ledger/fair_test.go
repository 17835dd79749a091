package ledger_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
)

// hands is who has how much in hand, as those who claim count it.
type hands struct {
	limit, perMerchant int
	held               map[string]int
	searches           int
	stuck              string // merchants that begin so are granted nothing, as when their hosts are full
}

func newHands(limit, perMerchant int) *hands {
	return &hands{limit: limit, perMerchant: perMerchant, held: map[string]int{}}
}

// offer is the room that is left.
func (h *hands) offer() ledger.Room {
	h.searches++
	return ledger.Room{
		Limit:    h.limit,
		Merchant: func(merID string) (inHand, free int) { return h.held[merID], h.perMerchant - h.held[merID] },
		Grant: func(merID, _ string, want int) int {
			if h.stuck != "" && strings.HasPrefix(merID, h.stuck) {
				return 0
			}
			return want
		},
	}
}

// claims is the two kinds of work that are claimed. Each claim returns the keys.
var claims = []struct {
	name  string
	claim func(testing.TB, *ledger.Ledger, *hands) []ledger.Key
}{
	{"orders", func(tb testing.TB, l *ledger.Ledger, h *hands) []ledger.Key {
		tb.Helper()
		list, err := l.ClaimOrders(tb.Context(), after(time.Hour), time.Minute, h.offer)
		if err != nil {
			tb.Fatal(err)
		}
		return keysOf(list, h, func(o ledger.Order) ledger.Key { return o.Key })
	}},
	{"notifications", func(tb testing.TB, l *ledger.Ledger, h *hands) []ledger.Key {
		tb.Helper()
		list, err := l.ClaimNotifications(tb.Context(), after(time.Hour), time.Minute, h.offer)
		if err != nil {
			tb.Fatal(err)
		}
		return keysOf(list, h, func(d ledger.Delivery) ledger.Key { return d.Key })
	}},
}

func keysOf[T any](list []T, h *hands, key func(T) ledger.Key) []ledger.Key {
	keys := make([]ledger.Key, len(list))
	for i := range list {
		keys[i] = key(list[i])
		h.held[keys[i].MerID]++
	}
	return keys
}

// backlog puts n further orders into the ledger, all with a step and a
// notification that are due; merchant and host are SQL that names them, in
// which i is the number of the order.
func backlog(tb testing.TB, l *ledger.Ledger, n int, merchant, host string) {
	tb.Helper()
	pay(tb, l, sample(0), noon)
	multiply(tb, l, n)
	for _, statement := range []string{
		`UPDATE orders SET next = created_at, state = 'in_doubt' WHERE order_id LIKE 'M%'`,
		`UPDATE orders SET mer_id = ` + merchant + ` WHERE order_id LIKE 'M%'`,
		`UPDATE notifications SET mer_id = ` + merchant + `, host = ` + host + ` WHERE order_id LIKE 'M%'`,
		`DELETE FROM notifications WHERE order_id NOT LIKE 'M%'`,
		`ANALYZE`, // what planners know must not make them choose another way
	} {
		if err := ledger.Exec(tb.Context(), l, statement); err != nil {
			tb.Fatal(err)
		}
	}
}

// late are orders of merchants of their own that came up behind a backlog.
func late(tb testing.TB, l *ledger.Ledger, n int) map[ledger.Key]bool {
	tb.Helper()
	keys := map[ledger.Key]bool{}
	for i := range n {
		o := sample(100 + i)
		o.MerID, o.BackURL = fmt.Sprintf("5%07d", i*7919), fmt.Sprintf("https://quiet%d.example/n", i)
		pay(tb, l, o, after(time.Minute))
		if err := ledger.Exec(tb.Context(), l, `UPDATE orders SET next = $1, state = $2 WHERE order_id = $3`,
			after(time.Minute).UnixMilli(), string(translate.InDoubt), o.OrderID); err != nil {
			tb.Fatal(err)
		}
		keys[o.Key] = true
	}
	return keys
}

// few is n, or less where making so many takes long.
func few(n int) int {
	if testing.Short() || raceDetector {
		return n / 10
	}
	return n
}

// sharesBehindBacklog lets others' work come up behind a backlog that has all it
// may have in hand: one claim finds it, with as many searches as its place among the
// merchants needs, however much waits in front.
func sharesBehindBacklog(t *testing.T, p place) {
	for _, c := range []struct {
		name           string
		merchant, host string
		waiting        int
		full           int // merchants of the backlog that have all they may have
		searches       int
	}{
		{"one merchant at one host", `'89900001'`, `'dead.example'`, few(30_000), 1, 1},
		{"one merchant at hosts of their own", `'89900001'`, `'dead' || order_id`, few(30_000), 1, 1},
		{"one merchant in front of all", `'10000000'`, `'dead' || order_id`, few(10_000), 1, 1},
		{"a hundred merchants", `CAST(20000000 + length(order_id) * 7 + CAST(substr(order_id, 2) AS BIGINT) % 100 AS TEXT)`, `'dead' || order_id`, few(10_000), 800, 1},
		{"three hundred merchants", `CAST(20000000 + CAST(substr(order_id, 2) AS BIGINT) % 300 AS TEXT)`, `'dead.example'`, few(30_000), 300, 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := p.open(t)
			defer clearAll(t, l)
			backlog(t, l, c.waiting, c.merchant, c.host)
			others := late(t, l, 5)
			for _, kind := range claims {
				h := newHands(20, 4)
				for i := range c.full {
					h.held[fmt.Sprintf("%d", 20000000+i)] = 4
				}
				h.held["89900001"], h.held["10000000"] = 4, 4
				left := len(others)
				for left > 0 {
					keys := kind.claim(t, l, h)
					if len(keys) == 0 {
						t.Errorf("%s: %d of %d others were not found", kind.name, left, len(others))
						break
					}
					for _, k := range keys {
						if !others[k] {
							t.Fatalf("%s: claimed %v although its merchant has all it may have", kind.name, k)
						}
						left--
					}
				}
				if h.searches > c.searches {
					t.Errorf("%s: %d searches, want at most %d", kind.name, h.searches, c.searches)
				}
			}
		})
	}
}

func clearAll(t *testing.T, l *ledger.Ledger) {
	t.Helper()
	for _, table := range []string{"orders", "notifications"} {
		if err := ledger.Exec(t.Context(), l, `DELETE FROM `+table); err != nil {
			t.Error(err)
		}
	}
}

// sharesPassTheStuck lets one merchant's work come up behind that of many that have
// nothing in hand and are granted nothing, as when they share one dead host: however many
// they are, and however little room there is, it is found.
func sharesPassTheStuck(t *testing.T, p place) {
	l := p.open(t)
	for _, stuck := range []int{60, 70, 300, 1000} {
		backlog(t, l, stuck, `CAST(20000000 + CAST(substr(order_id, 2) AS BIGINT) AS TEXT)`, `'full.example'`)
		others := late(t, l, 1)
		for _, kind := range claims {
			for _, room := range []int{1, 100} {
				h := newHands(room, 4)
				h.stuck = "2"
				if keys := kind.claim(t, l, h); len(keys) != 1 || !others[keys[0]] {
					t.Errorf("%s behind %d with room for %d: claimed %v", kind.name, stuck, room, keys)
				}
				release(t, l)
			}
		}
		clearAll(t, l)
	}
}

// release makes everything due again that was claimed.
func release(t *testing.T, l *ledger.Ledger) {
	t.Helper()
	for _, statement := range []string{
		`UPDATE orders SET next = created_at WHERE next > created_at`,
		`UPDATE notifications SET ready = due WHERE ready > due`,
	} {
		if err := ledger.Exec(t.Context(), l, statement); err != nil {
			t.Fatal(err)
		}
	}
}

// sharesAreEqual gives each of many merchants the same, whoever's came up first and
// however small the room is: nobody gets a second before all have a first.
func sharesAreEqual(t *testing.T, p place) {
	l := p.open(t)
	const merchants, each = 100, 30
	// The first merchant's came up before all others', and it has ten times as much.
	backlog(t, l, merchants*each, `CAST(20000000 + CAST(substr(order_id, 2) AS BIGINT) % 100 AS TEXT)`, `'shop.example'`)
	for _, statement := range []string{
		`UPDATE orders SET next = next - 60000 WHERE mer_id = '20000000'`,
		`UPDATE notifications SET ready = ready - 60000, due = due - 60000 WHERE mer_id = '20000000'`,
	} {
		if err := ledger.Exec(t.Context(), l, statement); err != nil {
			t.Fatal(err)
		}
	}
	for _, kind := range claims {
		h := newHands(7, each)
		for range 3 * merchants {
			kind.claim(t, l, h)
			least, most := each, 0
			for i := range merchants {
				n := h.held[fmt.Sprintf("%d", 20000000+i)]
				least, most = min(least, n), max(most, n)
			}
			if most-least > 1 {
				t.Fatalf("%s: one merchant has %d in hand, another %d", kind.name, least, most)
			}
			if least == 3 {
				break
			}
		}
	}
}

// sharesOfMany claims what thousands of merchants have one each of, from two
// bridges where there can be two: everything is claimed once, in few searches.
func sharesOfMany(t *testing.T, p place) {
	ledgers := bridges(t, p)
	waiting := few(10_000)
	backlog(t, ledgers[0], waiting, `CAST(20000000 + CAST(substr(order_id, 2) AS BIGINT) AS TEXT)`, `'dead' || order_id`)
	for _, kind := range claims {
		claimed := map[ledger.Key]bool{}
		h := newHands(64, 4)
		for n := 0; ; n++ {
			keys := kind.claim(t, ledgers[n%len(ledgers)], h)
			if len(keys) == 0 {
				break
			}
			for _, k := range keys {
				if claimed[k] {
					t.Fatalf("%s: %v was claimed twice", kind.name, k)
				}
				claimed[k] = true
			}
		}
		if len(claimed) < waiting {
			t.Errorf("%s: claimed %d of %d", kind.name, len(claimed), waiting)
		}
		if most := waiting/64 + 5; h.searches > most {
			t.Errorf("%s: %d searches, want at most %d", kind.name, h.searches, most)
		}
	}
}

// hostsTakeTurns goes on from host to host of a merchant that has more hosts than
// one search reads: what is due at the last of them, behind a backlog at the first,
// is found without end.
func hostsTakeTurns(t *testing.T, p place) {
	l := p.open(t)
	backlog(t, l, 2000, `'20000000'`, `CASE WHEN order_id LIKE '%7' THEN 'at' || order_id ELSE 'all' END`)
	last := ledger.Key{MerID: "20000000", OrderID: "M1999"}
	for _, statement := range []string{
		`UPDATE notifications SET ready = ready + 600000 WHERE host LIKE 'at%'`, // later than the backlog
		`UPDATE notifications SET host = 'zzz' WHERE order_id = 'M1999'`,
	} {
		if err := ledger.Exec(t.Context(), l, statement); err != nil {
			t.Fatal(err)
		}
	}
	offer := func() ledger.Room {
		return ledger.Room{
			Limit:    4,
			Merchant: func(string) (inHand, free int) { return 0, 4 },
			Grant: func(_, host string, want int) int {
				if host == "zzz" {
					return want
				}
				return 0
			},
		}
	}
	for range 10 {
		list, err := l.ClaimNotifications(t.Context(), after(time.Hour), time.Minute, offer)
		if err != nil {
			t.Fatal(err)
		}
		if len(list) == 1 && list[0].Key == last {
			return
		}
	}
	t.Error("the last host was never come to")
}
