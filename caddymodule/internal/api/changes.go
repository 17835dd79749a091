package api

import "github.com/paybridge/paybridge/caddymodule/internal/ledger"

// ChangesQuery says which changes are wanted.
type ChangesQuery struct {
	MerID   string `json:"merid" doc:"Of this merchant only."`
	OrderID string `json:"orderid" doc:"Of this order only, by any of its numbers; merid is needed with it."`
	Page
}

// ChangeList is what people did, newest first.
type ChangeList struct {
	Items []Change `json:"items" doc:"The changes, newest first."`
	Next  string   `json:"next,omitempty" doc:"Give it as after for the older ones; absent when there are none."`
	Missing
}

func listChanges(v *visit, q ChangesQuery) (ChangeList, error) {
	after, limit, err := q.cursor()
	switch {
	case err != nil:
		return ChangeList{}, err
	case q.OrderID != "" && q.MerID == "":
		return ChangeList{}, badMember("query", "merid", bothNumbers.With())
	}
	key, err := v.keyOf(q.MerID, q.OrderID)
	if err != nil {
		return ChangeList{}, err
	}
	changes, err := v.Ledger.Changes(v.ctx, ledger.ChangeFilter{Key: key, After: after, Limit: limit})
	if err != nil {
		return ChangeList{}, err
	}
	return ChangeList{
		Items: shown(changes.Items, func(c ledger.Change) Change { return changeOf(v.lang, c) }), Next: changes.Next.String(), Missing: v.missingOf(changes.Unreadable),
	}, nil
}
