package processors

import "testing"

// unreadable stands for a text of which nothing can be read.
const unreadable = -1

// wantRead checks what is read of each text.
func wantRead(t *testing.T, read func(string) (int, bool), wants map[string]int) {
	t.Helper()
	for text, want := range wants {
		got, ok := read(text)
		if !ok {
			got = unreadable
		}
		if got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
}

func TestRunningTasks(t *testing.T) {
	t.Parallel()
	wantRead(t, func(text string) (int, bool) { return runningTasks([]byte(text)) }, map[string]int{
		"0.20 0.18 0.12 3/80 11206\n":     3,
		"1.00 1.00 1.00 128/4096 4194304": 128,
		"":                                unreadable,
		"0.20 0.18 0.12":                  unreadable,
		"0.20 0.18 0.12 3":                unreadable,
		"0.20 0.18 0.12 x/80 11206":       unreadable,
		"0.20 0.18 0.12 /80 11206":        unreadable,
		"0.20 0.18 0.12 99999999999999999999/80 11206": unreadable,
	})
}

func TestCountList(t *testing.T) {
	t.Parallel()
	wantRead(t, countList, map[string]int{
		"0\n": 1, "0-1\n": 2, "0-3,8": 5, "0-3,8-11,63": 9,
		"": unreadable, "x": unreadable, "3-1": unreadable, "0-": unreadable, "-1": unreadable, "0,,1": unreadable, "0-99999999": unreadable,
	})
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
