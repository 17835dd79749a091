package processors

import "testing"

func TestRunningTasks(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		"0.20 0.18 0.12 3/80 11206\n":     3,
		"1.00 1.00 1.00 128/4096 4194304": 128,
		"":                                -1,
		"0.20 0.18 0.12":                  -1,
		"0.20 0.18 0.12 3":                -1,
		"0.20 0.18 0.12 x/80 11206":       -1,
		"0.20 0.18 0.12 /80 11206":        -1,
		"0.20 0.18 0.12 99999999999999999999/80 11206": -1,
	} {
		running, ok := runningTasks([]byte(text))
		if !ok {
			running = -1
		}
		if running != want {
			t.Errorf("%q: %d, want %d", text, running, want)
		}
	}
}

func TestCountList(t *testing.T) {
	t.Parallel()
	for list, want := range map[string]int{
		"0\n": 1, "0-1\n": 2, "0-3,8": 5, "0-3,8-11,63": 9,
		"": -1, "x": -1, "3-1": -1, "0-": -1, "-1": -1, "0,,1": -1, "0-99999999": -1,
	} {
		count, ok := countList(list)
		if !ok {
			count = -1
		}
		if count != want {
			t.Errorf("%q: %d, want %d", list, count, want)
		}
	}
}

func TestTooMany(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		running, processors int
		want                bool
	}{{1, 2, false}, {3, 2, false}, {4, 2, true}, {9, 0, false}} {
		if got := tooMany(c.running, c.processors); got != c.want {
			t.Errorf("%d tasks on %d processors: %t", c.running, c.processors, got)
		}
	}
}
