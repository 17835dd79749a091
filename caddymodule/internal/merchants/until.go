package merchants

import (
	"fmt"
	"time"

	"github.com/paybridge/paybridge/translate"
)

// AfterDay returns the first instant after a day yyyy-MM-dd in Beijing, at which
// a previous key is refused; the zero time for no day. The error names the
// member that it is the end of.
func AfterDay(member, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	day, err := time.ParseInLocation(time.DateOnly, text, translate.Beijing)
	if err != nil {
		return time.Time{}, fmt.Errorf("%s_until: %.40q is not a day; write yyyy-MM-dd", member, text)
	}
	return day.AddDate(0, 0, 1), nil
}
