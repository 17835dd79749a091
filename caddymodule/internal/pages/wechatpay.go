package pages

// WeChatPay opens WeChat's own payment in WeChat's browser, and goes on when the
// order is known to be paid.
type WeChatPay struct {
	Order
	PayData   PayData // what WeChat is asked to open
	StatusURL string  // answers the state of the order as JSON: see [Result]
	ResultURL string  // where the payer goes when there is nothing else to go to
}

func (WeChatPay) name() string   { return "wechatpay" }
func (WeChatPay) scenes() scenes { return weChatPayScenes }
func (WeChatPay) needs() needs   { return needs{status: true, wechat: true} }

var weChatPayScenes = scenes{
	"opening": {
		icon:  busy,
		title: phrase{"正在打开微信支付", "Opening WeChat Pay"},
		text:  phrase{"请稍候，不要关闭此页面。", "One moment. Please keep this page open."},
	},
	"noscript": {
		icon:  note,
		title: phrase{"请开启 JavaScript", "Please turn on JavaScript"},
		text:  phrase{"打开微信支付需要 JavaScript。请在浏览器中开启后，重新打开此页面。", "WeChat Pay needs it to open. Turn it on in this browser, then open this page again."},
	},
	"silent": {
		icon:   note,
		title:  phrase{"微信支付没有响应", "WeChat Pay does not answer"},
		text:   phrase{"请确认您是在微信中打开此页面，然后重试。", "Please make sure that this page is open in WeChat, then try again."},
		button: phrase{"重试", "Try again"},
	},
	"cancelled": {
		icon:   note,
		title:  phrase{"您已取消支付", "You cancelled the payment"},
		text:   phrase{"订单尚未支付，您可以继续付款。", "The order is not paid. You can still pay it."},
		button: phrase{"继续支付", "Pay now"},
	},
	"failed": {
		icon:   bad,
		title:  phrase{"支付没有完成", "The payment did not go through"},
		text:   phrase{"微信没有完成这次支付。如果您确定已经付款，请不要再付，并联系商户。", "WeChat did not complete the payment. If you are sure that you have paid, do not pay again; ask the merchant."},
		button: phrase{"重新支付", "Try again"},
	},
	"confirming": {
		icon:  busy,
		title: phrase{"正在确认支付结果", "Confirming the payment"},
		text:  phrase{"请稍候，不要重复支付。", "One moment. Please do not pay again."},
	},
	"unsure": {
		icon:   note,
		title:  phrase{"支付结果确认中", "The payment is being confirmed"},
		text:   phrase{"结果还没有确定，请不要重复支付。您可以稍后再查，或向商户查询订单。", "The result is not known yet. Please do not pay again. Check again later, or ask the merchant about the order."},
		button: phrase{"再查一次", "Check again"},
	},
}
