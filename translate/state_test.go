package translate

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	v1 "github.com/paybridge/paybridge/translate/v1"
)

// place is how far along its life an order is; it only grows, see allowed.
var place = map[State]int{
	Begun: 0, Sent: 1, Pending: 2, InDoubt: 2, Paid: 3, Failed: 3, Closed: 3, Refunding: 4, Refunded: 5, RefundFailed: 5,
}

// allowed is the diagram of the design: forward to the end of a payment, then
// from paid by a refund, and the documented steps back.
func allowed(from, to State) bool {
	switch [2]State{from, to} {
	case [2]State{Sent, Begun}, [2]State{InDoubt, Sent}, [2]State{InDoubt, Pending}, [2]State{Paid, Refunding}, [2]State{RefundFailed, Refunded}:
		return true
	case [2]State{Pending, InDoubt}: // what is known is not forgotten
		return false
	}
	payment := place[from] < place[Paid] && place[to] <= place[Paid]
	refund := from == Refunding
	return (payment || refund) && place[to] > place[from]
}

// alarming lists what denies a final state, apart from the late payment.
var alarming = map[State][]State{
	Paid: {Failed, Closed}, Refunding: {Failed}, Refunded: {Failed, RefundFailed}, RefundFailed: {Failed},
}

// TestJudge goes through every pair of states.
func TestJudge(t *testing.T) {
	t.Parallel()
	for _, from := range states {
		for _, to := range states {
			want := Late
			switch {
			case from == to:
				want = Repeated
			case (from == Closed || from == Failed) && to == Paid:
				want = LatePayment
			case allowed(from, to):
				want = Applied
			case slices.Contains(alarming[from], to):
				want = Contradicted
			}
			if got := Judge(from, to); got != want {
				t.Errorf("%s, then %s: %s, want %s", from, to, got, want)
			}
		}
	}
}

func TestJudgeUnheardStates(t *testing.T) {
	t.Parallel()
	for _, state := range states {
		if got := Judge(state, "unheard"); got != Late {
			t.Errorf("%s, then an unheard state: %s", state, got)
		}
		if got := Judge("unheard", state); got != Late {
			t.Errorf("an unheard state, then %s: %s", state, got)
		}
	}
}

// TestTablesAreComplete keeps every table by state complete.
func TestTablesAreComplete(t *testing.T) {
	t.Parallel()
	for name, size := range map[string]int{
		"life": len(life), "payCodes": len(payCodes), "resultCodes": len(resultCodes), "cancelCodes": len(cancelCodes),
	} {
		if size != len(states) {
			t.Errorf("%s: %d states of %d", name, size, len(states))
		}
	}
	for _, state := range states {
		_, lives := life[state]
		_, pays := payCodes[state]
		_, queries := resultCodes[state]
		_, cancels := cancelCodes[state]
		if !lives || !pays || !queries || !cancels || !state.Known() {
			t.Errorf("%s: life %v, pay %v, query %v, cancel %v, known %v", state, lives, pays, queries, cancels, state.Known())
		}
	}
	if State("unheard").Known() || State("").Known() {
		t.Error("states that do not exist are known")
	}
}

func TestFinal(t *testing.T) {
	t.Parallel()
	final := map[State]bool{Paid: true, Failed: true, Closed: true, Refunded: true, RefundFailed: true}
	for _, state := range append([]State{"unheard"}, states...) {
		if got := state.Final(); got != final[state] {
			t.Errorf("%s: final %v", state, got)
		}
	}
}

func TestVerdictNames(t *testing.T) {
	t.Parallel()
	for verdict, want := range map[Verdict]string{
		Applied: "applied", Repeated: "repeated", Late: "late", LatePayment: "late_payment", Contradicted: "contradicted",
		FailedAttempt: "failed_attempt",
	} {
		if got := verdict.String(); got != want {
			t.Errorf("%d: %q, want %q", int(verdict), got, want)
		}
	}
}

// after is where news leads an order by its verdict.
func after(order, news State) State {
	switch Judge(order, news) {
	case Applied:
		return news
	case LatePayment:
		return Refunding
	default:
		return order
	}
}

// TestLifeOfAnOrder brings an order any news in any order, as networks do, and
// looks at the steps it takes and at what its merchant hears after each.
func TestLifeOfAnOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		order := rapid.SampledFrom([]State{Begun, Sent}).Draw(t, "beginning")
		var confirmed, heardPaid, heardFailed, late bool
		t.Repeat(map[string]func(*rapid.T){
			"news": func(t *rapid.T) {
				before, news := order, rapid.SampledFrom(states).Draw(t, "news")
				order = after(before, news)
				late = late || Judge(before, news) == LatePayment
				confirmed = confirmed || news == Paid
				if order != before && before.Final() && order != Refunding && order != Refunded {
					t.Fatalf("%s is final, but %s made it %s", before, news, order)
				}
				if order != before && !allowed(before, order) && before != Closed && before != Failed {
					t.Fatalf("%s made of %s an order that is %s", news, before, order)
				}
				if order == Refunding && !confirmed {
					t.Fatalf("%s made of %s a refund, though nobody has paid", news, before)
				}
			},
			"": func(t *rapid.T) {
				switch ResultCode(order, late) {
				case v1.ResultPaid:
					heardPaid = true
					if heardFailed {
						t.Fatal("the merchant has closed the order and now hears that it is paid")
					}
				case v1.ResultFailed:
					heardFailed = true
					if heardPaid && order != Refunded {
						t.Fatalf("the merchant has delivered and now hears %s without a refund", order)
					}
				}
			},
		})
	})
}
