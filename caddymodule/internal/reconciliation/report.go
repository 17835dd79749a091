package reconciliation

import (
	"maps"
	"slices"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/api"
)

// maxListed bounds the differences that are listed, and kept in memory. All are
// counted.
const maxListed = 100_000

// Report is what a reconciliation has found.
type Report struct {
	From        time.Time        `json:"from"`
	To          time.Time        `json:"to"`
	Number      NumberKind       `json:"number"`       // by which the statement names orders
	Known       int              `json:"sample_known"` // of a sample of its numbers, how many the ledger has
	Sampled     int              `json:"sample"`       // how many the sample had
	Lines       int              `json:"lines"`        // payments and refunds in the statements
	Outside     int              `json:"outside"`      // of them, those of other days or merchants
	Repeated    int              `json:"repeated"`     // of them, those that are there once more
	Skipped     int              `json:"skipped"`      // lines of neither payments nor refunds, such as fees
	Matched     int              `json:"matched"`      // payments and refunds that agree
	Counts      map[Kind]int     `json:"counts"`       // differences and notes, by kind
	Merchants   []MerchantReport `json:"merchants"`    // by merchant
	Differences []Difference     `json:"differences"`  // the first 100000 of each run
	unpaid      int              // lines of the days that took no money, of numbers that the ledger does not have
	Unlisted    int              `json:"unlisted,omitempty"` // differences beyond those
	api.Missing
}

// MerchantReport sums up both sides for a merchant. One without a number stands for
// the lines that name no order of the ledger.
type MerchantReport struct {
	MerID       string `json:"merid"`
	Here        Sums   `json:"here"`
	There       Sums   `json:"there"`
	Differences int    `json:"differences"`
}

// Sums are the payments and refunds of a side.
type Sums struct {
	Payments    int   `json:"payments"`
	PaidFen     int64 `json:"paid_fen"`
	Refunds     int   `json:"refunds"`
	RefundedFen int64 `json:"refunded_fen"`
}

func (s *Sums) pay(fen int64)    { s.Payments++; s.PaidFen += fen }
func (s *Sums) refund(fen int64) { s.Refunds++; s.RefundedFen += fen }

// Differs reports whether the two sides are not the same.
func (r *Report) Differs() bool {
	for _, row := range kinds {
		if !row.Note && r.Counts[row.Kind] > 0 {
			return true
		}
	}
	return false
}

// noted reports whether something is listed that is no difference.
func (r *Report) noted() bool {
	return slices.ContainsFunc(kinds, func(row KindRow) bool { return row.Note && r.Counts[row.Kind] > 0 })
}

// Doubts reports whether there is something to look at that is no difference.
func (r *Report) Doubts() bool {
	return r.noted() || len(r.Unreadable) > 0 || r.ComparedNothing()
}

// ComparedNothing reports whether the statements have lines, but none of the days and the
// merchant that are meant, of which the ledger has nothing either: another day's file, or
// a merchant's number that nobody has.
func (r *Report) ComparedNothing() bool {
	return r.Lines > 0 && r.Outside+r.Repeated == r.Lines && r.unpaid == 0 && len(r.Merchants) == 0
}

// books gathers a report while it is made.
type books struct {
	report    *Report
	merchants map[string]*MerchantReport
}

func newBooks(r *Report) *books {
	r.Counts, r.Merchants, r.Differences = make(map[Kind]int), []MerchantReport{}, []Difference{} // arrays in JSON, even where there are none
	return &books{report: r, merchants: make(map[string]*MerchantReport)}
}

func (b *books) merchant(merID string) *MerchantReport {
	m := b.merchants[merID]
	if m == nil {
		m = &MerchantReport{MerID: merID}
		b.merchants[merID] = m
	}
	return m
}

// add notes a difference.
func (b *books) add(d Difference) {
	b.report.Counts[d.Kind]++
	if !d.Kind.Row().Note {
		merID := ""
		if d.Here != nil {
			merID = d.Here.MerID
		}
		b.merchant(merID).Differences++
	}
	if len(b.report.Differences) == maxListed {
		b.report.Unlisted++
		return
	}
	b.report.Differences = append(b.report.Differences, d)
}

// finish puts everything into an order that does not change from run to run.
func (b *books) finish() {
	for _, merID := range slices.Sorted(maps.Keys(b.merchants)) {
		b.report.Merchants = append(b.report.Merchants, *b.merchants[merID])
	}
	slices.SortStableFunc(b.report.Differences, compareDifferences)
}
