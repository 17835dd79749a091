package api

// RefundRequest names an order whose refund is to be tried again.
type RefundRequest struct {
	MerID   string `json:"merid" need:"true" doc:"The merchant's v1 number."`
	OrderID string `json:"orderid" need:"true" doc:"Any number of the order."`
	Why     string `json:"why,omitzero" doc:"The reason, kept with the change. Needed unless dry_run is set."`
	DryRun  bool   `json:"dry_run,omitzero" doc:"Only tell whether it could be tried; the gateway is not asked."`
}

// RefundAnswer says how the order stands after the try.
type RefundAnswer struct {
	Order       Order  `json:"order" doc:"The order as it stands now."`
	GatewaySaid string `json:"gateway_said,omitempty" doc:"What the gateway said of the refund before it was submitted again."`
	DryRun      bool   `json:"dry_run" doc:"Nothing was changed."`
}

func retryRefund(v *visit, r RefundRequest) (RefundAnswer, error) {
	if !r.DryRun {
		if err := checkWhy(r.Why); err != nil {
			return RefundAnswer{}, err
		}
	}
	order, err := v.find(r.MerID, r.OrderID)
	if err != nil {
		return RefundAnswer{}, err
	}
	if r.DryRun {
		if err := v.Bridge.MayRetryRefund(v.ctx, v.Settings, order); err != nil {
			return RefundAnswer{}, err
		}
		return RefundAnswer{Order: v.order(order), DryRun: true}, nil
	}
	after, said, err := v.Bridge.RetryRefund(v.ctx, v.Settings, order.Key, v.change(r.Why))
	if err != nil {
		return RefundAnswer{}, err
	}
	return RefundAnswer{Order: v.order(after), GatewaySaid: gatewaySaid(v.lang, said)}, nil
}
