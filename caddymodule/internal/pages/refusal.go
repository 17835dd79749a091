package pages

import "net/http"

// Refusal says why a request leads nowhere, and what the payer can do.
type Refusal struct {
	Reason Reason
	// Link is where the payer can go on, "" for nowhere: for [AlreadyPaid] the
	// result, for what may be tried again the address to try.
	Link string
}

// Reason says why a request is refused. The set is closed, and its texts are fit
// for labels of metrics.
type Reason string

// The reasons.
const (
	BadRequest      Reason = "bad_request"      // something is missing or malformed
	BadSignature    Reason = "bad_signature"    // the link is not the merchant's
	UnknownMerchant Reason = "unknown_merchant" // no such merchant
	UnknownOrder    Reason = "unknown_order"    // no such order or PayId, or not of this merchant
	OtherContents   Reason = "other_contents"   // the order number was used with other contents
	OldOrder        Reason = "old_order"        // the order is an old gateway's that is not configured any more
	Expired         Reason = "expired"          // the time to pay is over
	OrderClosed     Reason = "order_closed"     // the order can no longer be paid
	AlreadyPaid     Reason = "already_paid"     // the order is paid
	NotPayable      Reason = "not_payable"      // not an order that is paid in the browser
	Busy            Reason = "busy"             // try again; the order may or may not be known
	GatewayRefused  Reason = "gateway_refused"  // the gateway does not take the order
	WeChatRefused   Reason = "wechat_refused"   // WeChat did not say who the payer is
	WeChatDown      Reason = "wechat_down"      // WeChat cannot be reached
	LoginExpired    Reason = "login_expired"    // the way back from WeChat was used, or is too old
	NoWeChatApp     Reason = "no_wechat_app"    // the merchant has no official account
	HostNotAllowed  Reason = "host_not_allowed" // the address to return to is not the merchant's
	WrongMethod     Reason = "wrong_method"     // not a GET
	NotServed       Reason = "not_served"       // a page of the old gateway that is no more
	TooManyRequests Reason = "too_many"         // too many requests from this source
	Internal        Reason = "internal"         // a bug of the bridge
)

// refusalRow says how a reason reads.
type refusalRow struct {
	reason Reason
	status int
	scene  scene
}

var (
	tryAgain    = phrase{"再试一次", "Try again"}
	viewResult  = phrase{"查看支付结果", "See the result"}
	askMerchant = phrase{"没有发起付款。请联系商户。", "No payment was started. Please ask the merchant."}
	startOver   = phrase{"请回到商户页面，重新发起支付。", "Please go back to the merchant and start the payment again."}
)

var refusals = []refusalRow{
	{BadRequest, http.StatusBadRequest, scene{
		icon:  bad,
		title: phrase{"支付链接不完整", "The payment link is not complete"},
		text:  startOver,
	}},
	{BadSignature, http.StatusForbidden, scene{
		icon:  bad,
		title: phrase{"支付链接无法验证", "The payment link cannot be verified"},
		text:  phrase{"为了您的资金安全，没有继续付款。请回到商户页面，重新发起支付。", "For your safety, the payment was not continued. Please go back to the merchant and start it again."},
	}},
	{UnknownMerchant, http.StatusNotFound, scene{
		icon:  bad,
		title: phrase{"找不到商户", "Merchant not found"},
		text:  phrase{"请联系商户。如果您已经付款，请不要重复支付。", "Please ask the merchant. If you have paid, do not pay again."},
	}},
	{UnknownOrder, http.StatusNotFound, scene{
		icon:  bad,
		title: phrase{"找不到这笔订单", "Order not found"},
		text:  phrase{"支付链接可能有误或已失效。如果您已经付款，请不要重复支付，并联系商户；如果没有付款，请回到商户页面，重新发起支付。", "The payment link may be wrong or too old. If you have paid, do not pay again; ask the merchant. If you have not, please go back to the merchant and start the payment again."},
	}},
	{OtherContents, http.StatusConflict, scene{
		icon:  bad,
		title: phrase{"订单信息不一致", "The order does not match"},
		text:  phrase{"同一订单号已用于另一笔订单。请回到商户重新下单。", "Its number was used for another order. Please order again at the merchant."},
	}},
	{OldOrder, http.StatusConflict, scene{
		icon:  note,
		title: phrase{"这笔订单属于原支付系统", "The order belongs to the former payment system"},
		text:  phrase{"这笔订单不能在此付款，可能已经支付。如果您已经付款，请不要重复支付。请向商户查询这笔订单。", "It cannot be paid here, and may be paid already. If you have paid, do not pay again. Please ask the merchant about the order."},
	}},
	{Expired, http.StatusGone, scene{
		icon:  note,
		title: phrase{"订单已过期", "The order has expired"},
		text:  phrase{"付款时间已过，不能再付款。" + ifPaid.zh + "如果没有付款，请回到商户重新下单。", "The time to pay is over. " + ifPaid.en + "If you have not, please order again at the merchant."},
	}},
	{OrderClosed, http.StatusGone, scene{
		icon:  note,
		title: phrase{"订单已关闭", "The order is closed"},
		text:  phrase{"这笔订单不能再付款。" + ifPaid.zh + "如果没有付款，请回到商户重新下单。", "The order can no longer be paid. " + ifPaid.en + "If you have not, please order again at the merchant."},
	}},
	{AlreadyPaid, http.StatusConflict, scene{
		icon:   good,
		title:  phrase{"订单已支付", "The order is paid"},
		text:   phrase{"这笔订单已经付款，请不要重复支付。", "The order has been paid. Please do not pay again."},
		button: viewResult,
	}},
	{NotPayable, http.StatusConflict, scene{
		icon:  note,
		title: phrase{"这笔订单不能在此付款", "The order cannot be paid here"},
		text:  phrase{"请回到商户页面，选择其他支付方式。", "Please go back to the merchant and choose another way to pay."},
	}},
	{Busy, http.StatusServiceUnavailable, scene{
		icon:   note,
		title:  phrase{"系统繁忙", "We are busy"},
		text:   phrase{"请稍等片刻再试。如果您已经付款，请不要重复支付。", "Please try again in a moment. If you have paid, do not pay again."},
		button: tryAgain,
	}},
	{GatewayRefused, http.StatusBadGateway, scene{
		icon:  bad,
		title: phrase{"支付渠道没有受理", "The payment was not accepted"},
		text:  phrase{"支付渠道没有受理这笔订单。" + ifPaid.zh + "如果没有付款，请回到商户重新下单，或选择其他支付方式。", "The order was not accepted for payment. " + ifPaid.en + "If you have not, please order again at the merchant, or choose another way to pay."},
	}},
	{WeChatRefused, http.StatusBadGateway, scene{
		icon:   bad,
		title:  phrase{"微信授权没有成功", "WeChat did not sign you in"},
		text:   phrase{"没有发起付款。请重新打开支付链接；如果仍然不行，请联系商户。", "No payment was started. Please open the payment link again; if that does not help, ask the merchant."},
		button: tryAgain,
	}},
	{WeChatDown, http.StatusServiceUnavailable, scene{
		icon:   note,
		title:  phrase{"暂时无法连接微信", "WeChat cannot be reached"},
		text:   phrase{"没有发起付款。请稍等片刻再试。", "No payment was started. Please try again in a moment."},
		button: tryAgain,
	}},
	{LoginExpired, http.StatusForbidden, scene{
		icon:   note,
		title:  phrase{"微信授权已失效", "The WeChat sign-in is no longer valid"},
		text:   phrase{"授权只能使用一次，并且很快过期。请重新打开支付链接。", "It can be used only once and for a short time. Please open the payment link again."},
		button: tryAgain,
	}},
	{NoWeChatApp, http.StatusNotFound, scene{
		icon:  bad,
		title: phrase{"商户暂不支持微信支付", "The merchant does not take WeChat Pay here"},
		text:  askMerchant,
	}},
	{HostNotAllowed, http.StatusForbidden, scene{
		icon:  bad,
		title: phrase{"返回地址不被允许", "The address to return to is not allowed"},
		text:  phrase{"为了您的安全，没有跳转到未经商户登记的网站。请联系商户。", "For your safety, you were not sent to a website that the merchant has not registered. Please ask the merchant."},
	}},
	{WrongMethod, http.StatusMethodNotAllowed, scene{
		icon:  bad,
		title: phrase{"无法这样打开此页面", "This page cannot be opened this way"},
		text:  startOver,
	}},
	{NotServed, http.StatusNotFound, scene{
		icon:  note,
		title: phrase{"这里没有此页面", "There is no such page here"},
		text:  phrase{"这里没有发起付款。如果您已经付款，请不要重复支付，并联系商户；如果没有付款，请回到商户页面，选择其他支付方式。", "No payment was started here. If you have paid, do not pay again; ask the merchant. If you have not, please go back to the merchant and choose another way to pay."},
	}},
	{TooManyRequests, http.StatusTooManyRequests, scene{
		icon:   note,
		title:  phrase{"操作太频繁", "Too many attempts"},
		text:   phrase{"请稍等片刻再试。", "Please wait a moment, then try again."},
		button: tryAgain,
	}},
	{Internal, http.StatusInternalServerError, scene{
		icon:  bad,
		title: phrase{"出现了问题", "Something went wrong"},
		text:  phrase{"请稍后再试。如果您已经付款，请不要重复支付，并联系商户。", "Please try again later. If you have paid, do not pay again; ask the merchant."},
	}},
}

// Reasons lists every reason.
func Reasons() []Reason {
	list := make([]Reason, len(refusals))
	for i, row := range refusals {
		list[i] = row.reason
	}
	return list
}

// Status returns the HTTP status of the refusal.
func (r Reason) Status() int { return r.row().status }

// row returns the row of r; a reason without one is a bug, and so is what is
// refused for it.
func (r Reason) row() refusalRow {
	for _, row := range refusals {
		if row.reason == r {
			return row
		}
	}
	return Internal.row()
}

func (Refusal) name() string { return "refusal" }
func (Refusal) needs() needs { return needs{} }

// scenes has one, as there is nothing else to come.
func (r Refusal) scenes() scenes { return scenes{"refused": r.Reason.row().scene} }
