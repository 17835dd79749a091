package command

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/reconciliation"
	"github.com/paybridge/paybridge/translate"
)

// maxPrinted bounds the differences of each kind that are printed as text.
const maxPrinted = 50

func printReconciliation(w printer, r *reconciliation.Report) {
	w.say("From %s to %s (not included), Beijing time. Orders go by %s, of which the ledger knows %d of a sample of %d.\n",
		minute(r.From), minute(r.To), r.Number, r.Known, r.Sampled)
	w.say("Lines of the statements: %d, of them of other days or merchants: %d; left out, such as fees: %d. Agreed: %d.\n\n",
		r.Lines, r.Outside, r.Skipped, r.Matched)
	if r.Repeated > 0 {
		w.say("Lines that are there once more, and count once: %d. Was a file given twice, or do two overlap?\n\n", r.Repeated)
	}
	printSums(w, r.Merchants)
	for _, kind := range reconciliation.Kinds() {
		if n := r.Counts[kind.Kind]; n > 0 {
			w.say("\n%s (%s): %d\n", string(kind.Kind), kind.Means, n)
			printDifferences(w, r.Differences, kind.Kind, n)
		}
	}
	switch {
	case r.Differs():
		w.say("\nThe sides differ.\n")
	case r.ComparedNothing():
		w.comparedNothing()
	case r.Doubts():
		w.say("\nThe sides do not differ, but for what is listed above.\n")
	default:
		w.say("\nThe sides agree.\n")
	}
}

// tellBeside tells what a list of differences has no line for.
func tellBeside(w printer, r *reconciliation.Report) {
	missingNote(w, r.Unreadable)
	if r.Unlisted > 0 {
		w.say("\nThere are %d more differences than are listed; compare fewer days at once.\n", r.Unlisted)
	}
	if r.ComparedNothing() {
		w.comparedNothing()
	}
}

// comparedNothing says that the statements are not of the days that are meant.
func (p printer) comparedNothing() {
	p.say("\nNothing was compared: neither side has anything of these days and this merchant.\n")
}

func printSums(w printer, merchants []reconciliation.MerchantReport) {
	rows := make([][]string, len(merchants))
	for i, m := range merchants {
		rows[i] = append(append([]string{w.orUnknown(m.MerID)}, sums(m.Here)...), append(sums(m.There), strconv.Itoa(m.Differences))...)
	}
	w.table("MERID | PAID HERE | YUAN | REFUNDED | YUAN | PAID THERE | YUAN | REFUNDED | YUAN | DIFFERENCES", rows)
}

func (p printer) orUnknown(merID string) string {
	if merID == "" {
		return p.text(say("not in the ledger"))
	}
	return merID
}

func sums(s reconciliation.Sums) []string {
	return []string{strconv.Itoa(s.Payments), translate.FormatYuan(s.PaidFen), strconv.Itoa(s.Refunds), translate.FormatYuan(s.RefundedFen)}
}

func printDifferences(w printer, all []reconciliation.Difference, kind reconciliation.Kind, count int) {
	var rows [][]string
	for _, d := range all {
		if d.Kind != kind || len(rows) == maxPrinted {
			continue
		}
		here, there := []string{"-", "-", "-", "-", "-"}, []string{"-", "-", "-", "-"}
		if h := d.Here; h != nil {
			here = []string{h.MerID, h.OrderID, translate.FormatYuan(h.Fen), w.term(string(h.State)), minute(h.At)}
		}
		if t := d.There; t != nil {
			there = []string{translate.FormatYuan(t.Fen), w.term(t.State), minute(t.At), fmt.Sprintf("%s:%d %s", t.File, t.Line, t.Number)}
		}
		rows = append(rows, append(here, there...))
	}
	w.table("MERID | ORDERID | YUAN HERE | STATE | TIME | YUAN THERE | STATE | TIME | LINE AND NUMBER THERE", rows)
	if count > len(rows) {
		w.say("… and %d more; --csv or --json lists them.\n", count-len(rows))
	}
}

// minute writes a time of reconciliation, which is of Beijing.
func minute(at time.Time) string {
	if at.IsZero() {
		return "-"
	}
	return at.In(translate.Beijing).Format(time.DateTime)
}

// differenceColumns are the columns of the differences as CSV.
var differenceColumns = []string{
	"kind", "merid", "orderid", "queryid", "order_no", "gateway_no", "refund_no", "here_yuan", "here_state", "here_at",
	"there_number", "there_yuan", "there_state", "there_at", "file", "line",
}

func writeDifferences(w io.Writer, r *reconciliation.Report) error {
	out := csv.NewWriter(w)
	_ = out.Write(differenceColumns) // told by Flush
	for _, d := range r.Differences {
		here, there := make([]string, 9), make([]string, 6)
		if h := d.Here; h != nil {
			here = []string{h.MerID, h.OrderID, h.QueryID, h.OrderNo, h.GatewayNo, h.RefundNo, translate.FormatYuan(h.Fen), string(h.State), minute(h.At)}
		}
		if t := d.There; t != nil {
			there = []string{t.Number, translate.FormatYuan(t.Fen), t.State, minute(t.At), t.File, strconv.Itoa(t.Line)}
		}
		_ = out.Write(harmless(append(append([]string{string(d.Kind)}, here...), there...)))
	}
	out.Flush()
	return out.Error()
}
