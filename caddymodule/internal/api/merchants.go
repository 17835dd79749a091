package api

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
)

// MerchantsQuery says which merchants are wanted.
type MerchantsQuery struct {
	Paused bool   `json:"paused" doc:"Only those whose notifications are paused."`
	After  string `json:"after" doc:"Goes on after this merchant number: the member next of the answer before."`
	Limit  int    `json:"limit" doc:"At most so many, 1 to 500. Default: 50."`
}

// Merchant is a merchant of the configuration, or one that is paused and no
// longer configured.
type Merchant struct {
	MerID           string `json:"merid" doc:"The v1 number."`
	GatewayMerchant string `json:"gateway_merchant,omitempty" doc:"The v2 number."`
	Suite           string `json:"suite,omitempty" doc:"The v2 cipher suite."`
	Configured      bool   `json:"configured" doc:"The configuration that serves has it."`
	Pause           *Pause `json:"pause,omitempty" doc:"Who keeps its notifications back since when; absent when nobody does."`
}

// Pause says that a merchant's notifications are kept back.
type Pause struct {
	At  time.Time `json:"at" doc:"Since when."`
	Who string    `json:"who" doc:"Who, and from where."`
	Why string    `json:"why" doc:"The reason given."`
}

// MerchantList is a part of the list of merchants, by number.
type MerchantList struct {
	Items []Merchant `json:"items" doc:"The merchants, by number."`
	Next  string     `json:"next,omitempty" doc:"Give it as after for those that follow; absent when there are none."`
	Missing
}

func listMerchants(v *visit, q MerchantsQuery) (MerchantList, error) {
	limit, err := Page{Limit: q.Limit}.limit()
	if err != nil {
		return MerchantList{}, err
	}
	paused, missing, err := v.paused()
	if err != nil {
		return MerchantList{}, err
	}
	all := v.merchants(paused)
	if q.Paused {
		all = slices.DeleteFunc(all, func(m Merchant) bool { return m.Pause == nil })
	}
	all = all[sort.Search(len(all), func(i int) bool { return all[i].MerID > q.After }):]
	list := MerchantList{Items: all[:min(limit, len(all))], Missing: missing}
	if len(all) > limit {
		list.Next = list.Items[limit-1].MerID
	}
	return list, nil
}

// merchants lists the configured merchants and those that are paused, by
// number.
func (v *visit) merchants(paused map[string]ledger.Pause) []Merchant {
	list := []Merchant{}
	rest := maps.Clone(paused)
	for _, m := range v.Settings.Merchants.All() {
		list = append(list, Merchant{
			MerID: m.MerID, GatewayMerchant: m.GatewayMerchant, Suite: m.Codec.Suite().Name(), Configured: true,
			Pause: pauseOf(v.lang, paused, m.MerID),
		})
		delete(rest, m.MerID)
	}
	for merID := range rest {
		list = append(list, Merchant{MerID: merID, Pause: pauseOf(v.lang, paused, merID)})
	}
	slices.SortFunc(list, func(a, b Merchant) int { return strings.Compare(a.MerID, b.MerID) })
	return list
}

// paused are the merchants whose notifications are kept back. Where the row of a
// pause cannot be read, they are kept back all the same.
func (v *visit) paused() (map[string]ledger.Pause, Missing, error) {
	pauses, err := v.Ledger.PausedMerchants(v.ctx)
	if err != nil {
		return nil, Missing{}, err
	}
	byMerID := make(map[string]ledger.Pause, len(pauses.Items))
	for _, p := range pauses.Items {
		if !p.Resuming {
			byMerID[p.MerID] = p
		}
	}
	for i := range pauses.Unreadable {
		row := &pauses.Unreadable[i]
		byMerID[row.MerID] = ledger.Pause{MerID: row.MerID, Why: rowDamaged.With(row).In(v.lang)}
	}
	return byMerID, v.missingOf(pauses.Unreadable), nil
}

func pauseOf(lang bilingual.Lang, paused map[string]ledger.Pause, merID string) *Pause {
	p, is := paused[merID]
	if !is {
		return nil
	}
	return &Pause{At: p.At, Who: whoSaid(p.Who).In(lang), Why: p.Why}
}

// PauseRequest names a merchant whose notifications are to be kept back, or not
// any longer.
type PauseRequest struct {
	MerID string `json:"merid" need:"true" doc:"The merchant's v1 number."`
	Why   string `json:"why" need:"true" doc:"The reason, kept with the change."`
}

// PauseAnswer says how a merchant stands now.
type PauseAnswer struct {
	MerID   string `json:"merid" doc:"The merchant's v1 number."`
	Paused  bool   `json:"paused" doc:"Its notifications are kept back."`
	Resumed int    `json:"resumed" doc:"How many notifications that were kept back are sent now."`
}

func pauseMerchant(v *visit, r PauseRequest) (PauseAnswer, error) {
	if err := checkWhy(r.Why); err != nil {
		return PauseAnswer{}, err
	}
	paused, _, err := v.paused()
	if err != nil {
		return PauseAnswer{}, err
	}
	if p, already := paused[r.MerID]; already {
		return PauseAnswer{}, Refuse(http.StatusConflict, pausedAlready.With(r.MerID, whoSaid(p.Who), p.Why))
	}
	if !v.Settings.Merchants.Has(r.MerID) {
		return PauseAnswer{}, Refuse(http.StatusNotFound, noMerchant.With(printable(r.MerID)))
	}
	return PauseAnswer{MerID: r.MerID, Paused: true}, v.Bridge.PauseMerchant(v.ctx, r.MerID, v.change(r.Why))
}

// resumeMerchant also finishes a resuming that was interrupted. It goes on when
// the one who asks hangs up: half of the backlog would stay behind.
func resumeMerchant(v *visit, r PauseRequest) (PauseAnswer, error) {
	if err := checkWhy(r.Why); err != nil {
		return PauseAnswer{}, err
	}
	resumed, err := v.Bridge.ResumeMerchant(context.WithoutCancel(v.ctx), r.MerID, v.change(r.Why))
	if errors.Is(err, ledger.ErrNotFound) {
		return PauseAnswer{}, Refuse(http.StatusConflict, notPaused.With(printable(r.MerID)))
	}
	return PauseAnswer{MerID: r.MerID, Resumed: resumed}, err
}
