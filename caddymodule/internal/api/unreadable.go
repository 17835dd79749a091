package api

import (
	"slices"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
)

// Unreadable names a row of the ledger that belongs into an answer and cannot be
// read.
type Unreadable struct {
	Kind    ledger.RowKind `json:"kind" doc:"What it is a row of."`
	MerID   string         `json:"merid,omitempty" doc:"The v1 number of the merchant that it concerns."`
	OrderID string         `json:"orderid,omitempty" doc:"The merchant's own number of the order that it concerns."`
	ID      string         `json:"id,omitempty" doc:"Names the row beside others of its order."`
	Cause   string         `json:"cause" doc:"The column and what is wrong with it, never what stands in it."`
}

func unreadableOf(lang bilingual.Lang, u ledger.UnreadableError) Unreadable {
	return Unreadable{Kind: u.Kind, MerID: u.MerID, OrderID: u.OrderID, ID: u.ID, Cause: damages.In(lang, u.Cause)}
}

// Name names the row, as the log does.
func (u Unreadable) Name() string {
	named := ledger.UnreadableError{Kind: u.Kind, Key: ledger.Key{MerID: u.MerID, OrderID: u.OrderID}, ID: u.ID}
	return named.Name()
}

// Missing is what an answer leaves out because it cannot be read.
type Missing struct {
	Unreadable []Unreadable `json:"unreadable,omitempty" doc:"Rows that belong here and cannot be read; absent when there are none. See the runbook PaybridgeRowsSetAside."`
}

// Incomplete returns what the answer leaves out, for whoever shows it.
func (m Missing) Incomplete() []Unreadable { return m.Unreadable }

// miss adds what another part of the answer leaves out.
func (m *Missing) miss(more Missing) {
	for _, row := range more.Unreadable {
		if !slices.Contains(m.Unreadable, row) {
			m.Unreadable = append(m.Unreadable, row)
		}
	}
}

// missingOf is what an answer says of rows that cannot be read, each once, and of no
// more than one page may have.
func (v *visit) missingOf(rows ...[]ledger.UnreadableError) (m Missing) {
	seen := make(map[Unreadable]bool)
	for _, list := range rows {
		for _, row := range list {
			shown := unreadableOf(v.lang, row)
			if !seen[shown] && len(m.Unreadable) < maxLimit {
				m.Unreadable = append(m.Unreadable, shown)
			}
			seen[shown] = true
		}
	}
	return m
}
