package tests

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/paybridge/paybridge/translate"
)

// The picture of an order's life in the architecture's document has the steps of
// the table, no more and no fewer.
func TestPictureOfStates(t *testing.T) {
	t.Parallel()
	want := "```mermaid\n" + pictureOfStates() + "```"
	for document, heading := range map[string]string{
		"docs/architecture.md":    "## The states of an order",
		"docs/architecture.zh.md": "## 订单的状态",
	} {
		if got := chapter(t, document, heading); !strings.Contains(got, want) {
			t.Errorf("%s has another picture; that of the table is\n%s", document, want)
		}
	}
}

// pictureOfStates is the table of states as a diagram in mermaid. An order begins
// as begun, or as sent where its call leaves at once. Only what changes an order is
// a step.
func pictureOfStates() string {
	var b strings.Builder
	b.WriteString("stateDiagram-v2\n    [*] --> begun\n    [*] --> sent\n")
	for _, from := range translate.States() {
		row := from.Row()
		for _, to := range row.Moves[translate.Applied] {
			fmt.Fprintf(&b, "    %s --> %s\n", from, to)
		}
		if late := row.Moves[translate.LatePayment]; len(late) > 0 {
			fmt.Fprintf(&b, "    %s --> %s : %s\n", from, translate.LatePayment.Leads(late[0]), translate.LatePayment)
		}
		if row.Retry != "" {
			fmt.Fprintf(&b, "    %s --> %s : retry\n", from, row.Retry)
		}
	}
	for _, last := range translate.StatesWhere(func(r translate.StateRow) bool { return r.Final && len(r.Moves[translate.Applied]) == 0 }) {
		fmt.Fprintf(&b, "    %s --> [*]\n", last)
	}
	return b.String()
}

// The documents for operators tell of the states of the table, in its order.
func TestDocumentsShowStates(t *testing.T) {
	t.Parallel()
	want := make([]string, 0, len(translate.States()))
	for _, state := range translate.States() {
		want = append(want, string(state))
	}
	for document, heading := range map[string]string{
		"docs/orders.md":    "## An order's life",
		"docs/orders.zh.md": "## 订单的生命周期",
	} {
		if got := firstQuoted(t, document, heading); !slices.Equal(got, want) {
			t.Errorf("%s tells of %q, the table has %q", document, got, want)
		}
	}
}
