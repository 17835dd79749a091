package api

import (
	"slices"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/refusals"
)

// RefusalsQuery says which refused requests are wanted.
type RefusalsQuery struct {
	MerID string `json:"merid" doc:"Only those that name this merchant."`
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
	More  bool           `json:"more,omitempty" doc:"There are further rows; ask with a higher limit, or for one merchant."`
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
	list := RefusalList{Items: []RefusalCount{}, Since: since, More: len(counts) > limit}
	for _, c := range counts[:min(limit, len(counts))] {
		list.Items = append(list.Items, RefusalCount{
			MerID: c.MerID, Cause: c.Cause, Means: refusals.Title(v.lang, c.Cause), Times: c.Times, LastAt: c.Last,
		})
	}
	return list, nil
}
