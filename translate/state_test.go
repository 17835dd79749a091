package translate

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
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
	for _, from := range States() {
		for _, to := range States() {
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
	for _, state := range States() {
		if got := Judge(state, "unheard"); got != Late {
			t.Errorf("%s, then an unheard state: %s", state, got)
		}
		if got := Judge("unheard", state); got != Late {
			t.Errorf("an unheard state, then %s: %s", state, got)
		}
	}
}

// TestTableIsComplete: every state that is declared has one row, and no row leaves
// anything open.
func TestTableIsComplete(t *testing.T) {
	t.Parallel()
	if got, want := slices.Sorted(slices.Values(States())), declaredStates(t); !slices.Equal(got, want) {
		t.Errorf("the table has rows for %v; declared are %v", got, want)
	}
	for _, row := range states {
		if row.Means == "" || row.Chinese == "" || row.Pay == "" || row.PayScanned == "" || row.Query == "" || row.Cancel == "" || row.Payer == "" {
			t.Errorf("%s: the row is not complete: %+v", row.State, row)
		}
		if !row.Final && row.Due == DueNothing {
			t.Errorf("%s: is not final, and nothing is ever due", row.State)
		}
		if row.Open && row.Settle == nil {
			t.Errorf("%s: waits for a person, who may not do anything", row.State)
		}
		if !row.State.Known() {
			t.Errorf("%s: not known", row.State)
		}
		named := slices.Concat(row.Settle, row.SettleContradicted)
		for verdict, to := range row.Moves {
			if named = append(named, to...); verdict == Repeated || verdict == Late || verdict == FailedAttempt {
				t.Errorf("%s: %s is not for the table to say", row.State, verdict)
			}
		}
		for _, state := range named {
			if !state.Known() {
				t.Errorf("%s: names %q, which is no state", row.State, state)
			}
		}
	}
	if State("unheard").Known() || State("").Known() {
		t.Error("states that do not exist are known")
	}
}

// declaredStates are the constants of type State, sorted.
func declaredStates(t *testing.T) []State {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "states.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var list []State
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if kind, ok := spec.Type.(*ast.Ident); ok && kind.Name == "State" {
			for _, value := range spec.Values {
				text, err := strconv.Unquote(value.(*ast.BasicLit).Value)
				if err != nil {
					t.Fatal(err)
				}
				list = append(list, State(text))
			}
		}
		return true
	})
	slices.Sort(list)
	return list
}

// TestEachNewsHasOneVerdict: the table says one thing of each pair of states.
func TestEachNewsHasOneVerdict(t *testing.T) {
	t.Parallel()
	for _, row := range states {
		seen := map[State]Verdict{row.State: Repeated}
		for verdict, to := range row.Moves {
			for _, state := range to {
				if before, twice := seen[state]; twice {
					t.Errorf("%s, then %s: %s and %s", row.State, state, before, verdict)
				}
				seen[state] = verdict
			}
		}
	}
}

// TestUnknownState: of an order in a state that this program does not know nothing
// is told that somebody could act on.
func TestUnknownState(t *testing.T) {
	t.Parallel()
	for _, state := range []State{"", "unheard"} {
		row := state.Row()
		if row.Final || row.Notify != NotifyWait || row.Payer != PayerOpen || row.Query != v1.ResultUnpaid ||
			row.Pay != v1.CodeInternal || row.PayScanned != v1.CodeInternal || row.Cancel != v1.CodeInternal ||
			row.CancelStep != CancelNothing || row.Due != DueNothing || len(row.Moves)+len(row.Settle) > 0 {
			t.Errorf("%q: %+v", state, row)
		}
	}
}

// TestNotify: what a merchant may be told of a payment in each state.
func TestNotify(t *testing.T) {
	t.Parallel()
	want := map[State]Notify{Paid: NotifySend, RefundFailed: NotifySend, Refunding: NotifyWait} // and withhold
	for _, state := range States() {
		if got := state.Row().Notify; got != want[state] {
			t.Errorf("%s: %d, want %d", state, got, want[state])
		}
	}
}

func TestFinal(t *testing.T) {
	t.Parallel()
	final := map[State]bool{Paid: true, Failed: true, Closed: true, Refunded: true, RefundFailed: true}
	for _, state := range append([]State{"unheard"}, States()...) {
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
		if !slices.Contains(VerdictNames(), want) {
			t.Errorf("%s is not listed: %v", want, VerdictNames())
		}
	}
	for _, none := range []Verdict{-1, Verdict(len(VerdictNames()))} {
		if got := none.String(); got != "" {
			t.Errorf("%d: %q", int(none), got)
		}
	}
}

// after is where an update leads an order by its verdict.
func after(order, update State) State {
	switch verdict := Judge(order, update); verdict {
	case Applied, LatePayment:
		return verdict.Leads(update)
	default:
		return order
	}
}

// TestLifeOfAnOrder gives an order any updates in any order, as networks do, and
// looks at the steps it takes and at what its merchant hears after each.
func TestLifeOfAnOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		order := rapid.SampledFrom([]State{Begun, Sent}).Draw(t, "beginning")
		var confirmed, heardPaid, heardFailed, late bool
		t.Repeat(map[string]func(*rapid.T){
			"update": func(t *rapid.T) {
				before, update := order, rapid.SampledFrom(States()).Draw(t, "update")
				order = after(before, update)
				late = late || Judge(before, update) == LatePayment
				confirmed = confirmed || update == Paid
				if order != before && before.Final() && order != Refunding && order != Refunded {
					t.Fatalf("%s is final, but %s made it %s", before, update, order)
				}
				if order != before && !allowed(before, order) && before != Closed && before != Failed {
					t.Fatalf("%s made of %s an order that is %s", update, before, order)
				}
				if order == Refunding && !confirmed {
					t.Fatalf("%s made of %s a refund, though nobody has paid", update, before)
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
