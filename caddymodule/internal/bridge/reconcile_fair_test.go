package bridge

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
	v1 "github.com/paybridge/paybridge/translate/v1"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// partlyDeaf is a gateway that never answers about orders whose number begins with
// deafNumber.
type partlyDeaf struct {
	*fakeGateway
	mu   sync.Mutex
	hung int
	most int // the most calls that hung at the same time
}

const deafNumber = "PB8991"

// Post implements Gateway.
func (g *partlyDeaf) Post(ctx context.Context, form string) RoundTrip {
	message := g.open(form)
	if !strings.HasPrefix(message.Body["orderId"], deafNumber) {
		return g.fakeGateway.Post(ctx, form)
	}
	g.count(1)
	defer g.count(-1)
	<-ctx.Done()
	return RoundTrip{Sent: true, Err: ctx.Err()}
}

func (g *partlyDeaf) count(n int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.hung += n
	g.most = max(g.most, g.hung)
}

// inDoubt puts an order of a merchant into the ledger whose next query is due at a
// time.
func (w *world) inDoubt(merID string, n int, due time.Time) ledger.Order {
	w.tb.Helper()
	o := ledger.Order{
		Key: ledger.Key{MerID: merID, OrderID: fmt.Sprintf("fair%06d", n)}, QueryID: fmt.Sprintf("HFAIR%s%06d", merID, n),
		OrderNo: fmt.Sprintf("PB%s%06d", merID, n), FlowNo: fmt.Sprintf("F%s%06d", merID, n),
		GatewayMerchant: gatewayMerchant, Action: string(v1.WxCode), Amount: 1999,
		State: translate.Sent, CreatedAt: time.Now(), SentAt: time.Now(), ExpiresAt: time.Now().Add(2 * time.Hour), Next: due,
	}
	if _, _, err := w.ledger.Begin(w.tb.Context(), o); err != nil {
		w.tb.Fatal(err)
	}
	if _, _, err := w.ledger.Record(w.tb.Context(), o.Key, ledger.Update{State: translate.InDoubt, At: time.Now(), Claim: 1, Next: due}); err != nil {
		w.tb.Fatal(err)
	}
	return o
}

// Queries that hang, of however many orders of a merchant, hold no more than the
// merchant's share, and another's order is settled when it is due.
func TestHangingQueriesDelayNobody(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name              string
		merchants, orders int           // whose queries hang, and how many of each
		warmUp            time.Duration // before the other's order comes up
		most              int           // queries that hang at the same time
	}{
		{"600 orders of one merchant", 1, 600, 0, stepsPerMerchant},
		{"100 orders of each of six merchants", 6, 100, 0, 6 * stepsPerMerchant},
		{"40 orders of each of 15 merchants", 15, 40, 30 * time.Second, stepsAtOnce},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				w := bubble(t, dir)
				gateway := &partlyDeaf{fakeGateway: w.gateway}
				s := settingsOn(gateway)
				s.QuerySchedule = s.QuerySchedule[:1] // they come up again and again
				w.bridge.Attach(s)
				for i := range c.merchants {
					for j := range c.orders {
						w.inDoubt(fmt.Sprintf("8991%04d", i), j, time.Now())
					}
				}
				time.Sleep(c.warmUp)
				w.bridge.wake()
				synctest.Wait()
				other := w.inDoubt("89999999", 1, time.Now().Add(5*time.Second))
				w.gateway.mu.Lock()
				w.gateway.books[other.OrderNo] = &booked{amount: "19.99", state: v2.TranSuccess}
				w.gateway.mu.Unlock()
				time.Sleep(5*time.Second + pollEvery)
				synctest.Wait()
				if o, err := w.ledger.Order(t.Context(), other.Key); err != nil || o.State != translate.Paid {
					t.Errorf("a second after its query was due the other's order is %s, %v", o.State, err)
				}
				gateway.mu.Lock()
				defer gateway.mu.Unlock()
				if gateway.most == 0 || gateway.most > c.most {
					t.Errorf("%d queries hung at the same time, want at most %d", gateway.most, c.most)
				}
			})
		})
	}
}

// A merchant's share is free again when its steps have ended, and slow merchants
// leave a part to the others.
func TestStepSlots(t *testing.T) {
	t.Parallel()
	s := newStepSlots()
	fill := func(merID string) (taken []stepSlot) {
		room := s.offer()
		_, free := room.Merchant(merID)
		for range room.Grant(merID, "", min(free, room.Limit)) {
			taken = append(taken, s.take(merID))
		}
		return taken
	}
	for i := range 10 {
		for _, slot := range fill(fmt.Sprint("slow", i)) {
			defer s.giveBack(slot, slowStep)
		}
	}
	if room := s.offer(); room.Limit != 0 {
		t.Fatalf("room for %d when all is taken", room.Limit)
	}
	s = newStepSlots()
	for i := range 10 {
		s.giveBack(s.take(fmt.Sprint("slow", i)), slowStep)
	}
	all := 0
	for i := range 10 {
		all += len(fill(fmt.Sprint("slow", i)))
	}
	if quick := len(fill("quick")); all != slowSteps || quick != stepsPerMerchant {
		t.Errorf("slow merchants have %d slots, a quick one %d", all, quick)
	}
	s.giveBack(s.take("slow9"), slowStep-1)
	if got := len(fill("slow9")); got != stepsPerMerchant {
		t.Errorf("a merchant that was quick again has %d slots", got)
	}
}
