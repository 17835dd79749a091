package ledger_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/route"
	"github.com/paybridge/paybridge/translate"
)

func mustChanges(tb testing.TB, l *ledger.Ledger, k ledger.Key) []ledger.Change {
	tb.Helper()
	list, err := l.Changes(tb.Context(), ledger.ChangeFilter{Key: k})
	if err != nil {
		tb.Fatal(err)
	}
	ids := make(map[string]bool)
	for i := range list.Items {
		if id := &list.Items[i].ID; *id == "" || ids[*id] {
			tb.Errorf("change %+v has the id of none or of another", list.Items[i])
		} else {
			ids[*id], *id = true, ""
		}
	}
	return list.Items
}

// made is the change that because leads to.
func made(k ledger.Key, what, before, after string) ledger.Change {
	c := because
	c.Key, c.What, c.Before, c.After = k, what, before, after
	return c
}

func settle(t *testing.T, p place) {
	l := p.open(t)
	o := mustBegin(t, l, sample(1))
	paid := ledger.Update{State: translate.Paid, At: after(time.Hour), GatewayNo: "G1", Source: "operator", Events: []ledger.Event{call(0, "asked")}}
	got, verdict, err := l.Settle(t.Context(), o.Key, paid, because)
	if err != nil || verdict != translate.Applied || got.State != translate.Paid || got.GatewayNo != "G1" {
		t.Fatalf("settled: %v, %v, %+v", verdict, err, got)
	}
	if stored := mustOrder(t, l, o.Key); stored != got {
		t.Errorf("stored is\n%+v\nreturned\n%+v", stored, got)
	}
	wantTime(t, "notification", mustNotification(t, l, o.Key).Due, after(time.Hour))
	want := made(o.Key, "settle", "begun", "paid")
	if changes := mustChanges(t, l, o.Key); !slices.Equal(changes, []ledger.Change{want}) {
		t.Errorf("changes are %+v", changes)
	}
	lines := []string{"0s call query asked", "1h0m0s moved operator begun → paid"}
	if got := timeline(t, l, o.Key); !slices.Equal(got, lines) {
		t.Errorf("timeline is %q", got)
	}
}

// settleContradicted: a refund that was done has failed after all. A person says so, once the
// gateway has, and of the state that it said; the merchant hears no more of the payment.
func settleContradicted(t *testing.T, p place) {
	l := p.open(t)
	o := sample(1)
	pay(t, l, o, noon)
	mustRecord(t, l, o.Key, ledger.Update{State: translate.Refunding, RefundNo: "R1"}, translate.Applied)
	o = mustRecord(t, l, o.Key, ledger.Update{State: translate.Refunded}, translate.Applied)
	word := ledger.Update{State: translate.RefundFailed, Claim: o.Claim, Takes: true, Source: "operator"}
	refused := func() {
		t.Helper()
		if got, verdict, err := l.Settle(t.Context(), o.Key, word, because); err != nil || verdict != translate.Contradicted || got != o {
			t.Errorf("%v, %v, %+v", verdict, err, got)
		}
	}
	refused()
	mustRecord(t, l, o.Key, ledger.Update{State: translate.Failed}, translate.Contradicted)
	refused()
	mustRecord(t, l, o.Key, ledger.Update{State: translate.RefundFailed}, translate.Contradicted)
	got, verdict, err := l.Settle(t.Context(), o.Key, word, because)
	if err != nil || verdict != translate.Applied || got.State != translate.RefundFailed || !got.Late || got != mustOrder(t, l, o.Key) {
		t.Errorf("%v, %v, %+v", verdict, err, got)
	}
	if n := mustNotification(t, l, o.Key); n.State != ledger.Withheld {
		t.Errorf("notification is %s", n.State)
	}
	if due := mustClaim(t, l, after(24*time.Hour), 10); len(due) > 0 {
		t.Errorf("due: %+v", due)
	}
}

// settleRefused brings what is no plain step forward: nothing is written.
func settleRefused(t *testing.T, p place) {
	l := p.open(t)
	for i, c := range []struct {
		is, to translate.State
		want   translate.Verdict
	}{
		{translate.Paid, translate.Paid, translate.Repeated},
		{translate.Paid, translate.Pending, translate.Late},
		{translate.Paid, translate.Failed, translate.Contradicted},
		{translate.Closed, translate.Failed, translate.Late},
	} {
		o := mustBegin(t, l, sample(i))
		o = mustRecord(t, l, o.Key, ledger.Update{State: c.is}, translate.Applied)
		before := timeline(t, l, o.Key)
		n := ledger.Update{State: c.to, GatewayNo: "G1", RefundNo: "R1", Events: []ledger.Event{call(0, "asked")}}
		got, verdict, err := l.Settle(t.Context(), o.Key, n, because)
		if err != nil || verdict != c.want || got != o || mustOrder(t, l, o.Key) != o {
			t.Errorf("%s to %s: %v, %v, %+v", c.is, c.to, verdict, err, got)
		}
		if after := timeline(t, l, o.Key); !slices.Equal(after, before) {
			t.Errorf("%s to %s: timeline is %q", c.is, c.to, after)
		}
	}
	open := mustBegin(t, l, sample(9)).Key
	for name, c := range map[string]struct {
		key    ledger.Key
		update ledger.Update
		says   string
	}{
		"unknown order":  {sample(99).Key, ledger.Update{State: translate.Paid}, "not in the ledger"},
		"foreign claim":  {open, ledger.Update{State: translate.Paid, Claim: 7}, "taken over"},
		"long refund no": {open, ledger.Update{State: translate.Paid, RefundNo: strings.Repeat("1", 129)}, "longer"},
	} {
		if _, _, err := l.Settle(t.Context(), c.key, c.update, because); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if changes := mustChanges(t, l, ledger.Key{}); len(changes) != 0 {
		t.Errorf("changes are %+v", changes)
	}
}

// changesNeedReasons refuses what nobody answers for.
func changesNeedReasons(t *testing.T, p place) {
	l := p.open(t)
	o := mustBegin(t, l, sample(1))
	for name, c := range map[string]ledger.Change{
		"change.Who: missing": {Why: "because"}, "change.Why: missing": {Who: "operator", Why: " "},
	} {
		_, _, settle := l.Settle(t.Context(), o.Key, ledger.Update{State: translate.Paid}, c)
		_, resume := l.ResumeMerchant(t.Context(), o.MerID, noon, c)
		for what, err := range map[string]error{
			"settle": settle, "resend": l.Resend(t.Context(), o.Key, noon, c),
			"pause": l.Pause(t.Context(), o.MerID, c), "resume": resume,
			"route": l.SetRoute(t.Context(), o.MerID, route.ToV2, c), "routes": l.SetAllRoutes(t.Context(), route.ToOld, c),
		} {
			if err == nil || !strings.Contains(err.Error(), name) {
				t.Errorf("%s: error is %v, want %q", what, err, name)
			}
		}
	}
	if now := mustOrder(t, l, o.Key); now != o {
		t.Errorf("order is %+v", now)
	}
	if pauses, err := l.PausedMerchants(t.Context()); err != nil || len(pauses.Items) != 0 {
		t.Errorf("paused: %+v, %v", pauses, err)
	}
	wantRoutes(t, l)
}

func changes(t *testing.T, p place) {
	l := p.open(t, ledger.WithClock(func() time.Time { return after(time.Hour) }))
	for i, merID := range []string{"A", "A", "B"} {
		o := of(merID, i)
		mustBegin(t, l, o)
		c := because
		c.At = after(time.Duration(i) * time.Second)
		if _, _, err := l.Settle(t.Context(), o.Key, ledger.Update{State: translate.Failed}, c); err != nil {
			t.Fatal(err)
		}
	}
	told := ledger.Change{Who: "a\nb\x00", Why: strings.Repeat("长", 600), Before: "said", After: "told"}
	if err := l.Pause(t.Context(), "A", told); err != nil {
		t.Fatal(err)
	}
	brief := func(k ledger.Key, limit int) []string {
		list, err := l.Changes(t.Context(), ledger.ChangeFilter{Key: k, Limit: limit})
		if err != nil {
			t.Fatal(err)
		}
		var lines []string
		for _, c := range list.Items {
			lines = append(lines, strings.Join([]string{c.MerID, c.OrderID[max(0, len(c.OrderID)-1):], c.What}, " "))
		}
		return lines
	}
	for _, c := range []struct {
		name  string
		key   ledger.Key
		limit int
		want  []string
	}{
		{"all", ledger.Key{}, 10, []string{"A  pause", "B 2 settle", "A 1 settle", "A 0 settle"}},
		{"newest", ledger.Key{}, 1, []string{"A  pause"}},
		{"merchant", ledger.Key{MerID: "A"}, 10, []string{"A  pause", "A 1 settle", "A 0 settle"}},
		{"order", of("A", 1).Key, 10, []string{"A 1 settle"}},
		{"unknown order", of("B", 1).Key, 10, nil},
	} {
		if got := brief(c.key, c.limit); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	got := mustChanges(t, l, ledger.Key{})[0]
	want := ledger.Change{
		Key: ledger.Key{MerID: "A"}, At: after(time.Hour), What: "pause", Before: "said", After: "told",
		Who: "ab\uFFFD", Why: strings.Repeat("长", 500),
	}
	if got != want {
		t.Errorf("change is\n%+v\nwant\n%+v", got, want)
	}
}
