package reconciliation

import "github.com/paybridge/paybridge/caddymodule/internal/statement"

// once leaves out lines that are there once more, as when a file was given twice or two
// statements overlap: they would tell of a payer who was charged twice. A number tells that
// it is the same; without one, only that the line stands in another file and has the same
// time, to the second.
func (r *run) once(lines []*line) []*line {
	if len(lines) == 1 {
		return lines
	}
	var kept []*line
	seen := make(map[statement.Row]*line, len(lines))
	for _, l := range lines {
		row := l.Row
		row.Line = 0
		if first := seen[row]; first != nil && (l.isNumbered() || l.File != first.File && !l.At.IsZero() && !l.DayOnly) {
			r.report.Repeated++
			continue
		}
		seen[row] = l
		kept = append(kept, l)
	}
	return kept
}

// isNumbered reports whether a line has a number of its own: the gateway's of a payment, or
// that of a refund, beside which the gateway's is that of the payment.
func (l *line) isNumbered() bool {
	if l.Pays {
		return l.GatewayNo != ""
	}
	return l.RefundNo != ""
}
