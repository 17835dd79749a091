package api

import (
	"github.com/paybridge/paybridge/caddymodule/internal/bridge"
	"github.com/paybridge/paybridge/translate"
)

// SettleRequest is an operator's word on what became of an order that is stuck, or
// final and contradicted by the gateway.
type SettleRequest struct {
	MerID     string          `json:"merid" need:"true" doc:"The merchant's v1 number."`
	OrderID   string          `json:"orderid" need:"true" doc:"Any number of the order."`
	State     translate.State `json:"state" need:"true" doc:"What became of it. What can be said depends on the state in which the order is stuck."`
	GatewayNo string          `json:"gateway_no,omitzero" doc:"The gateway's own number of the payment or of the refund, as the gateway's people tell it. Needed where money is said to have moved."`
	Why       string          `json:"why,omitzero" doc:"The reason, kept with the change. Needed unless dry_run is set."`
	DryRun    bool            `json:"dry_run,omitzero" doc:"Only tell whether it would be done. The gateway is asked all the same, and what it says for certain is recorded."`
}

// SettleAnswer says how the order stands now.
type SettleAnswer struct {
	Order       Order           `json:"order" doc:"The order as it stands now."`
	Before      translate.State `json:"before" doc:"How it stood before."`
	Settled     bool            `json:"settled" doc:"The operator's word was recorded."`
	ByGateway   bool            `json:"by_gateway" doc:"The gateway was certain by itself; its word was recorded instead."`
	GatewaySaid string          `json:"gateway_said" doc:"What the gateway said when it was asked just now."`
	DryRun      bool            `json:"dry_run" doc:"Nothing was changed, except by the gateway's own word."`
}

// maxGatewayNo is the longest number that the gateway can have given.
const maxGatewayNo = 64

func settleOrder(v *visit, r SettleRequest) (SettleAnswer, error) {
	if len(r.GatewayNo) > maxGatewayNo || plain(r.GatewayNo, maxGatewayNo) != r.GatewayNo {
		return SettleAnswer{}, badMember("body", "gateway_no", notAGatewayNo.With())
	}
	if !r.DryRun {
		if err := checkWhy(r.Why); err != nil {
			return SettleAnswer{}, err
		}
	}
	order, err := v.find(r.MerID, r.OrderID)
	if err != nil {
		return SettleAnswer{}, err
	}
	done, err := v.Bridge.Settle(v.ctx, v.Settings, bridge.Settlement{
		Key: order.Key, State: r.State, GatewayNo: r.GatewayNo, Who: v.who, Why: r.Why, DryRun: r.DryRun,
	})
	if err != nil {
		return SettleAnswer{}, err
	}
	return SettleAnswer{
		Order: v.order(done.Order), Before: done.Before, ByGateway: done.ByGateway, GatewaySaid: gatewaySaid(v.lang, done.Said),
		Settled: !r.DryRun && !done.ByGateway, DryRun: r.DryRun,
	}, nil
}
