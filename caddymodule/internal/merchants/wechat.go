package merchants

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"github.com/paybridge/paybridge/caddymodule/internal/configerror"
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

// PayWay reads the payway of a link, which names one of the merchant's channels. Most name
// none: what has no digit, such as the "null" of a program that has none, is "". odd reports
// what may be meant for a number and is none: nobody knows which channel that is.
func PayWay(text string) (payWay string, odd bool) {
	if payWayForm.MatchString(text) {
		return text, false
	}
	return "", strings.ContainsFunc(text, unicode.IsDigit)
}

// sharesAccount reports whether two merchants have one official account for a payway.
func (m *Merchant) sharesAccount(other *Merchant, payway string) bool {
	app, has := m.WeChatApp(payway)
	its, itHas := other.WeChatApp(payway)
	return has && itHas && app.AppID == its.AppID && app.Secret.Reveal() == its.Secret.Reveal()
}

// HasWeChatApp reports whether the merchant has an official account for any payway.
func (m *Merchant) HasWeChatApp() bool { return len(m.wechatApps) > 0 }

// checkJSAPI refuses a way of paying that does not exist.
func (c Config) checkJSAPI() error {
	switch c.JSAPI {
	case "", Hosted, Raw:
		return nil
	}
	return fmt.Errorf("jsapi: %q is no way to pay; write hosted or raw", c.JSAPI)
}

// checkWeChatApps validates the official accounts, all but their secrets.
func (c Config) checkWeChatApps() []fault {
	var found []fault
	byPayWay := make(map[string]bool)
	for i, app := range c.WeChatApps {
		err := app.check()
		if err == nil && byPayWay[app.PayWay] {
			err = fmt.Errorf("%s is the second account for %s; keep one", app.AppID, payWayName(app.PayWay))
		}
		byPayWay[app.PayWay] = true
		if err != nil {
			found = append(found, fault{configerror.Indexed("wechat_apps", i), fmt.Errorf("wechat_app: %w", err)})
		}
	}
	return found
}

func (a WeChatAppConfig) check() error {
	switch {
	case !appIDForm.MatchString(a.AppID):
		// It is not shown, because it may be the secret.
		return errors.New("an AppID is wx and 16 letters or digits, and stands before its secret; this one is something else")
	case a.PayWay != "" && !payWayForm.MatchString(a.PayWay):
		return fmt.Errorf("%s: payway %.40q is no number", a.AppID, a.PayWay)
	case a.Secret == "":
		return fmt.Errorf("%s: its secret is %w; write {file.PATH} or {env.NAME}", a.AppID, configerror.ErrMissing)
	}
	return nil
}

func payWayName(payway string) string {
	if payway == "" {
		return "all payways"
	}
	return "payway " + payway
}
