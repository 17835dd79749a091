package api

import (
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
)

// LeftQuery says how much is wanted of what still goes to the old gateway.
type LeftQuery struct {
	MerID string `json:"merid" doc:"Of this merchant only."`
	Limit int    `json:"limit" doc:"At most so many, 1 to 500. Default: 50."`
}

// Left is what still goes to the old gateway of one merchant at one path.
type Left struct {
	MerID      string    `json:"merid,omitempty" doc:"The merchant's v1 number, as the request says; absent when it says none."`
	Configured bool      `json:"configured" doc:"The configuration that serves has the merchant."`
	Path       string    `json:"path,omitempty" doc:"In small letters; absent in the one line of all that there was no room for. With ?backurl= or ?payway=: calls of openid.html, counted besides, that v2 would refuse for this host or payway as the merchant is configured."`
	LastAt     time.Time `json:"last_at" doc:"When it was last seen."`
	Times      int64     `json:"times" doc:"How often, about."`
}

// LeftList is what still goes to the old gateway, the last seen first.
type LeftList struct {
	Items []Left `json:"items" doc:"By merchant and path, the last seen first."`
	More  bool   `json:"more,omitempty" doc:"There is more that was seen earlier; ask with a higher limit."`
	Missing
}

func listLeft(v *visit, q LeftQuery) (LeftList, error) {
	limit, err := Page{Limit: q.Limit}.limit()
	if err != nil {
		return LeftList{}, err
	}
	list, err := v.Ledger.OldTraffic(v.ctx, q.MerID, limit)
	if err != nil {
		return LeftList{}, err
	}
	return LeftList{Items: shown(list.Items, v.left), More: !list.Next.IsZero(), Missing: v.missingOf(list.Unreadable)}, nil
}

func (v *visit) left(o ledger.OldTraffic) Left {
	return Left{
		MerID: o.MerID, Configured: v.Settings.Merchants.Has(o.MerID), Path: o.Path, LastAt: o.Last, Times: o.Times,
	}
}
