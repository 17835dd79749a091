package metrics

import (
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/refusals"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// requests is what comes in from merchants, payers and the gateway.
type requests struct {
	served  counters
	refused counters
	took    durations
	pages   counters
	notices counters
	away    counters
}

var (
	interfaces  = set{"pay", "query", "cancel", "unsupported"}
	pageNames   = set{"gopay", "openid", "paying", "result", "status", "gateway", "unsupported"}
	pageResults = set{"shown", "redirected", "refused", "failed"}
)

// NoticeResult says what became of a notice of the gateway.
type NoticeResult string

// The results of notices. Only Taken is acknowledged.
const (
	NoticeTaken      NoticeResult = "taken"           // what it says is durable
	NoticeRefused    NoticeResult = "refused"         // could not be opened or read
	NoticeKept       NoticeResult = "kept"            // signed, but does not match the ledger: kept aside
	NoticeNotDurable NoticeResult = "not_durable"     // the ledger could not take it
	NoticeUnopened   NoticeResult = "key_unavailable" // the private key is in a token that is away
	NoticeThrottled  NoticeResult = "throttled"       // too many bad ones from one address
	NoticeUnread     NoticeResult = "unread"          // no form that could be read, or the bridge is not running
)

func newRequests() requests {
	return requests{
		served: newCounters("requests_total",
			"v1 requests of merchants by interface and respcode. 00 is success, 91 a wrong signature, 96 busy or unknown.",
			label{"interface", interfaces}, label{"result", setOf(v1.Codes()...)}),
		refused: newCounters("refused_requests_total",
			"v1 requests of merchants that were refused, by cause: a name of \"caddy paybridge explain\", or not_examined beyond what is examined.",
			label{"cause", refusals.Causes()}),
		took: newDurations("request_duration_seconds",
			"How long merchants waited for the answer to a v1 request. Their programs give up at 16 s.",
			waits, label{"interface", interfaces}),
		pages: newCounters("pages_total",
			"Requests of payers' browsers by page and result.",
			label{"page", pageNames}, label{"result", pageResults}),
		notices: newCounters("notices_total",
			"Notices of the gateway by what became of them. Only those taken are acknowledged.",
			label{"result", setOf(NoticeTaken, NoticeRefused, NoticeKept, NoticeNotDurable, NoticeUnopened, NoticeThrottled, NoticeUnread)}),
		away: newCounters("bodies_turned_away_total",
			"Large requests that were not read because others needed the room: their senders rest, or send very much."),
	}
}

// RequestServed counts a v1 request that was answered.
func (m *Metrics) RequestServed(endpoint string, code v1.Code, took time.Duration) {
	if m == nil {
		return
	}
	m.requests.served.add(endpoint, string(code))
	m.requests.took.observe(took, endpoint)
}

// RequestRefused counts a v1 request that was refused, by its cause.
func (m *Metrics) RequestRefused(cause string) {
	if m == nil {
		return
	}
	m.requests.refused.add(cause)
}

// PageServed counts a request of a payer's browser by the status of its answer.
// The pages are gopay, openid, paying, result, status, gateway and unsupported.
func (m *Metrics) PageServed(page string, status int) {
	if m == nil {
		return
	}
	m.requests.pages.add(page, pageResult(status))
}

func pageResult(status int) string {
	switch status / 100 {
	case 2:
		return "shown"
	case 3:
		return "redirected"
	case 4:
		return "refused"
	}
	return "failed"
}

// NoticeFinished counts a notice of the gateway.
func (m *Metrics) NoticeFinished(result NoticeResult) {
	if m == nil {
		return
	}
	m.requests.notices.add(string(result))
}

// BodyTurnedAway counts a request whose body had to give way to others.
func (m *Metrics) BodyTurnedAway() {
	if m == nil {
		return
	}
	m.requests.away.add()
}
