package pages

import (
	"fmt"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
)

// Say returns a text that is not part of a scene.
func (s sheet) Say(name string) (string, error) {
	text, ok := labels[name]
	if !ok {
		return "", fmt.Errorf("no label %q", name)
	}
	return text.in(s.Lang), nil
}

// labels are the texts besides scenes.
var labels = map[string]phrase{
	"amount":    {"付款金额", "Amount"},
	"orderid":   {"订单号", "Order"},
	"merid":     {"商户号", "Merchant"},
	"qrcode":    {"链接的二维码", "QR code of the link"},
	"link":      {"链接", "Link"},
	"copy":      {"复制链接", "Copy link"},
	"copied":    {"链接已复制。", "The link is copied."},
	"uncopied":  {"无法自动复制，请长按上面的链接复制。", "Copying failed. Please select the link above and copy it."},
	"goto":      {"前往支付", "Go to payment"},
	"refreshes": {"此页面会自动刷新。", "This page refreshes by itself."},
}

// phrase is one text in all languages.
type phrase struct{ zh, en string }

// in returns the text in one language.
func (p phrase) in(l bilingual.Lang) string {
	if l == bilingual.En {
		return p.en
	}
	return p.zh
}
