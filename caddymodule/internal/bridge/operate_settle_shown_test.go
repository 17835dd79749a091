package bridge

import (
	"errors"
	"testing"

	"github.com/paybridge/paybridge/translate"
)

// What a payer can still pay is closed, not failed: what is paid after a close is
// given back, what is paid after a failure is nobody's.
func TestSettleShownOrders(t *testing.T) {
	t.Parallel()
	for name, ask := range map[string]fault{"gateway knows no such order": none, "gateway is silent": silent} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, p, o := hosted(t)
			form := w.form(o)
			w.gateway.setScript(ask)
			if _, err := w.bridge.Settle(t.Context(), w.settings, settlement(p, translate.Failed)); !errors.Is(err, ErrNotSettled) {
				t.Errorf("failed: %v", err)
			}
			if _, err := w.bridge.Settle(t.Context(), w.settings, settlement(p, translate.Closed)); err != nil {
				t.Fatal(err)
			}
			w.gateway.Post(t.Context(), form.encode())
			w.gateway.payer(o.OrderNo)
			if err := w.notice(w.gateway.notice(o.OrderNo, "11", "19.99")); err != nil {
				t.Fatal(err)
			}
			w.stepAt(p)
			w.wantState(p, translate.Refunded)
		})
	}
}
