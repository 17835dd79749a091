package merchants

import (
	"errors"
	"fmt"
	"regexp"
)

// The two ways in which a payer pays a WxJsApi order.
const (
	// Hosted sends the payer's browser to the gateway's own page.
	Hosted = "hosted"
	// Raw has the bridge's page call WeChat.
	Raw = "raw"
)

// WeChatAppConfig is a WeChat official account as the operator writes it.
type WeChatAppConfig struct {
	// The account's AppID: wx and 16 letters or digits.
	AppID string `json:"appid"`

	// The account's AppSecret, as a placeholder that says where it is kept:
	// {file.PATH} or {env.NAME}. In a merchants file it may stand literally.
	Secret string `json:"secret"`

	// The payway whose payers have this account's openids. Default: every
	// payway without an account of its own.
	PayWay string `json:"payway,omitempty"`
}

// WeChatApp is a WeChat official account, ready for use.
type WeChatApp struct {
	AppID  string
	Secret Secret
}

var (
	appIDForm  = regexp.MustCompile(`^wx[0-9A-Za-z]{16}$`)
	payWayForm = regexp.MustCompile(`^[0-9]{1,9}$`)
)

// WeChatApp returns the official account whose openids a payment by a payway
// needs: the one for this payway or else the one for all. There may be none.
func (m *Merchant) WeChatApp(payway string) (WeChatApp, bool) {
	if app, found := m.wechatApps[payway]; found {
		return app, true
	}
	app, found := m.wechatApps[""]
	return app, found
}

// checkJSAPI refuses a way of paying that does not exist.
func (c Config) checkJSAPI() error {
	switch c.JSAPI {
	case "", Hosted, Raw:
		return nil
	}
	return fmt.Errorf("jsapi: %q is no way to pay; write hosted or raw", c.JSAPI)
}

// wechatApps resolves the official accounts by their payway.
func (l *Loader) wechatApps(c Config) (map[string]WeChatApp, error) {
	apps := make(map[string]WeChatApp, len(c.WeChatApps))
	for _, a := range c.WeChatApps {
		app, err := l.wechatApp(a)
		if err != nil {
			return nil, fmt.Errorf("wechat_app: %w", err)
		}
		if _, twice := apps[a.PayWay]; twice {
			return nil, fmt.Errorf("wechat_app: %s is the second account for %s; keep one", a.AppID, payWayName(a.PayWay))
		}
		apps[a.PayWay] = app
	}
	return apps, nil
}

func payWayName(payway string) string {
	if payway == "" {
		return "all payways"
	}
	return "payway " + payway
}

func (l *Loader) wechatApp(a WeChatAppConfig) (WeChatApp, error) {
	if !appIDForm.MatchString(a.AppID) {
		// It is not shown, because it may be the secret.
		return WeChatApp{}, errors.New("an AppID is wx and 16 letters or digits, and stands before its secret; this one is something else")
	}
	if a.PayWay != "" && !payWayForm.MatchString(a.PayWay) {
		return WeChatApp{}, fmt.Errorf("%s: payway %.40q is no number", a.AppID, a.PayWay)
	}
	if a.Secret == "" {
		return WeChatApp{}, errors.New(a.AppID + ": its secret is missing; write {file.PATH} or {env.NAME}")
	}
	secret, err := l.secret(a.Secret)
	if err != nil {
		return WeChatApp{}, fmt.Errorf("%s: its secret %w", a.AppID, err)
	}
	return WeChatApp{AppID: a.AppID, Secret: Secret{text: &secret}}, nil
}
