package ledger_test

import (
	"context"
	"flag"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
)

// texts are all statements that the ledgers of these tests have run on SQLite, so that
// none is forgotten in the table of plans.
var texts struct {
	sync.Mutex
	seen map[string]bool
}

// noteTexts notes what a ledger has run. One that cannot tell any more is left out.
func noteTexts(l *ledger.Ledger) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	list, _ := ledger.Prepared(ctx, l)
	texts.Lock()
	defer texts.Unlock()
	if texts.seen == nil {
		texts.seen = map[string]bool{}
	}
	for _, text := range list {
		texts.seen[text] = true
	}
}

var (
	// growing recognises the lines of a plan that read a whole table that grows with the
	// payments, or a whole index of one, by the table's name or a letter that stands for it.
	growing = regexp.MustCompile(`^SCAN (orders|notifications|events|attempts|answers|old_orders|old_traffic|shadow_counts|changes|quarantine|[adelnoq])\b`)
	// open recognises the indexes that hold nothing but what is open.
	open = regexp.MustCompile(` INDEX (orders_next|orders_queue|notifications_queue|notifications_due|notifications_paused|quarantine_open)\b`)
	// bounded recognises the statements that may: what goes to the old gateway has a bound of
	// its own, a page of nothing has none, and the times of events are moved once, at a start
	// after the clock was set back.
	bounded = regexp.MustCompile(`FROM old_traffic\s+ORDER BY last DESC|WHERE 1 = 0|^UPDATE events SET at = at \+`)
)

// wantNoScans looks at how everything is run that was noted so far.
func wantNoScans(t *testing.T) {
	t.Helper()
	texts.Lock()
	list := slices.Sorted(maps.Keys(texts.seen))
	texts.Unlock()
	ctx := context.Background() // that of the test is over
	l, err := ledger.OpenSQLite(ctx, filepath.Join(t.TempDir(), "plans.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	for _, text := range list {
		plan, err := ledger.Plan(ctx, l, text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
		}
		if bounded.MatchString(text) {
			continue
		}
		walks := strings.Contains(text, "LIMIT") && !strings.Contains(strings.Join(plan, "\n"), "TEMP B-TREE")
		for _, line := range plan {
			along := walks && strings.Contains(line, " USING ") // an index, so far as it has to
			if growing.MatchString(line) && !open.MatchString(line) && !along {
				t.Errorf("%s: %s", line, text)
			}
		}
	}
	if len(list) < 150 && strings.Count(flag.Lookup("test.run").Value.String(), "/") < 2 {
		t.Errorf("%d statements were noted", len(list))
	}
}
