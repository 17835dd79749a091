package ledger_test

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
)

func recordMovesForward(t *testing.T, p place) {
	l := p.open(t)
	want := mustBegin(t, l, sample(1))
	step := func(n ledger.Update, change func()) {
		t.Helper()
		got := mustRecord(t, l, want.Key, n, translate.Applied)
		change()
		if got != want {
			t.Errorf("%s returned\n%+v\nwant\n%+v", n.State, got, want)
		}
		if read := mustOrder(t, l, want.Key); read != want {
			t.Errorf("%s stored\n%+v\nwant\n%+v", n.State, read, want)
		}
	}
	step(ledger.Update{State: translate.Sent, At: after(time.Second), Next: after(2 * time.Minute), Claim: 1}, func() {
		want.State, want.SentAt, want.Next = translate.Sent, after(time.Second), after(2*time.Minute)
		want.Claim = 2 // who sends it holds it
	})
	step(ledger.Update{State: translate.InDoubt, At: after(2 * time.Second), Claim: 2}, func() {
		want.State = translate.InDoubt // the next step stays: the order is open
	})
	step(ledger.Update{State: translate.Pending, At: after(3 * time.Second), FormAction: "weixin://1", GatewayNo: "G1", Claim: 2}, func() {
		want.State, want.FormAction, want.GatewayNo = translate.Pending, "weixin://1", "G1"
	})
	step(ledger.Update{State: translate.Paid, At: after(4 * time.Second), PaidAt: after(3 * time.Second)}, func() {
		want.State, want.PaidAt, want.SettledAt = translate.Paid, after(3*time.Second), after(4*time.Second)
		want.Next, want.Claim = time.Time{}, 3 // an update from elsewhere takes the order away
	})
	step(ledger.Update{State: translate.Refunding, At: after(5 * time.Second), RefundNo: "R1", Next: after(time.Hour)}, func() {
		want.State, want.RefundNo, want.Next, want.Claim = translate.Refunding, "R1", after(time.Hour), 4
	})
	step(ledger.Update{State: translate.RefundFailed, At: after(6 * time.Second), GatewayMessage: "余额不足"}, func() {
		want.State, want.GatewayMessage, want.SettledAt = translate.RefundFailed, "余额不足", after(6*time.Second)
		want.Next, want.Claim = time.Time{}, 5
	})
}

// recordTakesNoOldTime: an order that is paid can be read, whatever time somebody names.
func recordTakesNoOldTime(t *testing.T, p place) {
	l := p.open(t)
	for n, named := range []time.Time{time.Unix(-1, 0), time.UnixMilli(-1), time.Unix(0, 0), time.Date(1, 1, 1, 0, 0, 0, 0, translate.Beijing)} {
		o := mustBegin(t, l, sample(n))
		held := o
		paid := mustRecord(t, l, o.Key, ledger.Update{State: translate.Paid, At: after(time.Second), PaidAt: named, Held: &held}, translate.Applied)
		if stored := mustOrder(t, l, o.Key); stored != paid || !stored.PaidAt.Equal(after(time.Second)) {
			t.Errorf("paid at %v: stored is\n%+v\nwant\n%+v", named, stored, paid)
		}
	}
	due, err := l.ClaimNotifications(t.Context(), after(time.Minute), time.Minute, room(10))
	if err != nil || len(due) != 4 {
		t.Errorf("%d notifications are due, %v; want 4", len(due), err)
	}
}

// recordByHolder records steps by callers who hold the order. Who holds it as it is no
// more is judged by what is in the ledger, whatever has changed meanwhile, and cannot put
// back what others wrote.
func recordByHolder(t *testing.T, p place) {
	l := p.open(t)
	o := mustBegin(t, l, sample(1))
	sent := mustRecord(t, l, o.Key, ledger.Update{State: translate.Sent, At: after(time.Second), Next: after(time.Minute), Claim: 1}, translate.Applied)
	pending := ledger.Update{
		State: translate.Pending, At: after(2 * time.Second), Next: after(time.Hour), FormAction: "weixin://1",
		Events: []ledger.Event{{Kind: "call", Source: "OP1001", Detail: "F1: S0000000"}}, Source: "answer", Held: &sent,
	}
	want := sent
	want.State, want.Next, want.FormAction, want.Claim = translate.Pending, after(time.Hour), "weixin://1", sent.Claim+1
	if got := mustRecord(t, l, o.Key, pending, translate.Applied); got != want || mustOrder(t, l, o.Key) != want {
		t.Errorf("the holder's step returned\n%+v\nstored is\n%+v\nwant\n%+v", got, mustOrder(t, l, o.Key), want)
	}
	events, err := l.Events(t.Context(), o.Key)
	if kinds := eventKinds(events.Items); err != nil || kinds != "moved call moved" {
		t.Errorf("events %s, error %v", kinds, err)
	}
	mustRecord(t, l, o.Key, pending, translate.Repeated)
	late := pending
	late.State, late.FormAction = translate.InDoubt, "weixin://2"
	mustRecord(t, l, o.Key, late, translate.Late)
	if got := mustOrder(t, l, o.Key); got != want {
		t.Errorf("who was behind left\n%+v\nwant\n%+v", got, want)
	}
	fenced := late
	fenced.State, fenced.Claim = translate.Failed, sent.Claim
	fenced.At = after(3 * time.Hour) // nobody can pay any more
	_, _, err = l.Record(t.Context(), o.Key, fenced)
	wantError(t, err, ledger.ErrFenced)
	paid := ledger.Update{State: translate.Paid, At: after(time.Minute), RefundNo: "R1", Held: &want}
	mustRecord(t, l, o.Key, paid, translate.Applied)
	if n := mustNotification(t, l, o.Key); n.State != ledger.Waiting {
		t.Errorf("notification %+v", n)
	}
	other := mustBegin(t, l, sample(2))
	mustRecord(t, l, other.Key, ledger.Update{State: translate.Closed, Held: &other}, translate.Applied)
	mustRecord(t, l, other.Key, ledger.Update{State: translate.Paid, RefundNo: "R2", Held: &other}, translate.LatePayment)
}

func eventKinds(events []ledger.Event) string {
	var kinds []string
	for _, e := range events {
		kinds = append(kinds, e.Kind)
	}
	return strings.Join(kinds, " ")
}

func recordPaysOnce(t *testing.T, p place) {
	l := p.open(t)
	o := sample(1)
	pay(t, l, o, after(time.Second))
	mustRecord(t, l, o.Key, ledger.Update{State: translate.Paid, At: after(time.Hour)}, translate.Repeated)
	want := ledger.Notification{
		Key: o.Key, URL: o.BackURL, Host: "shop.example", State: ledger.Waiting,
		CreatedAt: after(time.Second), Due: after(time.Second),
	}
	if got := mustNotification(t, l, o.Key); got != want {
		t.Errorf("notification is\n%+v\nwant\n%+v", got, want)
	}
	if got := mustOrder(t, l, o.Key).PaidAt; !got.Equal(after(time.Second)) {
		t.Errorf("PaidAt is %v", got)
	}
	silent := sample(2)
	silent.BackURL = ""
	pay(t, l, silent, noon)
	_, err := l.Notification(t.Context(), silent.Key)
	wantError(t, err, ledger.ErrNotFound)
	_, _, err = l.Record(t.Context(), sample(3).Key, ledger.Update{State: translate.Paid})
	wantError(t, err, ledger.ErrNotFound)
}

func recordRefundsLatePayment(t *testing.T, p place) {
	l := p.open(t)
	o := mustBegin(t, l, sample(1))
	mustRecord(t, l, o.Key, ledger.Update{State: translate.Closed}, translate.Applied)
	_, _, err := l.Record(t.Context(), o.Key, ledger.Update{State: translate.Paid, At: noon})
	if err == nil || !strings.Contains(err.Error(), "update.RefundNo: missing") {
		t.Errorf("without a refund number the error is %v", err)
	}
	if got := mustOrder(t, l, o.Key).State; got != translate.Closed {
		t.Fatalf("order is %s", got)
	}
	late := ledger.Update{State: translate.Paid, At: after(time.Hour), RefundNo: "R1", GatewayNo: "G1", Next: after(9 * time.Hour)}
	got := mustRecord(t, l, o.Key, late, translate.LatePayment)
	if got.State != translate.Refunding || got.RefundNo != "R1" || got.GatewayNo != "G1" ||
		!got.Next.Equal(after(time.Hour)) || !got.PaidAt.Equal(after(time.Hour)) {
		t.Errorf("order is %+v", got)
	}
	_, err = l.Notification(t.Context(), o.Key)
	wantError(t, err, ledger.ErrNotFound)
	late.RefundNo = "R2"
	if again := mustRecord(t, l, o.Key, late, translate.Late); again.RefundNo != "R1" {
		t.Errorf("the refund number became %s", again.RefundNo)
	}
}

func recordKeepsFirstRefundNo(t *testing.T, p place) {
	l := p.open(t)
	one := sample(1).Key
	mustBegin(t, l, sample(1))
	if got := mustRecord(t, l, one, ledger.Update{State: translate.Paid, RefundNo: "R0"}, translate.Applied); got.RefundNo != "" {
		t.Errorf("a paid order has refund number %s", got.RefundNo)
	}
	mustRecord(t, l, one, ledger.Update{State: translate.Refunding, RefundNo: "R1"}, translate.Applied)
	again := mustRecord(t, l, one, ledger.Update{State: translate.Refunding, RefundNo: "R2"}, translate.Repeated)
	if again.RefundNo != "R1" {
		t.Errorf("the refund number became %s", again.RefundNo)
	}
	mustBegin(t, l, sample(2))
	other := mustRecord(t, l, sample(2).Key, ledger.Update{State: translate.Paid}, translate.Applied)
	for _, c := range []struct {
		refundNo string
		says     error
	}{{"", nil}, {"R1", ledger.ErrNumberTaken}} {
		_, _, err := l.Record(t.Context(), other.Key, ledger.Update{State: translate.Refunding, RefundNo: c.refundNo})
		if err == nil || c.says != nil && !errors.Is(err, c.says) {
			t.Errorf("refunding by %q: %v", c.refundNo, err)
		}
		if now := mustOrder(t, l, other.Key); now != other {
			t.Errorf("order is\n%+v\nwant\n%+v", now, other)
		}
	}
	mustRecord(t, l, other.Key, ledger.Update{State: translate.Refunding, RefundNo: "R3"}, translate.Applied)
}

func recordLeavesEvents(t *testing.T, p place) {
	l := p.open(t)
	o := sample(1)
	pay(t, l, o, noon)
	before := mustOrder(t, l, o.Key)
	for i, c := range []struct {
		to      translate.State
		verdict translate.Verdict
	}{
		{translate.Pending, translate.Late},
		{translate.Paid, translate.Repeated},
		{translate.Failed, translate.Contradicted},
	} {
		n := ledger.Update{State: c.to, At: after(time.Duration(i) * time.Second), Source: "query", GatewayMessage: "no", Next: noon}
		if got := mustRecord(t, l, o.Key, n, c.verdict); got != before {
			t.Errorf("%s changed the order to %+v", c.to, got)
		}
	}
	got := happened(t, l, o.Key)
	want := []ledger.Event{
		{Key: o.Key, At: noon, Kind: "late", Source: "query", Detail: "pending, order is paid", Times: 1},
		{Key: o.Key, At: after(2 * time.Second), Kind: "contradicted", Source: "query", Detail: "failed, order is paid", Times: 1},
	}
	if !slices.Equal(got, want) {
		t.Errorf("events are\n%+v\nwant\n%+v", got, want)
	}
}

func recordIsFenced(t *testing.T, p place) {
	l := p.open(t)
	o := mustBegin(t, l, sample(1))
	o = mustRecord(t, l, o.Key, ledger.Update{State: translate.Sent, Claim: o.Claim}, translate.Applied)
	taken, err := l.ClaimOrders(t.Context(), after(time.Hour), time.Minute, room(1))
	if err != nil || len(taken) != 1 || taken[0].Claim != 3 {
		t.Fatalf("ClaimOrders: %v, %+v", err, taken)
	}
	_, _, err = l.Record(t.Context(), o.Key, ledger.Update{State: translate.Pending, Claim: o.Claim})
	wantError(t, err, ledger.ErrFenced)
	if got := mustOrder(t, l, o.Key); got != taken[0] {
		t.Errorf("order is\n%+v\nwant\n%+v", got, taken[0])
	}
	// What changes nothing needs no claim: the truth of a slow answer is not lost.
	mustRecord(t, l, o.Key, ledger.Update{State: translate.Paid}, translate.Applied)
	mustRecord(t, l, o.Key, ledger.Update{State: translate.Paid, Claim: 3}, translate.Repeated)
	mustRecord(t, l, o.Key, ledger.Update{State: translate.Failed, Claim: 3}, translate.Contradicted)
}

// recordAtOnce lets many record the same update at the same time: one of them is
// told that it applied.
func recordAtOnce(t *testing.T, p place) {
	const orders, bringers = 10, 8
	ledgers := bridges(t, p)
	for i := range orders {
		mustBegin(t, ledgers[0], sample(i))
	}
	var applied [orders]atomic.Int32
	var all sync.WaitGroup
	for i := range orders * bringers {
		all.Go(func() {
			n := ledger.Update{State: translate.Paid, At: noon}
			_, verdict, err := ledgers[i%len(ledgers)].Record(t.Context(), sample(i%orders).Key, n)
			switch {
			case err != nil:
				t.Error(err)
			case verdict == translate.Applied:
				applied[i%orders].Add(1)
			case verdict != translate.Repeated:
				t.Errorf("verdict is %v", verdict)
			}
		})
	}
	all.Wait()
	for i := range orders {
		if n := applied[i].Load(); n != 1 {
			t.Errorf("order %d: applied %d times", i, n)
		}
	}
}

// ownConclusions: that an order is closed because nobody has paid it can be overtaken by
// its payment. That is no contradiction of the gateway's, unless it has said so itself.
func ownConclusions(t *testing.T, p place) {
	l := p.open(t)
	for n, c := range []struct {
		own, contradicts bool
	}{{true, false}, {false, true}} {
		o := mustBegin(t, l, sample(n))
		mustRecord(t, l, o.Key, ledger.Update{State: translate.Paid, Source: "notice"}, translate.Applied)
		_, verdict, err := l.Record(t.Context(), o.Key, ledger.Update{State: translate.Closed, Source: "cancel", Claim: o.Claim, Own: c.own})
		if c.own {
			wantError(t, err, ledger.ErrFenced)
		} else if verdict != translate.Contradicted || err != nil {
			t.Errorf("the gateway's word: %s, %v", verdict, err)
		}
		if kinds := eventKinds(happened(t, l, o.Key)); (kinds == "contradicted") != c.contradicts {
			t.Errorf("own %v: events %s", c.own, kinds)
		}
		if got := mustOrder(t, l, o.Key).State; got != translate.Paid {
			t.Errorf("own %v: the order is %s", c.own, got)
		}
	}
	o := mustBegin(t, l, sample(7))
	mustRecord(t, l, o.Key, ledger.Update{State: translate.Closed, Claim: o.Claim, Own: true}, translate.Applied)
}
