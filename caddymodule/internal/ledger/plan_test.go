package ledger_test

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/tests/pgtest"
)

// keys are the indexes by which single rows are found.
var keys = []string{"sqlite_autoindex_notifications_1", "sqlite_autoindex_orders_1"}

// itself is for tables that are kept in the tree of their key, as they are where the
// history was short enough to be moved there.
const itself = "the table itself"

// indexes is, for each statement, the indexes that it may use; the keys go without
// saying in a list.
var indexes = map[string][]string{
	"first orders":        {"orders_next"},
	"open merchants":      {"orders_queue"},
	"open merchants due":  {"orders_queue"},
	"due orders":          {"orders_queue"},
	"held orders":         keys,
	"first notifications": {"notifications_due"},
	"lost steps":          {"orders_next"},
	"lost calls":          {"notifications_due"},
	"waiting by merchant": {"notifications_queue"},
	"waiting merchants":   {"notifications_queue"},
	"waiting hosts":       {"notifications_queue"},
	"due notifications":   append(keys, "notifications_queue", "sqlite_autoindex_pauses_1"),
	"held notifications":  keys,
	"parkable":            {"notifications_queue"},
	"parked":              {"notifications_paused"},
	"still paused":        {"sqlite_autoindex_pauses_1"},
	"next order":          {"orders_next"},
	"next notification":   {"notifications_due"},
	"strange states":      {"orders_state"},
	"stray orders":        {"orders_state"},
	"strange endings":     {"notifications_done"},
	"stray notifications": {"notifications_done"},
	"idle orders":         {"orders_state"},
	"open orders":         {"orders_state"},
	"oldest doubt":        {"orders_state", itself, "sqlite_autoindex_events_1"},
	"oldest refund":       {"orders_state", itself, "sqlite_autoindex_events_1"},
	"orders with steps":   {"orders_next"},
	"overdue orders":      {"orders_next"},
	"waiting":             {"notifications_queue"},
	"stuck":               {"notifications_done"},
	"exhausted":           {"notifications_done", "sqlite_autoindex_dealt_1"},
	"outcomes":            {"orders_state"},
	"outcomes of tries":   append(keys, "changes_at"),
	"found orders":        append(keys, "orders_query_id", "orders_order_no", "orders_refund_no", "orders_pay_id"),
	"PayId":               {"orders_pay_id"},
	"locked order":        {"sqlite_autoindex_orders_1"},
	"side":                {"sqlite_autoindex_orders_1", "sqlite_autoindex_old_orders_1"},
	"orders marked old":   {"sqlite_autoindex_old_orders_1"},
	"order marked old":    {"sqlite_autoindex_old_orders_1"},
	"mark":                {"sqlite_autoindex_orders_1"},
	"newest old order":    {"old_orders_at"},
	"newest paid order":   {"orders_paid"},
	"old orders":          {"sqlite_autoindex_old_orders_1", "old_orders_at"},
	"merchants":           {"orders_merchant"},
	"actions":             {"orders_amount"},
	"class of an attempt": {"sqlite_autoindex_attempts_1"},
	"last attempts":       {itself, "sqlite_autoindex_attempts_1"},
	"events of orders":    {itself, "sqlite_autoindex_events_1"},
	"orders of amounts":   {"orders_amount"},
	"route":               {"sqlite_autoindex_routes_1"},
	"changes of route":    {"changes_merchant"},
	"first old":           {"old_orders_merchant"},
	"first v2":            {"orders_merchant"},
	"recent old":          {"old_orders_merchant"},
	"recent v2":           {"orders_merchant"},
	"shadow rows":         {"sqlite_autoindex_shadow_counts_1"},
	"shadow counts":       {"sqlite_autoindex_shadow_counts_1"},
	"old shadow counts":   {"sqlite_autoindex_shadow_counts_1", "shadow_counts_day"},
	"answers":             {"sqlite_autoindex_answers_1"},
	"old answers":         {"sqlite_autoindex_answers_1", "answers_day"},
	"named orders":        append(keys, "orders_query_id", "orders_order_no", "orders_refund_no"),
	"paid sums":           {"orders_paid"},
	"refunded sums":       {"orders_refunded"},
	"host":                {"sqlite_autoindex_back_hosts_1"},
	"dealt":               {"sqlite_autoindex_dealt_1"},
	"settled given back":  {"sqlite_autoindex_changes_1"},
	"said of a refund":    {"sqlite_autoindex_changes_1"},
	"locked notification": keys,
	"quarantined again":   {"sqlite_autoindex_quarantine_1"},
	"changes":             {"changes_at"},
	"changes of merchant": {"changes_merchant"},
	"changes of order":    {"sqlite_autoindex_changes_1"},

	"changes, next page":             {"changes_at"},
	"changes of merchant, next page": {"changes_merchant"},
	"changes of order, next page":    {"sqlite_autoindex_changes_1"},

	"orders: all":                       {"orders_state"},
	"orders: next page":                 {"orders_state"},
	"orders: in doubt":                  {"orders_state"},
	"orders: paid":                      {"orders_state"},
	"orders: few of an amount":          {"orders_amount"},
	"orders: few of action of merchant": {"orders_amount"},
	"orders: many of an amount":         {"orders_state"},
	"orders: amount of merchant":        {"orders_merchant"},
	"orders: overdue":                   {"orders_next"},
	"orders: overdue of merchant":       {"orders_next"},
	"orders: of merchant":               {"orders_merchant"},
	"orders: paid of merchant":          {"orders_merchant"},
	"orders: in doubt of merchant":      {"orders_state"},
	"orders: in doubt of merchant, old": {"orders_state"},

	"turnover: paid":                 {"orders_paid"},
	"turnover: paid, next page":      {"orders_paid"},
	"turnover: paid of merchant":     {"orders_paid"},
	"turnover: refunded":             {"orders_refunded"},
	"turnover: refunded of merchant": {"orders_refunded"},

	"notifications: all":                   {"notifications_queue", "notifications_done"},
	"notifications: waiting":               {"notifications_queue"},
	"notifications: overdue":               {"notifications_queue"},
	"notifications: exhausted":             {"notifications_done"},
	"notifications: of merchant":           {"notifications_merchant"},
	"notifications: waiting of merchant":   {"notifications_queue"},
	"notifications: overdue of merchant":   {"notifications_queue"},
	"notifications: delivered of merchant": {"notifications_merchant"},
	"notifications: exhausted of merchant": {"notifications_done"},
}

// sorters are the statements that may put in order what they found: what
// a number or a rare amount names, what waits or is overdue, all of it short, and whose
// notifications are exhausted.
var sorters = regexp.MustCompile(`^exhausted$|^(found|named) orders|^events of orders|^changes of route|: all|: next page|: (few|many) of|waiting|overdue`)

// table recognises the lines of a plan that read one of the ledger's tables.
var table = regexp.MustCompile(`^(SCAN|SEARCH) (orders|old_orders|notifications|pauses|dealt|quarantine|back_hosts|shadow_counts|answers|changes|routes|[nolpq])\b`)

// TestQueriesUseIndexes keeps what runs all the time, and what operators ask for,
// away from rows that it does not need: it may use no other index than these, and
// no table without one.
func TestQueriesUseIndexes(t *testing.T) {
	t.Parallel()
	l := sqlitePlace{filepath.Join(t.TempDir(), "ledger.db")}.open(t)
	wantPlans(t, l)
}

// TestQueriesOfLongHistoryUseIndexes looks at a ledger whose history was too long to be
// moved.
func TestQueriesOfLongHistoryUseIndexes(t *testing.T) {
	t.Parallel()
	wantPlans(t, openWithHistory(t, smallHistory+1))
}

func wantPlans(t *testing.T, l *ledger.Ledger) {
	t.Helper()
	plans, err := ledger.Explain(t.Context(), l)
	if err != nil {
		t.Fatal(err)
	}
	if len(plans) != len(indexes) {
		t.Errorf("%d statements, %d of them with indexes", len(plans), len(indexes))
	}
	for name, plan := range plans {
		allowed := indexes[name]
		if strings.Contains(name, ": ") {
			allowed = append(allowed, keys...)
		}
		for _, line := range plan {
			if table.MatchString(line) && !slices.ContainsFunc(allowed, func(index string) bool {
				return strings.Contains(line, " INDEX "+index+" ") || strings.HasSuffix(line, " INDEX "+index) ||
					index == itself && strings.Contains(line, " USING PRIMARY KEY ")
			}) {
				t.Errorf("%s: %s\nin %s", name, line, strings.Join(plan, "\n"))
			}
			if strings.Contains(line, "TEMP B-TREE FOR ORDER") && !sorters.MatchString(name) {
				t.Errorf("%s sorts: %s", name, strings.Join(plan, "\n"))
			}
		}
	}
}

// TestPostgresQueriesUseIndexes lets the planner of PostgreSQL decide with many
// finished rows and what it knows of them.
func TestPostgresQueriesUseIndexes(t *testing.T) {
	t.Parallel()
	l := postgresPlace{dsn: pgtest.Database(t), well: true}.open(t)
	pay(t, l, sample(0), noon)
	multiply(t, l, 20_000)
	for _, statement := range []string{
		`UPDATE notifications SET state = 'delivered' WHERE order_id NOT LIKE '%77'`,
		`UPDATE orders SET created_at = created_at + 1000 * substr(order_id, 2)::bigint WHERE order_id LIKE 'M%'`,
		`UPDATE notifications SET created_at = created_at + 1000 * substr(order_id, 2)::bigint WHERE order_id LIKE 'M%'`,
		`ANALYZE`,
	} {
		if err := ledger.Exec(t.Context(), l, statement); err != nil {
			t.Fatal(err)
		}
	}
	plans, err := ledger.ExplainPostgres(t.Context(), l)
	if err != nil || len(plans) != len(indexes) {
		t.Fatalf("%d plans, %v", len(plans), err)
	}
	for name, plan := range plans {
		for _, line := range plan {
			if strings.Contains(line, "Seq Scan on orders") || strings.Contains(line, "Seq Scan on notifications") {
				t.Errorf("%s: %s\nin %s", name, line, strings.Join(plan, "\n"))
			}
		}
	}
}

// postgresIndex recognises the indexes in a plan of PostgreSQL.
var postgresIndex = regexp.MustCompile(`(?:Index (?:Only )?Scan using|Bitmap Index Scan on) (\S+)`)

// TestPostgresClaimsUseTheirIndexes looks at claims alone, while nearly all that
// waits is one merchant's: another index would read all of that for every other.
func TestPostgresClaimsUseTheirIndexes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, merchant, host string }{
		{"one merchant at one host", `'89900001'`, `'dead.example'`},
		{"one merchant at hosts of their own", `'89900001'`, `'dead' || order_id`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			l := postgresPlace{dsn: pgtest.Database(t), well: true}.open(t)
			backlog(t, l, 10_000, c.merchant, c.host)
			plans, err := ledger.ExplainPostgres(t.Context(), l)
			if err != nil {
				t.Fatal(err)
			}
			for _, name := range []string{
				"first orders", "open merchants", "open merchants due", "due orders",
				"first notifications", "waiting merchants", "waiting hosts", "due notifications", "next notification",
			} {
				text := strings.Join(plans[name], "\n")
				if strings.Contains(text, "Seq Scan on orders") || strings.Contains(text, "Seq Scan on notifications") {
					t.Errorf("%s reads a whole table:\n%s", name, text)
				}
				for _, found := range postgresIndex.FindAllStringSubmatch(text, -1) {
					if index := found[1]; !strings.HasSuffix(index, "_pkey") && !slices.Contains(indexes[name], index) {
						t.Errorf("%s goes by %s:\n%s", name, index, text)
					}
				}
			}
		})
	}
}
