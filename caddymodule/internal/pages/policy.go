package pages

import (
	"strings"
)

// needs are what the Content-Security-Policy of a page must allow besides the
// page's own style and script.
type needs struct {
	status bool   // asking the bridge for the state of the order
	wechat bool   // talking to WeChat
	form   string // the scheme of what the page's form goes to, "" without a form
}

// policy returns the Content-Security-Policy of an answer with the given nonce.
func (n needs) policy(nonce string) string {
	rules := []string{
		"default-src 'none'",
		"script-src 'nonce-" + nonce + "'",
		"style-src 'nonce-" + nonce + "'",
		"base-uri 'none'",
		"frame-ancestors 'none'",
	}
	if n.status {
		rules = append(rules, "connect-src 'self'")
	}
	if n.wechat {
		// WeixinJSBridge of many WeChat versions calls the app by frames with
		// weixin: addresses. Without this, payment never opens on them.
		rules = append(rules, "frame-src weixin:")
	}
	if n.form == "" {
		return strings.Join(append(rules, "form-action 'none'"), "; ")
	}
	// Not the gateway's origin alone: Chrome and Safari hold redirects after a
	// form against form-action, too (w3c/webappsec-csp issue 8), and the gateway
	// sends the payer through WeChat's login to a page of its own, over hosts
	// that only it knows. The address of the form itself is ours.
	return strings.Join(append(rules, "form-action "+n.form+":"), "; ")
}
