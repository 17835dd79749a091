package api

import "testing"

func TestWorst(t *testing.T) {
	t.Parallel()
	for want, levels := range map[Level][]Level{
		LevelOK: {LevelOK, LevelOK}, LevelWarn: {LevelOK, LevelWarn, LevelOK}, LevelFail: {LevelFail, LevelWarn, LevelOK},
	} {
		checks := make([]Check, len(levels))
		for i, level := range levels {
			checks[i] = Check{}.at(level)
			if checks[i].OK != (level != LevelFail) {
				t.Errorf("%s: ok is %t", level, checks[i].OK)
			}
		}
		if got := worst(checks); got != want {
			t.Errorf("worst of %v: %s", levels, got)
		}
	}
	if got := worst(nil); got != LevelOK {
		t.Errorf("worst of none: %s", got)
	}
}
