package api

import "github.com/paybridge/paybridge/caddymodule/internal/ledger"

// ChangesQuery says which changes are wanted.
type ChangesQuery struct {
	MerID   string `json:"merid" doc:"Of this merchant only."`
	OrderID string `json:"orderid" doc:"Of this order only; merid is needed with it."`
	Limit   int    `json:"limit" doc:"At most so many, 1 to 500. Default: 50."`
}

// ChangeList is what people did, newest first.
type ChangeList struct {
	Items []Change `json:"items" doc:"The changes, newest first."`
	More  bool     `json:"more,omitempty" doc:"There are older ones; ask with a higher limit, or for one merchant or order."`
	Missing
}

func listChanges(v *visit, q ChangesQuery) (ChangeList, error) {
	limit, err := Page{Limit: q.Limit}.limit()
	switch {
	case err != nil:
		return ChangeList{}, err
	case q.OrderID != "" && q.MerID == "":
		return ChangeList{}, badMember("query", "merid", bothNumbers.With())
	}
	changes, err := v.Ledger.Changes(v.ctx, ledger.Key{MerID: q.MerID, OrderID: q.OrderID}, limit)
	if err != nil {
		return ChangeList{}, err
	}
	return ChangeList{
		Items: shown(changes.Items, changeOf), More: !changes.Next.IsZero(), Missing: missingOf(changes.Unreadable),
	}, nil
}
