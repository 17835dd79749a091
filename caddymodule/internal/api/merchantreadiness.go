package api

import (
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/delivery"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
	"github.com/paybridge/paybridge/caddymodule/internal/netcause"
	"github.com/paybridge/paybridge/caddymodule/internal/readiness"
	"github.com/paybridge/paybridge/caddymodule/internal/shadow"
)

// ReadinessQuery says whose readiness is wanted, and from how far back.
type ReadinessQuery struct {
	MerID string `json:"merid" doc:"Of this merchant only."`
	Days  int    `json:"days" doc:"What was seen on so many days, today included, 1 to 30. Default: 7."`
	Check bool   `json:"check" doc:"Also tries name, port and TLS of the hosts that are notified; nothing is sent. Needs merid."`
	After string `json:"after" doc:"Goes on after this merchant number: the member next of the answer before."`
	Limit int    `json:"limit" doc:"At most so many, 1 to 500. Default: 50."`
}

// readinessDays is how far back readiness looks when nobody says.
const (
	readinessDays    = 7
	maxReadinessDays = 30
)

// Readiness says whether a merchant can be moved to v2.
type Readiness struct {
	MerID      string            `json:"merid" doc:"The merchant's v1 number."`
	Verdict    readiness.Verdict `json:"verdict" doc:"ready: nothing was found against moving it. look: somebody should look at the reasons first. unknown: too little was seen. not_ready: something would go wrong."`
	Configured bool              `json:"configured" doc:"The configuration that serves has it."`
	Shadow     bool              `json:"shadow" doc:"Its route is shadow: its requests are compared now."`
	Days       int               `json:"days" doc:"On how many days something was compared."`
	FirstDay   string            `json:"first_day,omitempty" doc:"The first of them, in Beijing; absent when there is none."`
	LastDay    string            `json:"last_day,omitempty" doc:"The last of them."`
	Compared   int               `json:"compared" doc:"How many exchanges were compared."`
	Reasons    []ReadinessReason `json:"reasons" doc:"What speaks for and against it, the gravest first."`
	Seen       []ReadinessSeen   `json:"seen" doc:"Everything that was seen: actions, dialects, notification hosts, differences."`
}

// ReadinessReason is one thing that speaks for or against moving a merchant.
type ReadinessReason struct {
	Level   readiness.Level `json:"level" doc:"fail: something would go wrong. missing: not enough was seen to tell. warn: somebody should look. note: good to know."`
	Text    string          `json:"text" doc:"What was found."`
	Advice  string          `json:"advice,omitempty" doc:"What to do."`
	Times   int             `json:"times,omitempty" doc:"How often it was seen within the days; absent for what is not of the traffic, or not counted by day."`
	LastAt  time.Time       `json:"last_at,omitzero" doc:"When it was seen last."`
	Example string          `json:"example,omitempty" doc:"The number of an order of which it was seen."`
}

// ReadinessSeen is one thing that was seen in the shadow.
type ReadinessSeen struct {
	Kind      shadow.Kind `json:"kind" doc:"What kind of thing. compared, uncompared, dialect and host are no differences."`
	Interface string      `json:"interface" doc:"pay, query or cancel."`
	Subject   string      `json:"subject,omitempty" doc:"What it is about: an action, a member, a host, a repair."`
	Detail    string      `json:"detail,omitempty" doc:"More of it: types or codes, the old gateway's first."`
	Times     int         `json:"times" doc:"How often it was seen."`
	LastAt    time.Time   `json:"last_at" doc:"When it was seen last."`
	Example   string      `json:"example,omitempty" doc:"The number of an order of which it was seen."`
}

// ReadinessList is a part of the list of merchants, by number.
type ReadinessList struct {
	Items []Readiness `json:"items" doc:"The merchants, by number."`
	Next  string      `json:"next,omitempty" doc:"Give it as after for those that follow; absent when there are none."`
}

func listReadiness(v *visit, q ReadinessQuery) (ReadinessList, error) {
	since, err := q.since(v.now)
	if err != nil {
		return ReadinessList{}, err
	}
	limit, err := Page{Limit: q.Limit}.limit()
	if err != nil {
		return ReadinessList{}, err
	}
	chosen := []string{q.MerID}
	switch {
	case q.Check && q.MerID == "":
		return ReadinessList{}, badMember("query", "merid", missing.With())
	case q.MerID == "":
		chosen = v.configuredMerchants()
	}
	chosen = chosen[sort.Search(len(chosen), func(i int) bool { return chosen[i] > q.After }):]
	list := ReadinessList{Items: []Readiness{}}
	for _, merID := range chosen[:min(limit, len(chosen))] {
		one, err := v.readiness(merID, since, q.Check)
		if err != nil {
			return ReadinessList{}, err
		}
		list.Items = append(list.Items, one)
	}
	if len(chosen) > limit {
		list.Next = chosen[limit-1]
	}
	return list, nil
}

// since is the first day that counts.
func (q ReadinessQuery) since(now time.Time) (string, error) {
	days := q.Days
	if days == 0 {
		days = readinessDays
	}
	if days < 1 || days > maxReadinessDays {
		return "", badMember("query", "days", outOfRange.With(maxReadinessDays))
	}
	return shadow.DayOf(now.AddDate(0, 0, 1-days)), nil
}

// configuredMerchants are the merchants of the configuration, by number.
func (v *visit) configuredMerchants() []string {
	var list []string
	for _, m := range v.Settings.Merchants.All() {
		list = append(list, m.MerID)
	}
	slices.SortFunc(list, strings.Compare)
	return list
}

// readiness judges one merchant.
func (v *visit) readiness(merID, since string, check bool) (Readiness, error) {
	counts, err := v.Ledger.ShadowCounts(v.ctx, merID, since)
	if err != nil {
		return Readiness{}, err
	}
	facts := readiness.Facts{
		MerID: merID, Merchant: v.Settings.Merchants.ByMerID(merID), Shadows: v.Shadow.watches(merID), ShadowOff: v.Shadow.Off, Alone: !v.beside(), Counts: counts,
	}
	if facts.Merchant == nil {
		facts.MerID = printable(merID)
	} else if err := v.addPassed(&facts, since); err != nil {
		return Readiness{}, err
	}
	if check && facts.Merchant != nil {
		if facts.Tried, err = v.tryHosts(facts.Merchant, readiness.Hosts(counts)); err != nil {
			return Readiness{}, err
		}
	}
	report := readiness.Judge(facts)
	return Readiness{
		MerID: merID, Verdict: report.Verdict, Configured: facts.Merchant != nil, Shadow: facts.Shadows,
		Days: report.Days, FirstDay: report.First, LastDay: report.Last, Compared: report.Compared,
		Reasons: shown(report.Reasons, func(r readiness.Reason) ReadinessReason {
			return ReadinessReason{
				Level: r.Level, Text: r.Text.In(v.lang), Advice: r.Advice.In(v.lang), Times: r.Times, LastAt: r.LastAt, Example: r.Example,
			}
		}),
		Seen: shown(report.Seen, func(s readiness.Sum) ReadinessSeen {
			return ReadinessSeen{
				Kind: s.Kind, Interface: s.Interface, Subject: s.Subject, Detail: s.Detail, Times: s.Times, LastAt: s.LastAt, Example: s.Example,
			}
		}),
	}, nil
}

// maxPassed is more than a merchant can have of what went to the old gateway, and
// maxBackHosts bounds the hosts that are looked up: anybody can make them up.
const (
	maxPassed    = 2000
	maxBackHosts = 50
)

// addPassed adds what of a merchant of the configuration went to the old gateway since a
// day.
func (v *visit) addPassed(facts *readiness.Facts, since string) error {
	passed, err := v.Ledger.OldTraffic(v.ctx, facts.MerID, maxPassed)
	if err != nil {
		return err
	}
	facts.Passed = slices.DeleteFunc(passed.Items, func(o ledger.OldTraffic) bool { return shadow.DayOf(o.Last) < since })
	if len(facts.Passed) == 0 {
		activity, err := v.Ledger.Activity(v.ctx, facts.MerID, v.now)
		facts.OnRecord = !activity.Since.IsZero()
		return err
	}
	if !facts.Merchant.RedirectToBackURLHosts {
		return nil
	}
	facts.PaidHosts = map[string]bool{}
	hosts := readiness.BackHosts(facts.Merchant, facts.Passed)
	for _, host := range hosts[:min(maxBackHosts, len(hosts))] {
		if facts.PaidHosts[host], err = v.Ledger.HasBackURLHost(v.ctx, facts.MerID, host); err != nil {
			return err
		}
	}
	return nil
}

// Limits of trying hosts.
const (
	maxTried    = 20
	triedAtOnce = 4
)

// tryHosts connects to where a merchant was to be notified, some at a time, and
// returns what came of it.
func (v *visit) tryHosts(m *merchants.Merchant, hosts []string) (map[string]netcause.Cause, error) {
	hosts = hosts[:min(maxTried, len(hosts))]
	causes := make([]netcause.Cause, len(hosts))
	err := v.sideBySide(len(hosts), triedAtOnce, func(i int) { causes[i] = delivery.TryAddress(v.ctx, hosts[i], readiness.TargetOf(m)) })
	tried := make(map[string]netcause.Cause)
	for i, host := range hosts {
		tried[host] = causes[i]
	}
	return tried, err
}

// ShadowState is how the comparison with the old gateway stands. The zero value is that
// of a bridge without an old gateway.
type ShadowState struct {
	Watches func(merID string) bool // a merchant's requests are compared
	Off     shadow.Reason           // why nothing is compared, "" when it is
}

// watches reports whether a merchant's requests are compared.
func (s ShadowState) watches(merID string) bool { return s.Watches != nil && s.Watches(merID) }
