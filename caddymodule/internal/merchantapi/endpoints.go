package merchantapi

import (
	"errors"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// endpoints serve the interfaces that merchants POST to, by their route's name.
var endpoints = map[string]func(visit) answer{
	"pay":    servePay,
	"query":  serveQuery,
	"cancel": serveCancel,
}

// servePay serves /api/mpgateway (v1 §3.1).
func servePay(v visit) answer {
	request, err := v1.ParsePay(v.opened.JSON)
	if err != nil {
		return refused(err)
	}
	pay := v.Bridge.Pay
	if v.client.try {
		pay = v.Bridge.TryPay
	}
	reply, err := pay(v.ctx, v.Settings, v.merchant, request, v.client.Address)
	a := answer{json: reply.JSON(), code: reply.RespCode, orderID: request.OrderID, unanswered: reply.Unanswered}
	if refusal, is := errors.AsType[*v1.Error](err); is {
		a.err = refusal
		return a
	}
	a.isOld, a.nothingNew = errors.Is(err, ledger.ErrOtherSide), err != nil || reply.Known
	return a
}

// serveQuery serves /api/query (v1 §3.5).
func serveQuery(v visit) answer {
	ref, err := v1.ParseOrderRef(v.opened.JSON)
	if err != nil {
		return refused(err)
	}
	reply := v.Bridge.Query(v.ctx, v.Settings, ref)
	return answer{json: reply.JSON(), code: reply.RespCode, orderID: reply.OrderID, result: reply.ResultCode}
}

// serveCancel serves /api/cancel (v1 §3.6).
func serveCancel(v visit) answer {
	ref, err := v1.ParseCancel(v.opened.JSON)
	if err != nil {
		return refused(err)
	}
	reply := v.Bridge.Cancel(v.ctx, v.Settings, v.merchant, ref)
	return answer{json: reply.JSON(), code: reply.RespCode, orderID: reply.OrderID}
}
