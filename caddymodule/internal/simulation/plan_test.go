//go:build simulation

package simulation

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/rollback"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// plan is all that a world is made from. Orders and faults may be taken out.
type plan struct {
	seed     uint64
	most     int // see drawPlan
	bridges  int
	shared   bool // on the model of PostgreSQL; SQLite otherwise, with one bridge
	closes   bool // the gateway has a close
	beside   bool // there is an old gateway, too
	shadow   sight
	flips    []flip
	byHand   []byHand
	patient  bool             // the world lasts until refunds have been tried again
	rollback *rollback.Config // by which merchants are turned back, nil for never
	orders   []orderPlan
	faults   []fault
}

// orderPlan is one order of a merchant.
type orderPlan struct {
	n        int
	merchant int
	action   v1.Action
	amount   int64 // fen
	at       time.Duration
	temper   string // of the merchant, see tempers
	payer    string // see payers
	silent   bool   // no backurl
}

func (o orderPlan) id() string { return fmt.Sprintf("2026112200%06d", o.n) }

// The times of a world, from its beginning.
const (
	ordering   = time.Minute     // orders come
	trouble    = 4 * time.Minute // faults strike
	expiry     = 2 * time.Minute // of an order
	longest    = 2 * time.Hour   // everything has ended by then
	ordersMost = 120             // see drawPlan; where nothing else is said
)

// acts are the actions that orders have.
var acts = []v1.Action{v1.WxCode, v1.WxSao, v1.WxH5, v1.AliCode, v1.AliSao, v1.AliWap, v1.QQCode, v1.USao}

// drawPlan draws the world of a seed. Which kinds of faults there are is drawn first,
// for all at once: worlds differ more so than if every kind were in every world. It has
// five orders or more, and fewer than most, which all come in the same minute.
func drawPlan(seed uint64, most int) plan {
	d := chance(seed).of("plan")
	p := plan{seed: seed, most: most, bridges: 1, shared: d.once(0.5), closes: d.once(0.3)}
	if p.shared {
		p.bridges = 1 + d.IntN(3)
	}
	for n := range 5 + d.IntN(most-5) {
		p.orders = append(p.orders, orderPlan{
			n: n, merchant: drawMerchant(d), action: oneOf(d, acts), amount: 1 + d.Int64N(100_000),
			at: d.between(0, ordering), temper: oneOf(d, temperNames), payer: oneOf(d, payerNames), silent: d.once(0.1),
		})
	}
	if moves := chance(seed).of("moves"); moves.once(0.4) {
		p.rollback = drawRollback(chance(seed).of("rollback"))
		p.beside, p.flips = true, drawFlips(moves, p.bridges, p.rollback != nil)
	}
	if d := chance(seed).of("operators"); d.once(0.4) {
		p.byHand, p.patient = drawByHand(d, p.bridges), d.once(0.2)
	}
	for _, kind := range kinds {
		if !d.once(0.3) || kind.shared && !p.shared || kind.beside && !p.beside {
			continue
		}
		for range 1 + d.IntN(3) {
			from := d.between(0, trouble/2)
			p.faults = append(p.faults, fault{
				kind: kind.name, from: from, to: min(from+d.between(time.Second, 2*time.Minute), trouble),
				share: 0.1 + 0.9*d.Float64(), bridge: d.IntN(p.bridges), number: len(p.faults),
			})
		}
	}
	if p.rollback != nil {
		p.faults = drawRefusals(chance(seed).of("refusals"), p.faults)
	}
	return p
}

// String writes the plan for people.
func (p plan) String() string {
	var b strings.Builder
	ledger := "SQLite"
	if p.shared {
		ledger = "the model of PostgreSQL"
	}
	fmt.Fprintf(&b, "seed %d: %d bridges on %s, close %v\n", p.seed, p.bridges, ledger, p.closes)
	for _, o := range p.orders {
		fmt.Fprintf(&b, "  order %s: merchant %d, %s, %d fen at %s, %s, payer %s, silent %v\n",
			o.id(), o.merchant, o.action, o.amount, o.at.Round(time.Millisecond), o.temper, o.payer, o.silent)
	}
	if p.rollback != nil {
		fmt.Fprintf(&b, "  merchants are turned back by %+v\n", *p.rollback)
	}
	for _, f := range p.flips {
		fmt.Fprintf(&b, "  merchant %d goes to %s at %s by bridge %d\n", f.merchant, f.to, f.at.Round(time.Millisecond), f.bridge)
	}
	for _, h := range p.byHand {
		fmt.Fprintf(&b, "  by hand %d: %s\n", h.number, h)
	}
	for _, f := range p.faults {
		fmt.Fprintf(&b, "  fault %d: %s\n", f.number, f)
	}
	return b.String()
}

// kept says what is left of the plan of a seed, as only reads it.
func (p plan) kept() string {
	kept := keep{Bridges: p.bridges, Orders: []int{}, Faults: []int{}, ByHand: []int{}}
	for _, o := range p.orders {
		kept.Orders = append(kept.Orders, o.n)
	}
	for _, f := range p.faults {
		kept.Faults = append(kept.Faults, f.number)
	}
	for _, h := range p.byHand {
		kept.ByHand = append(kept.ByHand, h.number)
	}
	text, err := json.Marshal(kept)
	must(err)
	return string(text)
}

// keep is what is left of a plan.
type keep struct {
	Bridges                int
	Orders, Faults, ByHand []int
}

// only leaves of a plan what kept has said; all of it when that is empty.
func (p plan) only(kept string) (plan, error) {
	if kept == "" {
		return p, nil
	}
	var k keep
	if err := json.Unmarshal([]byte(kept), &k); err != nil {
		return p, fmt.Errorf("reading what to keep: %w", err)
	}
	p.orders = slices.DeleteFunc(p.orders, func(o orderPlan) bool { return !slices.Contains(k.Orders, o.n) })
	p.faults = slices.DeleteFunc(p.faults, func(f fault) bool { return !slices.Contains(k.Faults, f.number) })
	p.byHand = slices.DeleteFunc(p.byHand, func(h byHand) bool { return !slices.Contains(k.ByHand, h.number) })
	p.onBridges(k.Bridges)
	return p, nil
}

// onBridges leaves a plan so many bridges.
func (p *plan) onBridges(n int) {
	p.bridges, p.faults, p.flips, p.byHand = n, slices.Clone(p.faults), slices.Clone(p.flips), slices.Clone(p.byHand)
	for i := range p.faults {
		p.faults[i].bridge = min(p.faults[i].bridge, n-1)
	}
	for i := range p.flips {
		p.flips[i].bridge = min(p.flips[i].bridge, n-1)
	}
	for i := range p.byHand {
		p.byHand[i].bridge = min(p.byHand[i].bridge, n-1)
	}
}
