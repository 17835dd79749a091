package bridge

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
	"github.com/paybridge/paybridge/translate"
	v1 "github.com/paybridge/paybridge/translate/v1"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// TestSettleWaitsForTheRefund: shortly after a refund was sent nobody can know that it has
// failed, for the gateway's books may not show it yet. What the gateway itself reports as
// failed counts at once.
func TestSettleWaitsForTheRefund(t *testing.T) {
	t.Parallel()
	const late = "2026-11-22 20:10:00" // ten minutes after the refund was sent
	for name, tc := range map[string]struct {
		ask     fault
		passed  time.Duration
		refused string // the time that the refusal names; "" when there is none
	}{
		"no such refund, a minute later":       {notFound, time.Minute, late},
		"the gateway is silent":                {silent, time.Minute, late},
		"no such refund, just before":          {notFound, notFoundGrace - time.Millisecond, late},
		"no such refund, ten minutes later":    {notFound, notFoundGrace, ""},
		"the gateway says 33, a minute later":  {fault{state: "11", refund: v2.RefundFailed}, time.Minute, ""},
		"the gateway says 35, a minute later":  {fault{state: "11", refund: v2.RefundCardFailed}, time.Minute, ""},
		"the gateway refuses the refund query": {refuses, time.Minute, late},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, p, _ := withRefundAccepted(t)
			w.clock.advance(tc.passed)
			w.gateway.setScript(tc.ask)
			wantRefundFailed(t, w, p, tc.refused)
		})
	}
}

// TestSettleWaitsForTheLastRefund: the time counts from the last of the submissions.
func TestSettleWaitsForTheLastRefund(t *testing.T) {
	t.Parallel()
	w, p, o := withRefundAccepted(t)
	for w.gateway.count(v2.TranRefund) < 2 {
		w.gateway.mu.Lock()
		delete(w.gateway.refunds, o.RefundNo)
		w.gateway.mu.Unlock()
		w.stepAt(p)
	}
	surely := w.clock.now().Add(notFoundGrace)
	w.clock.advance(time.Minute)
	w.gateway.setScript(notFound)
	wantRefundFailed(t, w, p, surely.In(translate.Beijing).Format(time.DateTime))
}

// TestSettleAfterARefundThatIsNotOnRecord: whoever began a refund may have submitted it and
// not recorded that; the one who took it over could not submit it.
func TestSettleAfterARefundThatIsNotOnRecord(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := order(v1.WxSao, 1)
	hasPaid(w, p)
	w.diesInRefund(p, false)
	w.gateway.setScript(unsent)
	w.stepAt(p)
	surely := w.clock.now().Add(notFoundGrace)
	w.clock.advance(time.Minute)
	w.gateway.setScript(notFound)
	wantRefundFailed(t, w, p, surely.In(translate.Beijing).Format(time.DateTime))
}

// TestSettleWhereARefundMayBeLeaving: a refund may have left at any time when no call of
// it is on record yet, or when a row of the record cannot be read.
func TestSettleWhereARefundMayBeLeaving(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		meet func(*world, v1.PayRequest, string)
		says string
	}{
		"no call on record": {func(w *world, p v1.PayRequest, _ string) { hasPaid(w, p); w.diesInRefund(p, false) }, "2026-11-22 21:10:00"}, // ten minutes from now
		"unreadable call": {func(w *world, p v1.PayRequest, dir string) {
			hasPaid(w, p)
			w.gateway.setScript(lost)
			w.cancel(p)
			damage(w.tb, dir, `UPDATE events SET times = 'secret' WHERE kind = 'call' AND source = ?`, v2.TranRefund)
		}, "PaybridgeRowsSetAside"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			w := worldAt(t, dir)
			p := order(v1.WxSao, 1)
			c.meet(w, p, dir)
			w.clock.advance(time.Hour)
			w.gateway.setScript(notFound)
			wantRefundFailed(t, w, p, c.says)
		})
	}
}

// wantRefundFailed settles a refund as failed and insists that this is taken, or refused
// with the time at which it can be, in both languages.
func wantRefundFailed(t *testing.T, w *world, p v1.PayRequest, refused string) {
	t.Helper()
	_, err := w.bridge.Settle(t.Context(), w.settings, settlement(p, translate.RefundFailed))
	if refused == "" {
		if err != nil {
			t.Fatal(err)
		}
		w.wantState(p, translate.RefundFailed)
		return
	}
	var said bilingual.Said
	if !errors.Is(err, ErrNotSettled) || !errors.As(err, &said) {
		t.Fatalf("got %v, want a refusal", err)
	}
	for _, text := range []string{said.Error(), said.In(bilingual.Zh)} {
		if !strings.Contains(text, refused) {
			t.Errorf("%q does not name %s", text, refused)
		}
	}
	w.wantState(p, translate.Refunding)
}
