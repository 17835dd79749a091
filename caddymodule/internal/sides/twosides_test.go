package sides

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"go.uber.org/zap"
	"pgregory.net/rapid"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/route"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// Whatever routes say, ledgers do and clients repeat: no order is ever served on two
// sides, by any of two bridges, and none of the old side without a mark or a place
// for it.
func TestNoOrderHasTwoSides(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		store := newFakeLedger()
		bridges := []*Sides{}
		for range 2 {
			s := New(store, zap.NewNop(), machine, new(counts))
			defer s.Close()
			s.moved.know(nil)
			bridges = append(bridges, s)
		}
		served := map[ledger.Key]route.Side{}
		everMoved := map[string]bool{}
		for range rapid.IntRange(1, 60).Draw(rt, "steps") {
			s := rapid.SampledFrom(bridges).Draw(rt, "bridge")
			p := payment(rapid.SampledFrom([]string{"A", "B"}).Draw(rt, "merchant"), fmt.Sprint(rapid.IntRange(0, 6).Draw(rt, "order")))
			p.Action = rapid.SampledFrom([]v1.Action{v1.WxSao, v1.AliCode, "Odd"}).Draw(rt, "action")
			p.Verified = rapid.IntRange(0, 9).Draw(rt, "signature") > 0
			r := rapid.SampledFrom([]route.Route{route.ToOld, route.ToV2, {Mode: route.ModeV2, Percent: 40}}).Draw(rt, "route")
			store.away = rapid.IntRange(0, 4).Draw(rt, "away") == 0
			s.reads.retry.Store(0)
			s.marks.retry.Store(0)
			for _, other := range bridges { // what every bridge does within a second
				if everMoved[p.MerID] {
					other.moved.add(p.MerID)
				}
				if err := other.makeUp(context.Background()); err != nil && !store.away {
					rt.Fatal(err)
				}
			}
			d := s.OfPayment(context.Background(), p, r)
			if d.Side == "" || !p.Verified { // what is not verified is refused, by either side
				continue
			}
			if d.Side == route.V2 {
				switch err := store.begin(p.key()); {
				case errors.Is(err, ledger.ErrOtherSide):
					d.Side = route.Old // and is passed on
				case err != nil:
					continue // hears 96
				}
				everMoved[p.MerID] = true
			}
			if was := served[p.key()]; was != "" && was != d.Side {
				rt.Fatalf("%v was served by %s, then by %s (%s)", p.key(), was, d.Side, d.Cause)
			}
			served[p.key()] = d.Side
			if _, marked := store.marks[p.key()]; d.Side == route.Old && !marked && !s.late.has(p.key()) {
				rt.Fatalf("%v went to the old gateway without a mark", p.key())
			}
		}
	})
}
