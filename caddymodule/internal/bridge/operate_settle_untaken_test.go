package bridge

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/quarantine"
	"github.com/paybridge/paybridge/translate"
	v1 "github.com/paybridge/paybridge/translate/v1"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// TestPaidWhileTheGatewayCloses: the gateway confirms that it has closed an order for an
// operator, and meanwhile a notice has told that it is paid. One of the two is wrong. Both
// calls are on record, and the close is in quarantine for a person.
func TestPaidWhileTheGatewayCloses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.settings.TranCodes.Close = closeCode
	p := order(v1.WxSao, 1)
	w.pay(p)
	w.clock.advance(time.Minute)
	w.gateway.setScript(none, paidMeanwhile(w, p, none))
	_, err := w.bridge.Settle(t.Context(), w.settings, settlement(p, translate.Closed))
	if !errors.Is(err, ErrNotSettled) || !strings.Contains(err.Error(), "the order is paid by now") {
		t.Errorf("the operator hears %v", err)
	}
	o := w.wantState(p, translate.Paid)
	wantCalls(w, p, v2.TranPay, v2.TranQuery, closeCode)
	if told := w.timeline(p, translate.Contradicted.String()); len(told) != 1 || !strings.Contains(told[0], "closed, order is paid") {
		t.Errorf("contradicted: %q", told)
	}
	list, err := w.ledger.QuarantinedMessages(t.Context(), ledger.QuarantineFilter{})
	if err != nil || len(list.Items) != 1 {
		t.Fatalf("in quarantine: %+v, %v", list.Items, err)
	}
	if q := list.Items[0]; q.Key != o.Key || q.Source != "close" || quarantine.CauseOf(q.Cause) != quarantine.OutcomeContradicted {
		t.Errorf("in quarantine: %+v", q)
	}
	wantChange(t, w, p, false)
}

// wantCalls insists on the calls on an order's timeline.
func wantCalls(w *world, p v1.PayRequest, codes ...string) {
	w.tb.Helper()
	calls := w.timeline(p, CallEventKind)
	if len(calls) != len(codes) {
		w.tb.Fatalf("calls on record: %q, want %q", calls, codes)
	}
	for i, code := range codes {
		if !strings.HasPrefix(calls[i], code) {
			w.tb.Errorf("call %d is %q, want %s", i+1, calls[i], code)
		}
	}
}

// TestCallsOfAWordThatIsNotTaken: an operator's word comes to nothing after the gateway was
// asked. What was asked is on record, and the word itself contradicts nobody.
func TestCallsOfAWordThatIsNotTaken(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		state translate.State
		fault string // what the ledger does not take; "" for nothing
		ask   func(*world, v1.PayRequest) []fault
		calls []string
		want  translate.State
	}{
		"failed, paid meanwhile": {
			translate.Failed, "", func(w *world, p v1.PayRequest) []fault { return []fault{paidMeanwhile(w, p, notFound)} },
			[]string{v2.TranPay, v2.TranQuery}, translate.Paid,
		},
		"closed at the gateway, not recorded": {
			translate.Closed, `INSERT ON changes`, func(*world, v1.PayRequest) []fault { return []fault{none, none} },
			[]string{v2.TranPay, v2.TranQuery, closeCode}, translate.InDoubt,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			w := worldAt(t, dir)
			w.settings.TranCodes.Close = closeCode
			p := order(v1.WxSao, 1)
			w.gateway.setScript(silent)
			w.pay(p)
			w.clock.advance(time.Hour)
			if tc.fault != "" {
				defer refuse(t, dir, tc.fault)()
			}
			w.gateway.setScript(tc.ask(w, p)...)
			if _, err := w.bridge.Settle(t.Context(), w.settings, settlement(p, tc.state)); err == nil {
				t.Error("settled")
			}
			w.wantState(p, tc.want)
			wantCalls(w, p, tc.calls...)
			if told := w.timeline(p, translate.Contradicted.String()); len(told) != 0 {
				t.Errorf("contradicted: %q", told)
			}
		})
	}
}
