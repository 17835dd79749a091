package api

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/refusals"
)

// RefusalsQuery says which refused requests are wanted.
type RefusalsQuery struct {
	MerID string `json:"merid" doc:"Only those that name this merchant."`
	After string `json:"after" doc:"Goes on after this: the member next of the answer before. What is counted meanwhile moves rows up."`
	Limit int    `json:"limit" doc:"At most so many rows, 1 to 500. Default: 50."`
}

// RefusalCount says how often requests of a merchant were refused for a cause.
type RefusalCount struct {
	MerID  string    `json:"merid,omitempty" doc:"The merchant that the requests name, whether they are signed well or not; absent when it is none of the configuration."`
	Cause  string    `json:"cause" doc:"The cause, as explain and the metric name it; not_examined for what came beyond the budget."`
	Means  string    `json:"means" doc:"What the cause means, for people."`
	Times  int       `json:"times" doc:"How often in the last day: this hour and the 23 before it."`
	LastAt time.Time `json:"last_at" doc:"When it was last."`
}

// RefusalList is why requests were refused, the most frequent first.
type RefusalList struct {
	Items []RefusalCount `json:"items" doc:"Merchants and causes, the most frequent first."`
	Since time.Time      `json:"since" doc:"Since when this bridge has counted: for a day, or since it was started. Other bridges count their own."`
	Next  string         `json:"next,omitempty" doc:"Give it as after for the rows that follow; absent when there are none."`
}

func listRefusals(v *visit, q RefusalsQuery) (RefusalList, error) {
	limit, err := Page{Limit: q.Limit}.limit()
	if err != nil {
		return RefusalList{}, err
	}
	counts, since := v.Refusals.LastDay()
	if q.MerID != "" {
		counts = slices.DeleteFunc(counts, func(c refusals.Count) bool { return c.MerID != q.MerID })
	}
	counts, err = refusalsAfter(counts, q.After)
	if err != nil {
		return RefusalList{}, err
	}
	list := RefusalList{Items: []RefusalCount{}, Since: since}
	if len(counts) > limit {
		counts = counts[:limit]
		list.Next = placeOf(counts[limit-1])
	}
	for _, c := range counts {
		list.Items = append(list.Items, RefusalCount{
			MerID: c.MerID, Cause: c.Cause, Means: refusals.Title(v.lang, c.Cause), Times: c.Times, LastAt: c.Last,
		})
	}
	return list, nil
}

// placeOf names a row's place in the list, which is in the order of [refusals.Compare].
func placeOf(c refusals.Count) string {
	return strings.Join([]string{strconv.Itoa(c.Times), c.MerID, c.Cause}, "/")
}

// refusalsAfter are the rows behind a place.
func refusalsAfter(counts []refusals.Count, place string) ([]refusals.Count, error) {
	if place == "" {
		return counts, nil
	}
	parts := strings.Split(place, "/")
	if len(parts) != 3 {
		return nil, badMember("query", "after", notACursor.With())
	}
	times, err := strconv.Atoi(parts[0])
	if err != nil {
		return nil, badMember("query", "after", notACursor.With())
	}
	last := refusals.Count{Times: times, MerID: parts[1], Cause: parts[2]}
	first := slices.IndexFunc(counts, func(c refusals.Count) bool { return refusals.Compare(c, last) > 0 })
	if first < 0 {
		return nil, nil
	}
	return counts[first:], nil
}
