package translate

import (
	"fmt"
	"time"

	v2 "github.com/paybridge/paybridge/translate/v2"
)

// Beijing is the zone of every time on either wire. It has had no daylight
// saving since 1991, so a fixed offset is exact and needs no zone database.
var Beijing = time.FixedZone("CST", 8*60*60)

// payLayout is the layout of v1's paytime. Some v2 times are spelt so too.
const payLayout = time.DateTime

// FormatWireTime writes t as v2 does: yyyyMMddHHmmss in Beijing time.
func FormatWireTime(t time.Time) string { return t.In(Beijing).Format(v2.WireTime) }

// FormatPayTime writes t as v1's paytime: yyyy-MM-dd HH:mm:ss in Beijing time, and
// "" for the zero time, which stands for "not paid" (v1 §3.5).
func FormatPayTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(Beijing).Format(payLayout)
}

// The years in which a message can have been written. Programs that know no time write
// the first or the last that they have: 0001, 1900, 1970 or 9999.
const firstYear, lastYear = 2000, 2100

// ParseTime reads a v2 time in either of the two spellings seen in the field,
// yyyyMMddHHmmss and yyyy-MM-dd HH:mm:ss, both Beijing time. A time that no payment can
// have happened at is none.
func ParseTime(text string) (time.Time, error) {
	for _, layout := range []string{v2.WireTime, payLayout} {
		if len(text) != len(layout) {
			continue // time.Parse would take fractions of a second
		}
		if t, err := time.ParseInLocation(layout, text, Beijing); err == nil {
			return checkYear(t)
		}
	}
	return time.Time{}, fmt.Errorf("not a time: %d characters", len(text))
}

func checkYear(t time.Time) (time.Time, error) {
	if year := t.Year(); year < firstYear || year > lastYear {
		return time.Time{}, fmt.Errorf("not a time of a message: its year is %d", year)
	}
	return t, nil
}
