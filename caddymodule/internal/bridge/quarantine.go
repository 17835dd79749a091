package bridge

import (
	"context"
	"errors"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/quarantine"
	"github.com/paybridge/paybridge/translate"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// quarantine keeps a message aside that is signed but untrue or not understood: it
// changes no order and is passed on to nobody; an operator has to look at it. The
// order is the zero one where the ledger does not know it. The error is the
// ledger's: the message is not on record then.
func (b *Bridge) quarantine(ctx context.Context, order ledger.Order, source string, m v2.Message, cause error) error {
	b.observer.Quarantined()
	kept := quarantined(order, source, m, cause)
	b.log.Error("gateway message quarantined", orderFields(order), zap.String("gateway_merchant", kept.GatewayMerchant),
		zap.String("order_no_named", kept.OrderNo), zap.String("source", source),
		zap.String("cause", string(quarantine.CauseOf(kept.Cause))), zap.Error(cause))
	return b.putAside(ctx, order, kept)
}

// putAside writes a message into the quarantine, or logs that it could not.
func (b *Bridge) putAside(ctx context.Context, order ledger.Order, kept ledger.Quarantined) error {
	err := b.ledger.Quarantine(ctx, kept, b.now())
	if err != nil {
		b.log.Error("quarantine not recorded", orderFields(order), zap.Error(err))
	}
	return err
}

// errContradicts is why a message is kept aside that is in order and denies what was final.
// Nothing follows from it, and only the gateway's people can say what is true.
var errContradicts = errors.New("contradicts what is final")

// keepContradiction keeps the answer aside by which the gateway has contradicted what was
// final. What the bridge concluded by itself is nobody's message.
func (b *Bridge) keepContradiction(
	ctx context.Context, order ledger.Order, update ledger.Update, verdict translate.Verdict, a answer,
) {
	if verdict != translate.Contradicted || update.Own {
		return
	}
	source := callKinds[a.kind].source
	if b.quarantine(ctx, order, source, a.message, errContradicts) == nil {
		return
	}
	// Nobody asks again about what is final: this answer is the only one.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recording)
	defer cancel()
	_ = b.putAside(ctx, order, quarantined(order, source, a.message, errContradicts)) // logged
}

// quarantined is what is kept of a message: numbers, state and amount, as it names
// them.
func quarantined(order ledger.Order, source string, m v2.Message, cause error) ledger.Quarantined {
	named := m.Trace()
	kept := ledger.Quarantined{
		Key: order.Key, GatewayMerchant: m.Head.MerchantID, Source: source, Cause: cause.Error(),
		OrderNo: named.OrderNo, RefundNo: named.RefundNo, GatewayNo: named.GatewayNo, State: named.State, Amount: named.Amount,
		Digest: m.Digest(), FlowNo: m.Head.TranFlowID, TranCode: m.Head.TranCode, RespCode: m.Head.RespCode,
	}
	if order.GatewayMerchant != "" {
		kept.GatewayMerchant = order.GatewayMerchant
	}
	return kept
}
