package leftover_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/paybridge/paybridge/caddymodule/internal/leftover"
)

var errAway = errors.New("away")

// TestWhatIsLeftKeepsItsName has a list written in parts, with an answer and without.
func TestWhatIsLeftKeepsItsName(t *testing.T) {
	t.Parallel()
	var counts leftover.Counts[int]
	lists := [][]int{{1, 2, 3}, {4}}
	take := func() []int {
		if len(lists) == 0 {
			return nil
		}
		list := lists[0]
		lists = lists[1:]
		return list
	}
	var names []string
	var got [][]int
	answers := []struct {
		written int
		err     error
	}{{1, errAway}, {0, errAway}, {2, nil}, {1, nil}}
	write := func(name string, list []int) (int, error) {
		names, got = append(names, name), append(got, slices.Clone(list))
		answer := answers[len(got)-1]
		return answer.written, answer.err
	}
	for i, want := range []error{errAway, errAway, nil, nil} {
		if err := counts.Write(take, write); !errors.Is(err, want) {
			t.Errorf("writing %d: %v, want %v", i, err, want)
		}
	}
	if want := [][]int{{1, 2, 3}, {2, 3}, {2, 3}, {4}}; !slices.EqualFunc(got, want, slices.Equal[[]int]) {
		t.Errorf("%v was written, want %v", got, want)
	}
	if names[0] != names[1] || names[1] != names[2] || names[2] == names[3] || names[0] == "" {
		t.Errorf("the names were %q", names)
	}
}
