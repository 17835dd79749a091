package bilingual

import (
	"testing"
	"time"
)

func TestDuration(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		d      time.Duration
		en, zh string
	}{
		{0, "0s", "0 秒"},
		{900 * time.Microsecond, "0s", "0 秒"},
		{13 * time.Millisecond, "13ms", "13 毫秒"},
		{45 * time.Second, "45s", "45 秒"},
		{2 * time.Minute, "2m", "2 分钟"},
		{10*time.Minute + 500*time.Millisecond, "10m500ms", "10 分钟 500 毫秒"},
		{90 * time.Minute, "1h30m", "1 小时 30 分钟"},
		{24 * time.Hour, "24h", "24 小时"},
		{-5 * time.Second, "-5s", "-5s"},
	} {
		if en, zh := Duration(c.d).In(En), Duration(c.d).In(Zh); en != c.en || zh != c.zh {
			t.Errorf("%s is %q and %q, want %q and %q", c.d, en, zh, c.en, c.zh)
		}
	}
}
