package metrics

import "time"

// PassedResult says what became of a request that was passed on to the old gateway.
type PassedResult string

// The results of requests that were passed on.
const (
	PassedAnswered   PassedResult = "answered"   // whatever the status
	PassedUnanswered PassedResult = "unanswered" // the bridge has answered in its place
	PassedBrokeOff   PassedResult = "broke_off"  // in the midst of the answer, by either side
)

// passed is what is passed on to the old gateway.
type passed struct {
	requests counters
	took     durations
}

// passedNames are the interfaces of the old gateway by the names of their routes;
// unsupported are those that the bridge itself does not have.
var passedNames = set{"pay", "query", "cancel", "gopay", "openid", "gateway", "paying", "result", "status", "unsupported"}

func newPassed() passed {
	name := label{"interface", passedNames}
	return passed{
		requests: newCounters("old_gateway_requests_total",
			"Requests passed on to the old gateway by interface and what became of them.",
			name, label{"result", setOf(PassedAnswered, PassedUnanswered, PassedBrokeOff)}),
		took: newDurations("old_gateway_request_duration_seconds",
			"How long requests took that were passed on to the old gateway, to the end of the answer.", waits, name),
	}
}

// RequestPassed counts a request that was passed on to the old gateway.
func (m *Metrics) RequestPassed(endpoint string, result PassedResult, took time.Duration) {
	if m == nil {
		return
	}
	m.passed.requests.add(endpoint, string(result))
	m.passed.took.observe(took, endpoint)
}
