package pages

import (
	"slices"
	"strings"

	"github.com/paybridge/paybridge/translate"
)

// Result tells what became of an order. While the order is open, the page asks
// for its state and shows it again when it has changed.
type Result struct {
	Order
	State     translate.PayerView
	StatusURL string // asked while the order is open
	NextURL   string // the merchant's page, "" when there is none
}

func (Result) name() string   { return "result" }
func (Result) scenes() scenes { return resultScenes }
func (r Result) needs() needs { return needs{status: r.Waits()} }

// decided lists what a page that waits may hear and need not ask after any more.
// Whatever else it hears is no end: a newer bridge beside this one may tell payers
// something that this page does not know.
func decided() string {
	views := slices.DeleteFunc(translate.PayerViews(), func(v translate.PayerView) bool { return v == translate.PayerOpen })
	texts := make([]string, len(views))
	for i, view := range views {
		texts[i] = string(view)
	}
	return strings.Join(texts, " ")
}

// Shown returns the state as the page tells it: a state that it does not know is
// not known to be final.
func (r Result) Shown() string {
	if slices.Contains(translate.PayerViews(), r.State) {
		return string(r.State)
	}
	return string(translate.PayerOpen)
}

// Waits reports whether the page watches the order.
func (r Result) Waits() bool { return r.Shown() == string(translate.PayerOpen) }

// Onward returns where the browser goes on by itself: to the merchant's page
// once the order is paid, else nowhere.
func (r Result) Onward() string {
	if r.State != translate.PayerPaid {
		return ""
	}
	return r.NextURL
}

// ifPaid is said beside everything that sends a payer away who may have paid a moment ago,
// or in a window that is still open: what the page knows may be older than that.
var ifPaid = phrase{
	"如果您已经付款，请不要重复支付：付款会计入订单，或按原路退回。", "If you have paid, do not pay again: the payment counts, or goes back the way it came. ",
}

// backToMerchant is the button of all that is final.
var backToMerchant = phrase{"返回商户", "Back to the merchant"}

var resultScenes = scenes{
	string(translate.PayerOpen): {
		icon:  busy,
		title: phrase{"正在确认支付结果", "Confirming the payment"},
		text:  phrase{"请稍候，不要重复支付。", "One moment. Please do not pay again."},
	},
	"unsure": {
		icon:   note,
		title:  phrase{"支付结果确认中", "The payment is being confirmed"},
		text:   phrase{"还没有收到付款结果。如果您已经付款，请不要重复支付；您可以稍后再查，或向商户查询订单。", "No result has arrived yet. If you have paid, please do not pay again. Check again later, or ask the merchant about the order."},
		button: phrase{"再查一次", "Check again"},
	},
	string(translate.PayerPaid): {
		icon:   good,
		title:  phrase{"支付成功", "Payment successful"},
		text:   phrase{"您的付款已确认。", "Your payment is confirmed."},
		button: backToMerchant,
	},
	string(translate.PayerClosed): {
		icon:   note,
		title:  phrase{"订单已关闭", "The order is closed"},
		text:   phrase{"这笔订单不能再付款。" + ifPaid.zh + "如果没有付款，请回到商户重新下单。", "The order can no longer be paid. " + ifPaid.en + "If you have not, please order again at the merchant."},
		button: backToMerchant,
	},
	string(translate.PayerFailed): {
		icon:   bad,
		title:  phrase{"支付失败", "The payment failed"},
		text:   phrase{"这笔订单没有付款成功。" + ifPaid.zh + "如果没有，请回到商户重新下单。", "The order was not paid. " + ifPaid.en + "If you have not, please order again at the merchant."},
		button: backToMerchant,
	},
	string(translate.PayerRefunded): {
		icon:   note,
		title:  phrase{"款项退回中", "The payment is being returned"},
		text:   phrase{"这笔订单的付款正在按原路退回，或已经退回，到账时间以您的支付渠道为准。", "The payment is going back the way it came, or has gone back; when it arrives is up to your bank or wallet."},
		button: backToMerchant,
	},
}
