package payer

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/admission"
	"github.com/paybridge/paybridge/caddymodule/internal/bridge"
	"github.com/paybridge/paybridge/caddymodule/internal/inbound"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
	"github.com/paybridge/paybridge/caddymodule/internal/pages"
	"github.com/paybridge/paybridge/caddymodule/internal/wechat"
)

// wechatWay is a payer's way to WeChat, to be told the openid, and back.
type wechatWay struct {
	merchant *merchants.Merchant
	payWay   string   // chooses the official account
	purpose  string   // which page asks
	params   []string // what the browser comes back with besides code and state
	back     string   // where it comes back to, below the public URL
	retry    string   // where it may start again, a path with a query
}

// app is the official account.
func (w wechatWay) app() (wechat.App, bool) {
	app, ok := w.merchant.WeChatApp(w.payWay)
	return wechat.App{ID: app.AppID, Secret: app.Secret.Reveal()}, ok
}

// The cookie that ties the way back to the browser that was sent. Its value is
// random and says nothing of the payer. It outlives the states of its browser by
// far: with it a payer who presses Back later goes on by themselves, without it
// they read a page.
const (
	payerCookie     = "paybridge_payer"
	payerCookieLife = 24 * time.Hour
)

var payerCookieForm = regexp.MustCompile(`^[2-7A-Z]{26}$`)

// browser returns the value of the cookie, "" without one that is ours.
func (v visit) browser() string {
	cookie, err := v.request.Cookie(v.cookieName(payerCookie))
	if err != nil || !payerCookieForm.MatchString(cookie.Value) {
		return ""
	}
	return cookie.Value
}

// toWeChat sends the browser to WeChat, from the public address. A browser that has
// the cookie keeps it, so that two tabs do not spoil each other's way.
func (v visit) toWeChat(way wechatWay) view {
	app, ok := way.app()
	if !ok {
		return refuse(pages.NoWeChatApp, errors.New("merchant has no wechat_app for this payway"))
	}
	if answer, ok := v.toPublicURL(way); ok {
		return answer
	}
	browser := v.browser()
	if browser == "" {
		browser = rand.Text()
	}
	state := wechat.NewState(way.errand(app, browser), v.Bridge.Now())
	answer := onward("to_wechat", v.WeChat.AuthorizeAt(app.ID, v.address(way.back), state))
	answer.cookies = []*http.Cookie{v.newCookie(payerCookie, browser, payerCookieLife)}
	return answer
}

func (w wechatWay) errand(app wechat.App, browser string) wechat.Errand {
	return wechat.Errand{App: app, Browser: browser, Purpose: w.purpose, Params: w.params}
}

// fromWeChat checks that the browser comes back on its own way and finds out who
// the payer is. Otherwise answer says what the browser does instead.
func (v visit) fromWeChat(way wechatWay) (openID string, answer view, ok bool) {
	app, ok := way.app()
	if !ok {
		return "", refuse(pages.NoWeChatApp, errors.New("merchant has no wechat_app for this payway")), false
	}
	browser := v.browser()
	if browser == "" {
		return "", refuseTo(pages.LoginExpired, way.retry, errors.New("state: no cookie came with it")), false
	}
	openID, err := v.findOpenID(way, way.errand(app, browser))
	switch {
	case errors.Is(err, wechat.ErrState):
		return "", v.startOver(way, err), false
	case err != nil:
		return "", refuseTo(wechatReason(err), way.retry, err), false
	}
	return openID, view{}, true
}

// errCrowded is that a browser that came back was not heard in time.
var errCrowded = errors.New("waited too long behind bad returns")

// findOpenID returns what was found for the state before, or asks WeChat. Anybody
// gets a state; what comes back with a made-up code uses up the account's quota at
// WeChat.
func (v visit) findOpenID(way wechatWay, errand wechat.Errand) (openID string, err error) {
	state, err := wechat.OpenState(v.params["state"], errand)
	if err != nil {
		return "", err
	}
	if openID, ok := v.OpenIDs.Find(state.ID); ok {
		return openID, nil
	}
	sender := admission.Sender{Source: v.client, Merchant: way.merchant.MerID}
	if waited := v.Returns.Judge(v.ctx, sender, func() admission.Verdict {
		asked := false
		openID, err = v.OpenIDs.FindOr(state.ID, func() (string, error) {
			asked = true
			return v.exchange(errand.App, state)
		})
		switch {
		case asked && err == nil:
			return admission.Good
		case asked && errors.Is(err, wechat.ErrRefused):
			return admission.Bad
		}
		return admission.Unknown // WeChat was not asked, or has not said
	}); waited != nil {
		return "", fmt.Errorf("%w: %w", errCrowded, waited)
	}
	return openID, err
}

// exchange uses the state up and asks WeChat who the payer is. It goes on when the
// browser hangs up: one that opens the address twice drops the first request, and
// the second waits for what this finds.
func (v visit) exchange(app wechat.App, state wechat.State) (openID string, err error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(v.ctx), v.Settings.Timeouts.Reply)
	defer cancel()
	if err := state.Use(ctx, v.Bridge.Now(), v.useOnce); err != nil {
		return "", err
	}
	return v.WeChat.Exchange(ctx, app, v.params["code"])
}

// useOnce keeps states that were used in the ledger, which every bridge shares.
func (v visit) useOnce(ctx context.Context, id string, until time.Time) error {
	err := v.Ledger.UseOnce(ctx, id, until)
	if errors.Is(err, ledger.ErrUsed) {
		return wechat.ErrState
	}
	return err
}

// wechatReason says what a payer reads of a failure: WeChat's or, failing that, the
// ledger's.
func wechatReason(err error) pages.Reason {
	for _, r := range []struct {
		err    error
		reason pages.Reason
	}{
		{errCrowded, pages.TooManyRequests},
		{wechat.ErrRefused, pages.WeChatRefused},
		{wechat.ErrUnavailable, pages.WeChatDown},
	} {
		if errors.Is(err, r.err) {
			return r.reason
		}
	}
	return pages.Busy
}

// payingWay is the way of the payer of an order. The account is the merchant's
// usual one: the order does not say by which payway it came.
func payingWay(o order) wechatWay {
	return wechatWay{
		merchant: o.merchant, purpose: "paying", params: []string{o.PayID},
		back: byPayID(inbound.PayingPath, o.PayID), retry: o.link(),
	}
}

// findPayer asks WeChat who the payer of an order is.
func (v visit) findPayer(o order) view { return v.toWeChat(payingWay(o)) }

// servePaying takes the payer of an order in when WeChat sends it back, and has
// the order called. It ends in a redirect to the order's own link: a code is good
// once, and reloading must not need it again.
func servePaying(v visit) view {
	o, refusal, ok := v.order(bridge.Ticket{PayID: v.params["id"]})
	if !ok {
		return refusal
	}
	if v.params["state"] == "" || v.Bridge.NextStep(o.merchant, o.Order) != bridge.StepOpenID {
		return onward("to_gopay", o.link())
	}
	openID, answer, ok := v.fromWeChat(payingWay(o))
	if !ok {
		return answer
	}
	order, ok := v.Bridge.PayRaw(v.ctx, v.Settings, o.merchant, o.Order, bridge.Payer{OpenID: openID, IP: v.client})
	if !ok {
		return refuseTo(pages.Busy, o.link(), nil)
	}
	switch v.Bridge.NextStep(o.merchant, order) {
	case bridge.StepShowRaw, bridge.StepResult, bridge.StepExpired:
		return onward("to_gopay", o.link())
	}
	// Going on by itself might come back here without end.
	return refuseTo(pages.Busy, o.link(), nil)
}
