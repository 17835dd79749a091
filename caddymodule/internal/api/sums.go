package api

import (
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
)

// How many days are summed up: when nobody says, and at most.
const (
	defaultDays = 7
	maxDays     = 31
)

// SumsQuery says which days are wanted.
type SumsQuery struct {
	Day   string `json:"day" doc:"The last of the days, as 2026-11-22. Default: today."`
	Days  int    `json:"days" doc:"How many days, 1 to 31. Default: 7."`
	MerID string `json:"merid" doc:"Of this merchant only."`
	Limit int    `json:"limit" doc:"At most so many items, 1 to 500. Default: 50."`
	After string `json:"after" doc:"Goes on after this: the member next of the answer before."`
}

// DaySum is what moved for one merchant on one day.
type DaySum struct {
	Day         string `json:"day" doc:"The day, in Beijing time."`
	MerID       string `json:"merid" doc:"The merchant's v1 number."`
	Payments    int    `json:"payments" doc:"Orders that were paid on this day."`
	PaidFen     int64  `json:"paid_fen" doc:"What was paid, in fen."`
	Refunds     int    `json:"refunds" doc:"Orders whose refund was known to be done on this day."`
	RefundedFen int64  `json:"refunded_fen" doc:"What was refunded, in fen."`
}

// SumList is a part of the sums.
type SumList struct {
	Items []DaySum `json:"items" doc:"The sums, the newest day first and by merchant. A merchant for whom nothing moved on a day has none."`
	Next  string   `json:"next,omitempty" doc:"Give it as after for the sums that follow; absent when there are none."`
}

func showSums(v *visit, q SumsQuery) (SumList, error) {
	limit, err := Page{Limit: q.Limit}.limit()
	if err != nil {
		return SumList{}, err
	}
	days, err := q.days(v.now)
	if err != nil {
		return SumList{}, err
	}
	list := SumList{Items: []DaySum{}}
	for _, day := range days {
		sums, err := v.sums.of(v, day)
		if err != nil {
			return SumList{}, err
		}
		for _, s := range sums {
			item := daySum(day, s)
			if q.MerID != "" && q.MerID != s.MerID || q.After != "" && !item.behind(q.After) {
				continue
			}
			if len(list.Items) == limit {
				list.Next = list.Items[limit-1].place()
				return list, nil
			}
			list.Items = append(list.Items, item)
		}
	}
	return list, nil
}

// days returns when each of the wanted days begins, the newest first.
func (q SumsQuery) days(now time.Time) ([]time.Time, error) {
	n := q.Days
	switch {
	case n == 0:
		n = defaultDays
	case n < 0 || n > maxDays:
		return nil, badMember("query", "days", outOfRange.With(maxDays))
	}
	last := now.In(translate.Beijing).Format(time.DateOnly)
	if q.Day != "" {
		last = q.Day
	}
	day, err := time.ParseInLocation(time.DateOnly, last, translate.Beijing)
	if err != nil {
		return nil, badMember("query", "day", notADay.With())
	}
	days := make([]time.Time, n)
	for i := range days {
		days[i] = day.AddDate(0, 0, -i)
	}
	return days, nil
}

func daySum(day time.Time, s ledger.MerchantSum) DaySum {
	return DaySum{
		Day: day.Format(time.DateOnly), MerID: s.MerID,
		Payments: s.Payments.Count, PaidFen: s.Payments.Fen, Refunds: s.Refunds.Count, RefundedFen: s.Refunds.Fen,
	}
}

// place names a sum's place in the list.
func (s DaySum) place() string { return s.Day + " " + s.MerID }

// behind reports whether a sum comes after a place in the list.
func (s DaySum) behind(place string) bool {
	day, merID, _ := strings.Cut(place, " ")
	return s.Day < day || s.Day == day && s.MerID > merID
}

// How long sums are shown: counting a day's orders is dear, and every console that
// shows them asks again and again. Days hardly change that were over when they were
// counted, and for a moment more, in which their last payments were recorded.
const (
	todaysAge = time.Minute
	othersAge = 15 * time.Minute
)

// recentSums are the last sums that were counted, of one ledger, by day. The zero
// value is ready.
type recentSums struct {
	mu     sync.Mutex // held while counting: who comes meanwhile shares the result
	ledger *ledger.Ledger
	days   []countedDay // the last that were asked for, at most 31
}

type countedDay struct {
	day, at time.Time
	sums    []ledger.MerchantSum
}

// of returns the sums of the day that begins at a time.
func (r *recentSums) of(v *visit, day time.Time) ([]ledger.MerchantSum, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ledger != v.Ledger {
		r.ledger, r.days = v.Ledger, nil
	}
	end := day.AddDate(0, 0, 1)
	r.days = slices.DeleteFunc(r.days, func(c countedDay) bool {
		age := todaysAge
		if c.at.After(end.Add(todaysAge)) {
			age = othersAge
		}
		return c.day.Equal(day) && v.now.Sub(c.at).Abs() >= age
	})
	if i := slices.IndexFunc(r.days, func(c countedDay) bool { return c.day.Equal(day) }); i >= 0 {
		return r.days[i].sums, nil
	}
	sums, err := v.Ledger.Sums(v.ctx, day, end)
	if err != nil {
		return nil, err
	}
	if len(r.days) == maxDays {
		r.days = r.days[1:]
	}
	r.days = append(r.days, countedDay{day, v.now, sums})
	return sums, nil
}
