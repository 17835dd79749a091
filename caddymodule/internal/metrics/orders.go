package metrics

import (
	"github.com/paybridge/paybridge/translate"
)

// orders is what happens to orders.
type orders struct {
	moves       counters
	news        counters
	quarantined counters
}

var (
	states   = setOf(translate.States()...)
	verdicts = set(translate.VerdictNames())
)

func newOrders() orders {
	return orders{
		moves: newCounters("order_moves_total",
			"Steps that orders took, by the state they led to. New orders count as sent, or as begun when a payer's browser comes first.",
			label{"state", states}),
		news: newCounters("order_news_total",
			"Updates of orders by what became of them. late_payment is a payment of a closed or failed order, which is refunded; failed_attempt leaves its payer to try again; contradicted needs a person.",
			label{"verdict", verdicts}),
		quarantined: newCounters("quarantined_total",
			"Signed messages of the gateway that did not match the ledger or were not understood. Each needs a person."),
	}
}

// OrderMoved implements bridge.Observer.
func (m *Metrics) OrderMoved(to translate.State) {
	if m == nil {
		return
	}
	m.orders.moves.add(string(to))
}

// UpdateJudged implements bridge.Observer.
func (m *Metrics) UpdateJudged(verdict translate.Verdict) {
	if m == nil {
		return
	}
	m.orders.news.add(verdict.String())
}

// Quarantined implements bridge.Observer.
func (m *Metrics) Quarantined() {
	if m == nil {
		return
	}
	m.orders.quarantined.add()
}
