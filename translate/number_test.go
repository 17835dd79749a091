package translate

import (
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"
)

var (
	noon        = time.Date(2026, 11, 21, 12, 0, 0, 0, Beijing)
	queryIDForm = regexp.MustCompile(`^H[0-9]{3}[0-9]{14}[0-9]{8}$`)
	flowNoForm  = regexp.MustCompile(`^[0-9]{12}[0-9]{14}[0-9]{6}$`)
)

// longest is the longest number that v2 takes (OP1001 orderId).
const longest = 32

func TestNumbers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, got, want string }{
		{"query id", NewQueryID(1, noon, 1), "H0012026112112000000000001"},
		{"query id of the last node", NewQueryID(Nodes-1, noon, 99_999_999), "H9992026112112000099999999"},
		{"query id as the counter turns over", NewQueryID(0, noon, 100_000_000), "H0002026112112000000000000"},
		{"query id at midnight in Beijing", NewQueryID(7, time.Date(2026, 11, 21, 16, 0, 0, 0, time.UTC), 5), "H0072026112200000000000005"},
		{"order number", NewOrderNo("P", "H0012026112112000000000001"), "P0012026112112000000000001"},
		{"order number without prefix", NewOrderNo("", "H0012026112112000000000001"), "0012026112112000000000001"},
		{"order number of no query id", NewOrderNo("P", ""), "P"},
		{"flow number", NewFlowNo(testMerchant, 7, noon, 42), "47305311000120261121120000070042"},
		{"flow number of the last node", NewFlowNo(testMerchant, Nodes-1, noon, 19_999), "47305311000120261121120000999999"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if c.got != c.want {
				t.Errorf("%s, want %s", c.got, c.want)
			}
		})
	}
}

func TestNumbersKeepTheirForm(t *testing.T) {
	t.Parallel()
	prefix := strings.Repeat("P", MaxOrderPrefix)
	rapid.Check(t, func(t *rapid.T) {
		node := rapid.IntRange(0, Nodes-1).Draw(t, "node")
		seq := rapid.Uint64().Draw(t, "seq")
		at := time.Unix(rapid.Int64Range(0, 253_402_214_400).Draw(t, "unix"), 0)
		queryID, flowNo := NewQueryID(node, at, seq), NewFlowNo(testMerchant, node, at, seq)
		if !queryIDForm.MatchString(queryID) {
			t.Fatalf("query id %s", queryID)
		}
		if !flowNoForm.MatchString(flowNo) || len(flowNo) != longest || !strings.HasPrefix(flowNo, testMerchant) {
			t.Fatalf("flow number %s", flowNo)
		}
		refundNo := "R" + NewOrderNo(prefix, queryID)
		if utf8.RuneCountInString(refundNo) != longest {
			t.Fatalf("the longest refund number %s has not the length that MaxOrderPrefix is made for", refundNo)
		}
		if !strings.HasSuffix(NewOrderNo("", queryID), queryID[1:]) {
			t.Fatalf("order number of %s cannot be told from it", queryID)
		}
	})
}

func TestNumbersDiffer(t *testing.T) {
	t.Parallel()
	const drawn = 10_000 // within one second of one node
	seen := make(map[string]bool, 6*drawn)
	for _, node := range []int{0, 1, 99} {
		for seq := range uint64(drawn) {
			start := ^uint64(0)/2 - drawn/2 // any start will do
			seen[NewOrderNo("P", NewQueryID(node, noon, start+seq))] = true
			seen[NewFlowNo(testMerchant, node, noon, start+seq)] = true
		}
	}
	if len(seen) != 6*drawn {
		t.Errorf("%d numbers of %d differ", len(seen), 6*drawn)
	}
	if NewQueryID(1, noon, 1) == NewQueryID(1, noon.Add(time.Second), 1) {
		t.Error("the next second draws the same number")
	}
}
