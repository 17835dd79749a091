package repeats

import "testing"

func TestAgain(t *testing.T) {
	t.Parallel()
	for _, refused := range []bool{false, true} {
		o := Last(2)
		for i, c := range []struct {
			merID, orderID string
			want           bool
		}{
			{"A", "1", false}, {"A", "1", true}, {"B", "1", false}, {"A", "1", true}, // another merchant's is another
			{"A", "2", false}, {"B", "1", true}, // the oldest made room
			{"A", "1", false}, {"A", "2", true}, {"B", "1", false},
		} {
			if got := o.Again(c.merID, c.orderID, refused); got != c.want {
				t.Errorf("refused %t, question %d, %s %s: %t", refused, i, c.merID, c.orderID, got)
			}
		}
	}
}

// TestAcceptedAndRefused: seed 12295 of the simulation, with up to 500 orders.
func TestAcceptedAndRefused(t *testing.T) {
	t.Parallel()
	o := Last(2)
	for i, c := range []struct {
		orderID       string
		refused, want bool
	}{
		{"1", false, false}, {"1", true, true}, {"1", true, true}, // it came twice at once
		{"2", true, false}, {"2", false, false}, {"2", true, true}, // refused, and accepted after all
	} {
		if got := o.Again("A", c.orderID, c.refused); got != c.want {
			t.Errorf("answer %d, to %s, refused %t: %t", i, c.orderID, c.refused, got)
		}
	}
}
