package pages

// Outside tells a browser outside WeChat how to come into it: by a QR code of
// the link, or by the link itself.
type Outside struct {
	Link string // the address to open there, absolute
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
		text:  phrase{"此页面需要在微信中打开。请用微信“扫一扫”扫描二维码，或复制链接发送到微信后打开。", "This page works in WeChat only. Scan the code with WeChat, or copy the link, send it to yourself in WeChat and open it there."},
	},
	"nolink": {
		icon:  note,
		title: phrase{"请在微信中打开", "Please open this in WeChat"},
		text:  phrase{"此页面需要在微信中打开。请在微信中回到商户页面，重新打开链接。", "This page works in WeChat only. Please go back to the merchant in WeChat and open the link there."},
	},
}
