package reconciliation

import (
	"slices"
	"testing"

	"github.com/paybridge/paybridge/caddymodule/internal/api"
)

// TestSameNumbers: two merchants have the same order number, and the statement goes by
// it.
func TestSameNumbers(t *testing.T) {
	t.Parallel()
	one, other := settled(1, hour), settled(2, hour)
	other.MerID, other.OrderID = "B", one.OrderID
	book := &fakeBook{orders: []api.Settlement{one, other}}
	byOrderID := func(j *Job) { j.Number = ByOrderID }
	if got := told(reconcile(t, book, byOrderID, csvOf("T001 pay 1.02 成功 1h", "T001 pay 1.01 成功 1h"))); got != nil {
		t.Errorf("%q", got)
	}
	if got := told(reconcile(t, book, byOrderID, csvOf("T001 pay 1.02 成功 1h"))); !slices.Equal(got, []string{"missing_there T001"}) {
		t.Errorf("%q", got)
	}
}
