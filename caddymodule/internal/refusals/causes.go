package refusals

import (
	"cmp"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
	"github.com/paybridge/paybridge/caddymodule/internal/explain"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// The causes that are not explain's.
const (
	// NotExamined: it came when the worker had enough to do, or was too long to be held.
	NotExamined = "not_examined"
	// NotReceived: the request broke off or was not received in time.
	NotReceived = "not_received"
	// NotByItself: explain finds nothing wrong with the request; a limit of the bridge
	// or its configuration refused it.
	NotByItself = "not_by_itself"
)

// ofLedger are the causes that only the ledger and the gateway know, by the code that
// the merchant heard.
var ofLedger = map[v1.Code]string{
	v1.CodeConflict: "order_number_used",
	v1.CodeNoOrder:  "no_such_order",
	v1.CodeRefused:  "refused_by_gateway",
	v1.CodeState:    "not_possible_now",
}

// ofRequest are the codes that tell of the request alone: explain knows why.
var ofRequest = map[v1.Code]bool{
	v1.CodeBadRequest: true, v1.CodeSignature: true, v1.CodeUnsupported: true, v1.CodeAmount: true,
}

// titles are what the causes that are not explain's mean, by language.
var titles = map[string]map[bilingual.Lang]string{
	NotExamined: {
		bilingual.En: "More requests were refused than are examined, or the request was long. The log line of each tells its respcode.",
		bilingual.Zh: "被拒绝的请求多于可分析的数量，或请求过长，因此没有分析；每个请求的日志行中有 respcode。",
	},
	NotReceived: {
		bilingual.En: "The request broke off, or was not received in time.",
		bilingual.Zh: "请求中断，或未在时限内收完。",
	},
	NotByItself: {
		bilingual.En: "Nothing is wrong with the request itself; the configuration or a limit of the bridge refuses it.",
		bilingual.Zh: "请求本身没有问题；是配置或支付桥的限制拒绝了它。",
	},
	"order_number_used": {
		bilingual.En: "The order number is used already, with other contents.",
		bilingual.Zh: "订单号已被使用，且订单内容不一致。",
	},
	"no_such_order": {
		bilingual.En: "There is no such order.",
		bilingual.Zh: "没有这笔订单。",
	},
	"refused_by_gateway": {
		bilingual.En: "The gateway refused the payment; the order tells its reason.",
		bilingual.Zh: "网关拒绝了支付；原因见订单。",
	},
	"not_possible_now": {
		bilingual.En: "The state of the order does not allow it.",
		bilingual.Zh: "订单的当前状态不允许此操作。",
	},
}

// Causes are all causes that a refusal is counted under.
func Causes() []string {
	all := []string{NotExamined, NotReceived, NotByItself}
	for _, code := range v1.Codes() {
		if cause := ofLedger[code]; cause != "" {
			all = append(all, cause)
		}
	}
	return append(all, explain.RequestCauses()...)
}

// Title says in a language what a cause means.
func Title(lang bilingual.Lang, cause string) string {
	if title, own := titles[cause]; own {
		return title[lang]
	}
	return explain.Happened(lang, cause)
}

// known returns the cause of a refusal that needs no examining, "" when only explain
// can tell.
func (q Request) known() string {
	switch {
	case !ofRequest[q.Code]:
		return ofLedger[q.Code]
	case q.TooLarge:
		return cmp.Or(explain.CauseOfHead(q.Route, q.Method), explain.CauseFormTooLarge)
	case q.Form == nil:
		return cmp.Or(explain.CauseOfHead(q.Route, q.Method), NotReceived)
	case q.Form.Long:
		return cmp.Or(explain.CauseOfHead(q.Route, q.Method), NotExamined)
	}
	return ""
}
