package reconciliation

import (
	"context"
	"slices"
	"strings"

	"github.com/paybridge/paybridge/caddymodule/internal/api"
)

// NumberKind is which of its numbers an order goes by in a statement.
type NumberKind string

// The kinds of numbers.
const (
	ByOrderNo   NumberKind = "order_no"   // ours at the gateway, of v2
	ByQueryID   NumberKind = "queryid"    // ours, of v1
	ByOrderID   NumberKind = "orderid"    // the merchant's own
	ByGatewayNo NumberKind = "gateway_no" // the gateway's own
)

// numberKinds are all kinds, the likeliest first.
var numberKinds = []NumberKind{ByOrderNo, ByQueryID, ByOrderID, ByGatewayNo}

// NumberKinds lists the kinds of numbers.
func NumberKinds() []NumberKind { return numberKinds }

// of returns the number of a kind.
func (k NumberKind) of(s api.Settlement) string {
	switch k {
	case ByQueryID:
		return s.QueryID
	case ByOrderID:
		return s.OrderID
	case ByGatewayNo:
		return s.GatewayNo
	}
	return s.OrderNo
}

// sample is some of the numbers of a statement, from its whole length.
type sample struct {
	numbers []string
	stride  int
	seen    int
}

const sampleSize = 100

func (s *sample) add(number string) {
	s.stride = max(s.stride, 1)
	if s.seen++; s.seen%s.stride != 0 || !findable(number) {
		return
	}
	if len(s.numbers) == sampleSize { // every second one stays
		for i := range sampleSize / 2 {
			s.numbers[i] = s.numbers[2*i]
		}
		s.numbers = s.numbers[:sampleSize/2]
		s.stride *= 2
	}
	s.numbers = append(s.numbers, number)
}

// distinct is how many numbers they are: a payment and its refund have the same one.
func (s *sample) distinct() int {
	different := make(map[string]bool, len(s.numbers))
	for _, number := range s.numbers {
		different[number] = true
	}
	return len(different)
}

// kind asks the ledger which of its numbers these are: what most of them are.
func (s *sample) kind(ctx context.Context, book Book) (kind NumberKind, known int, err error) {
	if len(s.numbers) == 0 {
		return ByOrderNo, 0, nil
	}
	found, err := book.Find(ctx, s.numbers)
	if err != nil {
		return "", 0, err
	}
	kind = ByOrderNo
	for _, k := range numberKinds {
		n := 0
		for _, item := range found.Items {
			if slices.Contains(s.numbers, k.of(item)) {
				n++
			}
		}
		if n > known {
			kind, known = k, n
		}
	}
	return kind, known, nil
}

// maxFindable is the most characters that a number of v1 or v2 has. The ledger is asked for
// many at once, in an address that must not become too long.
const maxFindable = 40

// findable reports whether a number may be one of ours: those of the gateway and the
// merchants have letters and digits only.
func findable(number string) bool {
	return number != "" && len(number) <= maxFindable && !strings.ContainsFunc(number, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && r != '-' && r != '_'
	})
}
