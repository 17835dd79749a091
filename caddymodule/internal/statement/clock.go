package statement

import (
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
	"20060102150405", "20060102 15:04:05", "20060102 15:04", "20060102 150405", "20060102",
	"2006年1月2日 15:04:05", "2006年1月2日 15:04", "2006年1月2日15:04:05", "2006年1月2日15:04", "2006年1月2日",
	"2006.1.2 15:04:05", "2006.1.2 15:04", "2006.1.2", "2006-1-2T15:04:05", "2006-1-2T15:04:05Z0700",
}

var errTime = say("not a time; times are written as 2026-11-22 03:00:00, 2026/11/22 3:00, 20261122030000 or 2026-11-22")

// moment reads a time out of clean cells: date is one of the day alone, "" if the
// statement has none. Numbers of days count from since.
func moment(date, clock string, since epoch) (time.Time, error) {
	switch {
	case date == "" && clock == "":
		return time.Time{}, nil
	case date == "" || clock != "" && !isClock(clock):
		return since.read(clock)
	case clock == "":
		return since.read(date)
	}
	day, isDay := since.day(date)
	if isDay {
		date = day
	}
	at, err := since.read(date + " " + withZeros(clock))
	if err == nil {
		return at, nil
	}
	// A full time at midnight is stored like a day, and a day is digits too.
	if midnight, is := since.day(clock); isDay && is && midnight == day {
		return since.read(day)
	}
	return time.Time{}, err
}

// day reads a time that is the beginning of a day.
func (e epoch) day(text string) (day string, is bool) {
	at, err := e.read(text)
	if err != nil {
		return "", false
	}
	day, clock, _ := strings.Cut(at.In(translate.Beijing).Format(time.DateTime), " ")
	return day, clock == "00:00:00"
}

// read reads a time that stands in one cell.
func (e epoch) read(text string) (time.Time, error) {
	text = strings.Join(strings.Fields(text), " ")
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t, nil
	}
	for _, layout := range timeLayouts {
		if t, err := time.ParseInLocation(layout, text, translate.Beijing); err == nil {
			return checkYear(t)
		}
	}
	return e.serial(text)
}

// startsDay reports whether a time is a midnight of Beijing.
func startsDay(at time.Time) bool {
	return !at.IsZero() && at.In(translate.Beijing).Format(time.TimeOnly) == "00:00:00"
}

// hasClock reports whether a cell with a time tells more than the day, if only that it was
// at midnight: 00:00:00, or fourteen digits.
func hasClock(cell string) bool {
	const digits = len("20060102150405")
	return strings.Contains(cell, ":") || len(cell) >= digits && strings.Trim(cell, "0123456789") == ""
}

// isClock reports whether a cell has a time of day only.
func isClock(cell string) bool {
	return len(cell) <= len("15:04:05") && strings.Trim(cell, "0123456789:") == ""
}

// withZeros gives a time of day the zeros back that Excel takes from its front:
// 93015 is 09:30:15.
func withZeros(cell string) string {
	const digits = 6
	if strings.Contains(cell, ":") || len(cell) > digits {
		return cell
	}
	cell = fmt.Sprintf("%06s", cell)
	return cell[:2] + ":" + cell[2:4] + ":" + cell[4:]
}

// epoch is the day from which a spreadsheet counts days.
type epoch int

const (
	since1900 epoch = iota // from the end of 1899
	since1904              // workbooks of Excel for the Macintosh
)

// start is the day with the number 0.
func (e epoch) start() time.Time {
	if e == since1904 {
		return time.Date(1904, 1, 1, 0, 0, 0, 0, translate.Beijing)
	}
	return time.Date(1899, 12, 30, 0, 0, 0, 0, translate.Beijing)
}

// serial reads a time as spreadsheets store it: as days, with the time of day as
// decimals. Seconds are counted in whole numbers; the last half of one stays in its day.
func (e epoch) serial(text string) (time.Time, error) {
	days, seconds, err := daysAndSeconds(text)
	if err != nil {
		return time.Time{}, err
	}
	return checkYear(e.start().AddDate(0, 0, days).Add(time.Duration(seconds) * time.Second))
}

// written writes a number that a workbook stores as statements write times: a time of
// day where it has no day. What is no such number stays.
func (e epoch) written(number string) string {
	if days, seconds, err := daysAndSeconds(number); err == nil && days == 0 && strings.Contains(number, ".") {
		return e.start().Add(time.Duration(seconds) * time.Second).Format(time.TimeOnly)
	}
	at, err := e.serial(number)
	switch {
	case err != nil:
		return number
	case !strings.Contains(number, "."):
		return at.Format(time.DateOnly)
	}
	return at.Format(time.DateTime)
}

func daysAndSeconds(text string) (days int, seconds int64, err error) {
	const maxDecimals, secondsOfDay = 12, 24 * 60 * 60
	whole, decimals, _ := strings.Cut(text, ".")
	count, err := strconv.ParseUint(whole, 10, 17)
	if err != nil || len(decimals) > maxDecimals+8 {
		return 0, 0, errTime
	}
	decimals = (decimals + strings.Repeat("0", maxDecimals))[:maxDecimals]
	fraction, err := strconv.ParseUint(decimals, 10, 63)
	if err != nil {
		return 0, 0, errTime
	}
	const unit = 1_000_000_000_000
	seconds = min(int64((fraction*secondsOfDay+unit/2)/unit), secondsOfDay-1) //nolint:gosec // at most a day
	return int(count), seconds, nil
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
