package ledger

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/paybridge/paybridge/translate"
)

// statements is what has to work without looking at rows that it does not need.
func statements() map[string]statement {
	const keys, merchant = `[["a","b"]]`, "89900001" // the one of the tests
	shares := []quota{{pile{"a", "c"}, 1}, {pile{"b", "c"}, 1}}
	notifications, ofNotifications := dueOfShares(1, shares)
	orders, ofOrders := dueOrdersOf(1, shares)
	list := map[string]statement{
		"first orders":        {dueOrders, []any{1, 1}},
		"open merchants":      {openMerchants, []any{"a", 1}},
		"open merchants due":  {openMerchantsDue, []any{keys, 1, 1}},
		"due orders":          {orders, ofOrders},
		"held orders":         {holdOrders, []any{keys, 1}},
		"first notifications": {dueNotifications, []any{1, 1}},
		"lost steps":          {mendings[0], nil},
		"lost calls":          {mendings[1], nil},
		"waiting by merchant": {waitingByMerchant, nil},
		"waiting merchants":   {waitingMerchants, []any{"a", 1}},
		"waiting hosts":       {waitingHosts, []any{keys, 1, 1}},
		"due notifications":   {notifications, ofNotifications},
		"held notifications":  {holdNotifications, []any{keys, 1}},
		"parkable":            {parkable, []any{"a", "b", 1, 1}},
		"parked":              {parked, []any{"a", 1}},
		"still paused":        {stillPaused, []any{keys}},
		"next order":          {nextOrder, nil},
		"next notification":   {nextNotification, nil},
		"strange states":      {strayOrders.states, []any{1}},
		"stray orders":        {strayOrders.rows, []any{"a", 1}},
		"strange endings":     {strayNotifications.states, []any{1}},
		"stray notifications": {strayNotifications.rows, []any{"a", 1}},
		"idle orders":         {idleOrders, []any{1}},
		"open orders":         {countOpen, nil},
		"oldest doubt":        {oldestDoubt, nil},
		"orders with steps":   {ordersByGatewayMerchant, nil},
		"oldest refund":       {oldestRefund, nil},
		"overdue orders":      {countOverdue, []any{1}},
		"waiting":             {countWaiting, []any{1}},
		"stuck":               {countStuck, nil},
		"exhausted":           {countExhausted, nil},
		"outcomes":            {countOutcomes, []any{1, 2, 1}},
		"outcomes of tries":   {countTried, []any{1, 2, 1}},
		"found orders":        {findOrders, []any{"a", 1}},
		"PayId":               {orderByPayID, []any{"a"}},
		"side":                {sideByKey, []any{"a", "b"}},
		"locked order":        {lockOrder, []any{"a", "b"}},
		"orders marked old":   {findOldOrders, []any{"a", 1}},
		"order marked old":    {oldOrderByKey, []any{"a", "b"}},
		"mark":                {insertOld, []any{"a", "b", 1, 1}},
		"newest old order":    {newestOld, []any{1}},
		"newest paid order":   {newestPaid, []any{1}},
		"old orders":          {pruneOld, []any{1, 1}},
		"merchants":           {merchantsWithOrders, []any{len(translate.TryPrefix), translate.TryPrefix}},
		"actions":             {actionsOfOrders, nil},
		"last attempts":       {recentAttempts, []any{keys}},
		"class of an attempt": {classOfAttempt, []any{"a", "b", 1}},
		"events of orders":    {recentEvents, []any{keys, "call"}},
		"route":               {routeByMerID, []any{"a"}},
		"changes of route":    {changesOfRoute, []any{1, "a"}},
		"first old":           {firstOld, []any{"a"}},
		"first v2":            {firstV2, []any{"a"}},
		"recent old":          {recentOld, []any{"a", 1, 1}},
		"recent v2":           {recentV2, []any{"a", 1, 1}},
		"shadow rows":         {shadowRows, []any{"a", "b"}},
		"shadow counts":       {shadowOfMerchant, []any{"a", "b"}},
		"old shadow counts":   {pruneShadow, []any{"b", 1}},
		"answers":             {answersOfMerchant, []any{"a", "b"}},
		"old answers":         {pruneAnswers, []any{"b", 1}},
		"named orders":        {findNamed, []any{keys, 1}},
		"paid sums":           {sumStatement(Payment), []any{1, 2}},
		"refunded sums":       {sumStatement(Refund), []any{1, 2}},
		"host":                {backURLHost, []any{"a", "b"}},
		"dealt":               {dealtOfMatter, []any{"refund", "a", "b"}},
		"settled given back":  {settledGivenBack, []any{"a", "b"}},
		"said of a refund":    {lastSaidOfRefund, []any{"a", "b"}},
		"locked notification": {lockNotification, []any{"a", "b"}},
		"quarantined again":   {reopenQuarantined, []any{"a"}},
	}
	counting, counted := OrderFilter{Actions: []string{"a", "b"}, LeastAmount: 5, MostAmount: 9}.counting()
	list["orders of amounts"] = statement{counting, counted}
	in := func(states ...translate.State) []translate.State { return states }
	now := time.UnixMilli(2)
	for name, f := range map[string]OrderFilter{
		"all":                       {},
		"next page":                 {From: now, To: now, After: Cursor{1, Key{"a", "b"}}},
		"in doubt":                  {States: in(translate.InDoubt)},
		"paid":                      {States: in(translate.Paid)},
		"few of an amount":          {Actions: []string{"WxCode", "AliCode"}, LeastAmount: 5, MostAmount: 5, few: true},
		"few of action of merchant": {Actions: []string{"WxCode"}, MerID: merchant, States: in(translate.Paid), From: now, few: true},
		"many of an amount":         {Actions: []string{"WxCode"}, LeastAmount: 5},
		"amount of merchant":        {MerID: merchant, LeastAmount: 5, MostAmount: 9},
		"overdue":                   {OverdueAt: now},
		"overdue of merchant":       {OverdueAt: now, MerID: merchant, States: in(translate.InDoubt, translate.Pending)},
		"of merchant":               {MerID: merchant},
		"paid of merchant":          {MerID: merchant, States: in(translate.Paid)},
		"in doubt of merchant":      {MerID: merchant, States: in(translate.InDoubt)},
		"in doubt of merchant, old": {MerID: merchant, States: in(translate.InDoubt), To: now, After: Cursor{1, Key{"a", "b"}}},
	} {
		text, args := f.query()
		list["orders: "+name] = statement{text, args}
	}
	for name, f := range map[string]TurnoverFilter{
		"paid":                 {Movement: Payment, From: now, To: now},
		"paid, next page":      {Movement: Payment, From: now, To: now, After: Cursor{1, Key{"a", "b"}}},
		"paid of merchant":     {Movement: Payment, From: now, To: now, MerID: merchant},
		"refunded":             {Movement: Refund, From: now, To: now},
		"refunded of merchant": {Movement: Refund, From: now, To: now, MerID: merchant},
	} {
		text, args := f.query(1)
		list["turnover: "+name] = statement{text, args}
	}
	for name, k := range map[string]Key{"": {}, " of merchant": {MerID: "a"}, " of order": {OrderID: "a", MerID: "b"}} {
		text, args := ChangeFilter{Key: k}.query()
		list["changes"+name] = statement{text, args}
		text, args = ChangeFilter{Key: k, After: Cursor{1, Key{OrderID: "a"}}}.query()
		list["changes"+name+", next page"] = statement{text, args}
	}
	of := func(states ...NotificationState) []NotificationState { return states }
	for name, f := range map[string]NotificationFilter{
		"all":                   {},
		"waiting":               {States: of(Waiting)},
		"overdue":               {OverdueAt: now},
		"exhausted":             {States: of(Exhausted)},
		"of merchant":           {MerID: merchant},
		"waiting of merchant":   {MerID: merchant, States: of(Waiting)},
		"overdue of merchant":   {MerID: merchant, OverdueAt: now},
		"delivered of merchant": {MerID: merchant, States: of(Delivered)},
		"exhausted of merchant": {MerID: merchant, States: of(Exhausted), From: now, After: Cursor{1, Key{"a", "b"}}},
	} {
		text, args := f.query()
		list["notifications: "+name] = statement{text, args}
	}
	return list
}

// Explain returns how SQLite runs each of the statements, by their names.
func Explain(ctx context.Context, l *Ledger) (map[string][]string, error) {
	return explain(ctx, l, "EXPLAIN QUERY PLAN ", func(from row) (string, error) {
		var id, parent, unused int
		var detail string
		err := from.Scan(&id, &parent, &unused, &detail)
		return detail, err
	})
}

// ExplainPostgres is Explain for the other store.
func ExplainPostgres(ctx context.Context, l *Ledger) (map[string][]string, error) {
	return explain(ctx, l, "EXPLAIN ", scanText)
}

func explain(
	ctx context.Context, l *Ledger, word string, scan func(row) (string, error),
) (map[string][]string, error) {
	plans := map[string][]string{}
	for name, s := range statements() {
		plan, err := read(ctx, l, func(t *tx) ([]string, error) { return all(t, scan, word+s.text, s.args...) })
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		plans[name] = plan
	}
	return plans, nil
}

// Prepared returns what a ledger on SQLite has run so far, without what tests have; nothing
// for another store.
func Prepared(ctx context.Context, l *Ledger) ([]string, error) {
	s, ok := l.store.(*sqliteStore)
	if !ok {
		return nil, nil
	}
	texts, err := write(ctx, l, func(*tx) ([]string, error) { return slices.Collect(maps.Keys(s.statements)), nil })
	s.reader.mu.RLock()
	defer s.reader.mu.RUnlock()
	texts = slices.AppendSeq(texts, maps.Keys(s.reader.kept))
	return slices.DeleteFunc(texts, func(text string) bool { return strings.HasSuffix(text, ofTest) || strings.HasPrefix(text, "EXPLAIN") }), err
}

// Plan returns how SQLite runs a statement, whatever its arguments.
func Plan(ctx context.Context, l *Ledger, text string) ([]string, error) {
	most := 0
	for _, found := range regexp.MustCompile(`\$(\d+)`).FindAllStringSubmatch(sqliteSpelling.Replace(text), -1) {
		n, _ := strconv.Atoi(found[1])
		most = max(most, n)
	}
	return read(ctx, l, func(t *tx) ([]string, error) {
		return all(t, func(from row) (string, error) {
			var id, parent, unused int
			var detail string
			err := from.Scan(&id, &parent, &unused, &detail)
			return detail, err
		}, "EXPLAIN QUERY PLAN "+text, make([]any, most)...)
	})
}
