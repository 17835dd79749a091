//go:build simulation

package simulation

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http/httptest"
	"slices"
	"time"

	"github.com/caddyserver/caddy/v2"

	"github.com/paybridge/paybridge/caddymodule/internal/rollback"
	"github.com/paybridge/paybridge/caddymodule/internal/route"
	"github.com/paybridge/paybridge/translate"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// drawRollback draws the rule of a world by which merchants are turned back, nil for
// none.
func drawRollback(d draw) *rollback.Config {
	if d.once(0.3) {
		return nil
	}
	return &rollback.Config{MinPayments: 5 + d.IntN(5), Window: caddy.Duration(oneOf(d, []time.Duration{time.Minute, 10 * time.Minute})), MaxWorse: 10 + d.IntN(50)}
}

// drawRefusals draws in most of such worlds that v2 refuses most of what comes, for a
// while: beside what else goes wrong, or alone, so that nothing excuses a guard that
// does not act.
func drawRefusals(d draw, others []fault) []fault {
	switch sort := d.Float64(); {
	case sort < 0.3:
		return others
	case sort < 0.6:
		others = nil
	}
	from := d.between(0, ordering/2)
	return append(others, fault{kind: "gateway refuses", from: from, to: from + d.between(ordering/3, ordering), share: 0.5 + 0.5*d.Float64(), number: refusalsNumber})
}

// refusalsNumber is that of a fault beside those that every world may have.
const refusalsNumber = 1000

// What is counted of merchants.
const (
	turnedBack        = "merchants turned back"
	hadToBeTurnedBack = "merchants that had to be turned back"
)

// visit is a request to pay at a process, as somebody sees it who stands at the door.
type visit struct {
	p        *process
	merchant string
	order    string
	scanned  bool          // its merchant hears 00 whatever v2 says
	from, to time.Duration // to is 0 until it is answered
	side     route.Side    // that has answered; "" for neither
	code     string        // of the reply
	gone     bool          // its merchant had hung up before it was answered
}

// visited notes a request to pay.
func (p *process) visited(orderID string, from time.Duration) *visit {
	w := p.m.w
	o := w.order(orderID)
	rule, _ := translate.RuleOf(o.action)
	v := &visit{p: p, order: orderID, scanned: rule.MovesMoneyAtOnce(), merchant: merID(o.merchant), from: from}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.visits = append(w.visits, v)
	return v
}

// answered notes which side has answered, what, and whether that came too late for ctx.
func (v *visit) answered(ctx context.Context, w *world, side route.Side, reply *httptest.ResponseRecorder) {
	if v == nil {
		return
	}
	var body, message struct{ Resp, RespCode string }
	must(json.Unmarshal(reply.Body.Bytes(), &body))
	text, err := base64.StdEncoding.DecodeString(body.Resp)
	must(err)
	must(json.Unmarshal(text, &message))
	w.mu.Lock()
	defer w.mu.Unlock()
	v.to, v.side, v.code, v.gone = w.since(), side, message.RespCode, ctx.Err() != nil
}

// unanswered notes which side has not answered, which counts as a refusal.
func (v *visit) unanswered(w *world, side route.Side) {
	if v == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	v.to, v.side, v.code = w.since(), side, string(v1.CodeBusy)
}

// counted are orders that a process has answered.
type counted map[string]bool

// tally is what can be said of a process from outside.
type tally struct {
	most, refusedMost counted // orders that may have been counted, and as refused
	sure, refusedSure counted // that must have been
}

func newTally() tally { return tally{counted{}, counted{}, counted{}, counted{}} }

// checkTurnedBack checks a merchant that the guard of a process has turned back: to the
// old gateway, by a route to v2 that was in force until then, and by at least so many
// new orders that this process itself has had answered by v2 under that route, within
// the window, with more refusals than the rule allows.
func (w *world) checkTurnedBack(p *process, merID string, before, now version) {
	w.cover.side(turnedBack)
	w.noteOrders("turned back", func(m string) bool { return m == merID })
	if now.to != "old" || !before.leads(route.V2) {
		w.broken("guard", "merchant %s was turned back from %q to %q", merID, before.to, now.to)
	}
	rule := w.plan.rollback
	if rule == nil {
		w.broken("guard", "merchant %s was turned back without a rule", merID)
		return
	}
	since := before.began
	if w.calm(w.since()-turningTakes, w.since(), onWrite, onRead, onCommit, onBridge) { // else it was found a while ago
		since = max(since, w.since()-turningTakes-time.Duration(rule.Window))
	}
	w.mu.Lock()
	t := newTally()
	for _, v := range w.visits {
		if v.p == p && v.merchant == merID && v.side == route.V2 && v.to >= since {
			t.may(w, v)
		}
	}
	w.mu.Unlock()
	if n, refused := len(t.most), len(t.refusedMost); n < rule.MinPayments || refused*100 <= rule.MaxWorse*max(refused, rule.MinPayments) {
		w.broken("guard", "merchant %s was turned back by bridge %d, which has seen v2 refuse at most %d of %d new orders since %s; the rule is %+v",
			merID, p.m.n, refused, n, since, *rule)
	}
}

// may counts an order that the guard may have counted. The merchant of a scanned code
// hears 00 also where v2 has not answered, which counts as refused. One that has hung up
// may have done so at the very instant of the answer, and counts here too.
func (t tally) may(w *world, v *visit) {
	t.most[v.order] = true
	unanswered := v.scanned && !w.calm(v.from, v.to, onCall, onBridge)
	if v.code != "00" || unanswered {
		t.refusedMost[v.order] = true
	}
}

// checkNotTurnedBack checks that the guard of each process has turned back whom it
// must: by what is certain from outside, which is less than the guard knows.
func (w *world) checkNotTurnedBack() {
	if w.plan.rollback == nil {
		return
	}
	lives := map[*process]map[string][]*visit{}
	for _, v := range w.visits {
		if lives[v.p] == nil {
			lives[v.p] = map[string][]*visit{}
		}
		lives[v.p][v.merchant] = append(lives[v.p][v.merchant], v)
	}
	for p, merchants := range lives {
		for merID, visits := range merchants {
			slices.SortFunc(visits, func(a, b *visit) int { return int(a.to - b.to) })
			list := w.versions(merID)
			for i, v := range list {
				next := version{began: longest, seen: longest}
				if i+1 < len(list) {
					next = list[i+1]
				}
				w.checkUnder(p, merID, visits, v, next)
			}
		}
	}
}

// turningTakes is the longest that it takes to turn a merchant back while nothing is in
// trouble.
const turningTakes = 10 * time.Second

// turnedBackBy is when a merchant is turned back at the latest that is found at some
// time: it is tried until the ledger does its work.
func (w *world) turnedBackBy(found time.Duration) time.Duration {
	due := found + turningTakes
	for !w.calm(due-turningTakes, due, onWrite, onCommit) {
		due += time.Second
	}
	return due
}

// stoodStill reports whether a process was ended or frozen between two times.
func (w *world) stoodStill(p *process, from, to time.Duration) bool {
	return slices.ContainsFunc(w.plan.faults, func(f fault) bool {
		ends := map[string]time.Duration{"kill": 0, "restart": 0, "freeze": longestFreeze}
		lasts, does := ends[f.kind]
		return does && f.bridge == p.m.n && f.from <= to && from <= f.from+lasts
	})
}

// checkUnder checks what a process has answered under one route.
func (w *world) checkUnder(p *process, merID string, visits []*visit, now, next version) {
	rule, t, first := w.plan.rollback, newTally(), longest
	for _, v := range visits {
		switch {
		case v.side == route.Old && v.code != "00":
			return // then how much v2 may refuse depends on how often
		case v.side != route.V2 || v.to < now.began || v.to > next.began:
			continue
		}
		first = min(first, v.to)
		if t.may(w, v); v.from >= now.seen+freshness && w.isNew(v) && w.judged(v) {
			t.must(v)
		}
		due := w.turnedBackBy(v.to)
		if len(t.sure) < rule.MinPayments || len(t.refusedSure)*100 <= rule.MaxWorse*len(t.most) ||
			v.to-first > time.Duration(rule.Window)*9/10 || w.stoodStill(p, v.to, due) {
			continue
		}
		if w.cover.side(hadToBeTurnedBack); next.began > due {
			w.broken("guard", "merchant %s was not turned back by bridge %d until %s, which has seen v2 refuse %d of %d new orders since %s; the rule is %+v",
				merID, p.m.n, due, len(t.refusedSure), len(t.most), now.seen, *rule)
		}
		return
	}
}

// must counts an order that the guard must have counted.
func (t tally) must(v *visit) {
	t.sure[v.order] = true
	if v.code != "00" {
		t.refusedSure[v.order] = true
	}
}

// judged reports whether an answer surely says something about v2: that it has taken
// the order, has refused it, or was asked and has not said, while the ledger did its work.
// The guard is not told of answers to merchants that had hung up.
func (w *world) judged(v *visit) bool {
	if v.gone {
		return false
	}
	o := w.order(v.order)
	return v.code == "00" || v.code == "94" ||
		v.code == "96" && o.arrivedAt == route.V2 && v.from <= o.arrived && o.arrived <= v.to && w.calm(v.from, v.to, onWrite, onRead, onCommit)
}

// isNew reports whether nobody has asked for the order before or at the same time.
func (w *world) isNew(v *visit) bool {
	for _, other := range w.visits {
		if other != v && other.order == v.order && other.from <= v.to {
			return false
		}
	}
	return true
}
