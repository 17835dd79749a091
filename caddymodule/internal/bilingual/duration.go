package bilingual

import (
	"fmt"
	"strings"
	"time"
)

// units are what a duration is put into words by, from the longest.
var units = []struct {
	long   time.Duration
	en, zh string
}{
	{time.Hour, "h", "小时"},
	{time.Minute, "m", "分钟"},
	{time.Second, "s", "秒"},
	{time.Millisecond, "ms", "毫秒"},
}

// Duration is how long something takes, to the millisecond, without units of which there
// are none: "1h30m" and "1 小时 30 分钟".
func Duration(d time.Duration) Said {
	if d < 0 {
		return Pair(d.String(), d.String())
	}
	var en, zh []string
	for _, u := range units {
		if n := d / u.long; n > 0 {
			en, zh = append(en, fmt.Sprint(int64(n), u.en)), append(zh, fmt.Sprint(int64(n), " ", u.zh))
			d %= u.long
		}
	}
	if en == nil {
		return Pair("0s", "0 秒")
	}
	return Pair(strings.Join(en, ""), strings.Join(zh, " "))
}
