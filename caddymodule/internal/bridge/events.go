package bridge

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// What the bridge writes on an order's timeline besides its states. An event
// holds numbers and codes of the message and nothing else of it.
const (
	CallEventKind   = "call"   // CallEventKind is a call to the gateway; Source is its transaction code
	noticeEventKind = "notice" // a notice of the gateway
)

// callEvent is what the timeline keeps of a call: its flow number, what was
// answered or why nothing was, and how long that took.
func callEvent(out outgoing, start, end time.Time, answer v2.Statement, failed *failure) ledger.Event {
	said := statementText(answer)
	if failed != nil {
		cause, _, _ := strings.Cut(failed.reason, "\n") // a panic has its stack below
		said = fmt.Sprintf("%s (%s)", failed.class, cause)
	}
	return ledger.Event{
		At: start, Kind: CallEventKind, Source: out.tranCode,
		Detail: fmt.Sprintf("%s: %s, %s", out.flowNo, said, end.Sub(start).Round(time.Millisecond)),
	}
}

// Call is what the timeline tells of a call to the gateway.
type Call struct {
	FlowNo string    // of our message
	Said   string    // respCode and state of the answer; "" when there is none to believe
	Class  CallClass // why there is none, and why that is
	Cause  string
	Took   string // to the millisecond
}

// callDetail is what callEvent writes.
var callDetail = regexp.MustCompile(`^(\S*): (?:([a-z_]+) \((.*)\)|(.*)), (\S+)$`)

// ReadCall reads an event that callEvent has made.
func ReadCall(e ledger.Event) (Call, bool) {
	parts := callDetail.FindStringSubmatch(e.Detail)
	if e.Kind != CallEventKind || parts == nil {
		return Call{}, false
	}
	return Call{FlowNo: parts[1], Class: CallClass(parts[2]), Cause: parts[3], Said: parts[4], Took: parts[5]}, true
}

// unsentCall reports whether an event tells of a call that did not leave the bridge.
func unsentCall(e ledger.Event) bool {
	call, known := ReadCall(e)
	return known && call.Class == CallUnsent
}

// refusedInPassing reports whether an event tells of a submission of a refund that the gateway
// has refused for a reason that can pass: as [translate.JudgeRefund] says of its answer, with an
// error code and no state.
func refusedInPassing(e ledger.Event) bool {
	call, known := ReadCall(e)
	return known && v2.Classify(call.Said) == v2.Refused && !v2.RefusesForm(call.Said)
}

// noticeEvent is what the timeline keeps of a notice.
// One that comes again is counted.
func noticeEvent(at time.Time, said v2.Statement) ledger.Event {
	return ledger.Event{
		At: at, Kind: noticeEventKind, Source: "notice", Repeats: true,
		Detail: fmt.Sprintf("%s: %s", shortWord(said.Head.TranFlowID, maxFlowNo), statementText(said)),
	}
}

// recordEvents writes down calls that changed nothing and that nothing else records.
func (b *Bridge) recordEvents(ctx context.Context, order ledger.Order, events ...ledger.Event) {
	if len(events) == 0 {
		return
	}
	if err := b.ledger.AddEvents(ctx, order.Key, events...); err != nil {
		b.log.Warn("calls of an order not recorded", orderFields(order), zap.Error(err))
	}
}

// statementText is respCode and state of a message, as far as it has them.
func statementText(said v2.Statement) string {
	var words []string
	if code := shortWord(said.Head.RespCode, maxCode); code != "" {
		words = append(words, code)
	}
	if state := shortWord(said.State(), maxCode); state != "" {
		words = append(words, "state "+state)
	}
	if len(words) == 0 {
		return "neither code nor state"
	}
	return strings.Join(words, ", ")
}

// The longest that codes and flow numbers of the gateway are, in bytes.
const (
	maxCode   = 8
	maxFlowNo = 32
)

// shortWord is a code or number of the gateway as it may be shown: "?" when it
// is not what such a thing looks like.
func shortWord(word string, longest int) string {
	odd := func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	}
	if len(word) > longest || strings.ContainsFunc(word, odd) {
		return "?"
	}
	return word
}
