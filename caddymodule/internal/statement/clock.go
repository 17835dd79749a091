package statement

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/paybridge/paybridge/translate"
)

// timeLayouts are how statements write times, all of Beijing unless they name
// another zone. Go takes one digit as well where a layout has one.
var timeLayouts = []string{
	"2006-1-2 15:04:05", "2006-1-2 15:04", "2006-1-2", "2006/1/2 15:04:05", "2006/1/2 15:04", "2006/1/2",
	"20060102150405", "20060102 15:04:05", "20060102 150405", "20060102",
	"2006年1月2日 15:04:05", "2006年1月2日 15:04", "2006年1月2日",
	"2006.1.2 15:04:05", "2006.1.2", "2006-1-2T15:04:05",
}

var errTime = errors.New("not a time; times are written as 2026-11-22 03:00:00, 2026/11/22 3:00, 20261122030000 or 2026-11-22")

// moment reads a time out of clean cells: date is one of the day alone, "" if the
// statement has none.
func moment(date, clock string) (time.Time, error) {
	switch {
	case date == "" && clock == "":
		return time.Time{}, nil
	case date != "" && clock != "" && isClock(clock):
		clock = date + " " + withZeros(clock)
	case clock == "":
		clock = date
	}
	clock = strings.Join(strings.Fields(clock), " ")
	if t, err := time.Parse(time.RFC3339, clock); err == nil {
		return t, nil
	}
	for _, layout := range timeLayouts {
		if t, err := time.ParseInLocation(layout, clock, translate.Beijing); err == nil {
			return checkYear(t)
		}
	}
	return serial(clock)
}

// isClock reports whether a cell has a time of day only.
func isClock(cell string) bool {
	return len(cell) <= len("15:04:05") && strings.Trim(cell, "0123456789:") == ""
}

// withZeros gives a time of day the zeros back that Excel takes from its front:
// 93015 is 09:30:15.
func withZeros(cell string) string {
	if strings.Contains(cell, ":") {
		return cell
	}
	return fmt.Sprintf("%06s", cell)
}

// serial reads a time as Excel stores it: days since the end of 1899, with the time
// of day as decimals. Seconds are counted in whole numbers.
func serial(text string) (time.Time, error) {
	const maxDecimals, secondsOfDay = 12, 24 * 60 * 60
	whole, decimals, _ := strings.Cut(text, ".")
	days, err := strconv.ParseUint(whole, 10, 17)
	if err != nil || len(decimals) > maxDecimals+8 {
		return time.Time{}, errTime
	}
	decimals = (decimals + strings.Repeat("0", maxDecimals))[:maxDecimals]
	fraction, err := strconv.ParseUint(decimals, 10, 63)
	if err != nil {
		return time.Time{}, errTime
	}
	const unit = 1_000_000_000_000
	seconds := int64((fraction*secondsOfDay + unit/2) / unit) //nolint:gosec // at most a day
	epoch := time.Date(1899, 12, 30, 0, 0, 0, 0, translate.Beijing)
	return checkYear(epoch.AddDate(0, 0, int(days)).Add(time.Duration(seconds) * time.Second))
}

// checkYear refuses times in which no payment can have happened: what was read as a
// time is something else then.
func checkYear(t time.Time) (time.Time, error) {
	const first, last = 2000, 2100
	if t.Year() < first || t.Year() > last {
		return time.Time{}, errTime
	}
	return t, nil
}
