package pages

// Outside tells a browser outside WeChat how to come into it: by a QR code of
// the link, or by the link itself.
type Outside struct {
	Link string // the address of the payment, absolute
}

func (Outside) name() string   { return "outside" }
func (Outside) scenes() scenes { return outsideScenes }
func (Outside) needs() needs   { return needs{} }

// Code returns the QR code of the link, or nil without one that may be followed.
func (o Outside) Code() *QRCode { return newQRCode(link(o.Link)) }

var outsideScenes = scenes{
	"outside": {
		icon:  bare,
		title: phrase{"请在微信中打开", "Please open this in WeChat"},
		text:  phrase{"这笔订单需要在微信中付款。请用微信“扫一扫”扫描二维码，或复制链接发送到微信后打开。", "This order is paid in WeChat. Scan the code with WeChat, or copy the link, send it to yourself in WeChat and open it there."},
	},
	"nolink": {
		icon:  note,
		title: phrase{"请在微信中打开", "Please open this in WeChat"},
		text:  phrase{"这笔订单需要在微信中付款。请在微信中回到商户页面，重新打开支付链接。", "This order is paid in WeChat. Please go back to the merchant in WeChat and open the payment link there."},
	},
}
