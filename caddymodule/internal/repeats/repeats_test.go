package repeats

import "testing"

func TestAgain(t *testing.T) {
	t.Parallel()
	o := Last(2)
	for i, c := range []struct {
		merID, orderID string
		want           bool
	}{
		{"A", "1", false}, {"A", "1", true}, {"B", "1", false}, {"A", "1", true}, // another merchant's is another
		{"A", "2", false}, {"B", "1", true}, // the oldest made room
		{"A", "1", false}, {"A", "2", true}, {"B", "1", false},
	} {
		if got := o.Again(c.merID, c.orderID); got != c.want {
			t.Errorf("question %d, %s %s: %t", i, c.merID, c.orderID, got)
		}
	}
}
