package tests

import (
	"context"
	"fmt"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/paybridge/paybridge/tests/sandbox"
	"github.com/paybridge/paybridge/tests/sandbox/merchant"
)

// burst is how many payers pay in the same moment.
const burst = 1000

// TestBurstOfNotices stops the bridge for two seconds while a thousand payers
// pay: their notices, of two merchants and from one address, come all at once,
// and none of them is turned away: one that is not taken the first time is one that the
// ledger could not take in time, as on a machine where everything waits.
func TestBurstOfNotices(t *testing.T) {
	for name, ledger := range ledgers {
		t.Run(name, func(t *testing.T) {
			w := ledger(t, settings{Extra: hasty, NoticeTimeout: time.Minute})
			w.bridge.start()
			notices := w.paidUnnoticed(burst)
			if err := w.bridge.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
				t.Fatal(err)
			}
			var sent sync.WaitGroup
			for _, n := range notices {
				sent.Go(func() {
					for taken := false; !taken; {
						results, err := w.gateway.SendNotice(context.Background(), n)
						if err != nil {
							t.Errorf("notice of %s: %v %+v", n.OrderID, err, results)
							return
						}
						taken = results[0].Acknowledged()
					}
				})
			}
			pause(context.Background(), 2*time.Second) // the stall
			if err := w.bridge.cmd.Process.Signal(syscall.SIGCONT); err != nil {
				t.Fatal(err)
			}
			sent.Wait()
			counts := w.bridge.metrics()
			for _, result := range []string{"throttled", "refused", "kept", "unread"} {
				n, known := counts[`paybridge_notices_total{result="`+result+`"}`]
				if !known || n != 0 {
					t.Errorf("%v notices are %s (known: %t), want none", n, result, known)
				}
			}
			w.rest()
		})
	}
}

// paidUnnoticed has payers pay a number of orders before the bridge hears of it.
func (w *world) paidUnnoticed(count int) []sandbox.Notice {
	w.t.Helper()
	orders := make(chan string) // the suite of each
	var (
		mu      sync.Mutex
		notices []sandbox.Notice
		atWork  sync.WaitGroup
	)
	for range 16 {
		atWork.Go(func() {
			for suite := range orders {
				n, err := w.paidBy(suite, w.payment(suite, "AliSao", 1999))
				if err != nil {
					w.t.Error(err)
					continue
				}
				mu.Lock()
				notices = append(notices, n)
				mu.Unlock()
			}
		})
	}
	for i := range count {
		orders <- []string{"intl", "gm"}[i%2]
	}
	close(orders)
	atWork.Wait()
	return notices
}

// paidBy submits an order and has its payer pay it; the notice is lost.
func (w *world) paidBy(suite string, p merchant.Payment) (sandbox.Notice, error) {
	reply, err := w.client(suite).Pay(w.ctx(), p)
	if err != nil {
		return sandbox.Notice{}, fmt.Errorf("paying %s: %w", p.OrderID, err)
	}
	if reply.RespCode != "00" {
		return sandbox.Notice{}, fmt.Errorf("paying %s: %s", p.OrderID, reply.Inner)
	}
	notice := sandbox.Notice{MerchantID: shops[suite].Gateway, OrderID: reply.OrderNo()}
	lost := notice
	lost.Delivery = sandbox.DeliverNever
	if err := w.gateway.Pay(sandbox.Payment{Notice: lost}); err != nil {
		return notice, fmt.Errorf("paying %s: %w", p.OrderID, err)
	}
	return notice, nil
}
