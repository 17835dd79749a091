package tests

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/paybridge/paybridge/tests/sandbox"
	"github.com/paybridge/paybridge/tests/sandbox/merchant"
)

// load is merchants who keep paying, querying and cancelling while the bridges
// behind them are killed, reloaded or cut off.
type load struct {
	w       *world
	bridges atomic.Pointer[[]*process] // those that merchants call
	stop    context.CancelFunc
	workers sync.WaitGroup

	// strict says that no request may fail, for reloads; otherwise merchants
	// repeat what failed, as real ones do.
	strict bool
	pays   atomic.Int64 // orders that a merchant was answered "00" for
	errs   atomic.Int64
	// unanswered are those of errs in which the connection ended.
	unanswered atomic.Int64
	accepted   sync.Map // orderid → suite, of those of pays
	paid       sync.Map // orderid → suite, of orders whose payer has paid
}

// startLoad lets so many merchants work until stop is called.
func (w *world) startLoad(workers int, strict bool, bridges ...*process) *load {
	ctx, stop := context.WithCancel(context.Background())
	l := &load{w: w, stop: stop, strict: strict}
	l.bridges.Store(&bridges)
	for i := range workers {
		l.workers.Go(func() {
			random := rand.New(rand.NewPCG(uint64(i), 1))
			for ctx.Err() == nil {
				l.shop(ctx, random)
			}
		})
	}
	return l
}

// end stops the merchants and waits for them.
func (l *load) end() {
	l.stop()
	l.workers.Wait()
}

// heard lists the orders that merchants were answered "00" for.
func (l *load) heard() (orders []string) {
	l.accepted.Range(func(id, _ any) bool { orders = append(orders, id.(string)); return true })
	return orders
}

// shop is one order from its payment to, perhaps, its cancellation.
func (l *load) shop(ctx context.Context, random *rand.Rand) {
	suite := []string{"intl", "gm"}[random.IntN(2)]
	action := []string{"WxSao", "AliCode", "USao", "WxH5"}[random.IntN(4)]
	p := l.w.payment(suite, action, 1000*(1+random.Int64N(500)))
	reply := l.pay(ctx, random, suite, p)
	if reply == nil || reply.RespCode != "00" {
		return
	}
	l.pays.Add(1)
	l.accepted.Store(p.OrderID, suite)
	if action == "AliCode" {
		l.paid.Store(p.OrderID, suite)
	} else if random.IntN(10) < 8 {
		l.payerPays(suite, reply)
	}
	if random.IntN(4) == 0 {
		l.ask(ctx, random, suite, p.OrderID)
	}
	if random.IntN(10) == 0 {
		l.cancel(ctx, random, suite, p.OrderID)
	}
}

// pay submits an order and repeats it, as merchants do, until it is answered.
func (l *load) pay(ctx context.Context, random *rand.Rand, suite string, p merchant.Payment) *merchant.Reply {
	for range 20 {
		reply, err := l.client(random, suite).Pay(ctx, p)
		if err == nil && reply.RespCode != "96" {
			return reply
		}
		if ctx.Err() != nil {
			return nil
		}
		l.failed("pay", err, reply)
		pause(ctx, 50*time.Millisecond)
	}
	return nil
}

func (l *load) client(random *rand.Rand, suite string) *merchant.Client {
	bridges := *l.bridges.Load()
	return l.w.clientOf(suite, bridges[random.IntN(len(bridges))])
}

// failed counts a failure, which a strict load does not bear: every answer must
// be a good one. A connection that ends without an answer is counted apart. On
// a machine so busy that a merchant's request follows its connection later than
// the pause of a reload, Go's HTTP server still closes it; the merchant repeats.
func (l *load) failed(what string, err error, reply *merchant.Reply) {
	l.errs.Add(1)
	unanswered := errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET)
	if unanswered {
		l.unanswered.Add(1)
	}
	if l.strict && !unanswered {
		l.w.t.Errorf("%s failed: %v %+v", what, err, reply)
	}
}

func (l *load) payerPays(suite string, reply *merchant.Reply) {
	notice := sandbox.Notice{MerchantID: shops[suite].Gateway, OrderID: reply.OrderNo()}
	if l.w.gateway.Pay(sandbox.Payment{Notice: notice}) == nil {
		l.paid.Store(reply.OrderID, suite)
	}
}

func (l *load) ask(ctx context.Context, random *rand.Rand, suite, orderID string) {
	reply, err := l.client(random, suite).Query(ctx, merchant.Lookup{OrderID: orderID})
	switch {
	case err == nil && reply.RespCode == "00":
		l.w.seen.note(orderID, reply.ResultCode)
	case ctx.Err() == nil:
		l.failed("query", err, reply)
	}
}

func (l *load) cancel(ctx context.Context, random *rand.Rand, suite, orderID string) {
	l.w.seen.cancelled(orderID) // from the moment it is asked for
	reply, err := l.client(random, suite).Cancel(ctx, merchant.Lookup{OrderID: orderID})
	if err != nil && ctx.Err() == nil {
		l.failed("cancel", err, reply)
	}
}

// pause waits, for merchants who count seconds.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// allNotified checks that every paid order that is still paid has been
// acknowledged by its merchant.
func (l *load) allNotified(t *testing.T) {
	t.Helper()
	states := make(map[string]ledgerRow)
	for _, r := range l.w.rows() {
		states[r.orderID] = r
	}
	orders := 0
	l.paid.Range(func(id, _ any) bool {
		orderID := id.(string)
		orders++
		if r := states[orderID]; r.state == "paid" && !l.w.acknowledged(orderID) {
			t.Errorf("O2: order %s is paid and its merchant does not know; notification %s", orderID, r.notified)
		}
		return true
	})
	t.Logf("%d orders answered with 00, %d of them paid, %d failed requests", l.pays.Load(), orders, l.errs.Load())
}
