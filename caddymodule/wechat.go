package caddymodule

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"

	"github.com/paybridge/paybridge/caddymodule/internal/origin"
	"github.com/paybridge/paybridge/caddymodule/internal/wechat"
)

// WeChat says where WeChat's web authorisation is, which tells who a payer is.
// There is a reason to set it only in tests and behind a relay.
type WeChat struct {
	// Where payers' browsers are sent. Default:
	// https://open.weixin.qq.com/connect/oauth2/authorize
	AuthorizeURL string `json:"authorize_url,omitempty"`

	// Where the bridge itself asks for the payer's openid, with the secret of
	// the official account, and hence over https. Default:
	// https://api.weixin.qq.com/sns/oauth2/access_token
	TokenURL string `json:"token_url,omitempty"`

	client *wechat.Client
}

func (w *WeChat) setDefaults() {
	if w.AuthorizeURL == "" {
		w.AuthorizeURL = wechat.DefaultAuthorizeURL
	}
	if w.TokenURL == "" {
		w.TokenURL = wechat.DefaultTokenURL
	}
}

func (w *WeChat) checkAuthorize() error {
	_, err := weChatAddress("authorize", w.AuthorizeURL)
	return err
}

func (w *WeChat) checkToken() error {
	u, err := weChatAddress("token", w.TokenURL)
	if err == nil && u.Scheme == "http" && !origin.Loopback(u.Hostname()) {
		err = errors.New("wechat: token must be https, because the secret of the official account goes there")
	}
	return err
}

func weChatAddress(directive, address string) (*url.URL, error) {
	u, err := url.Parse(address)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" {
		return nil, fmt.Errorf("wechat: %s is not an address of WeChat; write https://HOST/PATH", directive)
	}
	return u, nil
}

// provision makes the client.
func (w *WeChat) provision() {
	carrier, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		carrier = new(http.Transport)
	}
	w.client = wechat.New(w.AuthorizeURL, w.TokenURL, carrier.Clone())
}

// cleanup lets go of connections to WeChat that rest.
func (w *WeChat) cleanup() {
	if w.client != nil {
		w.client.Close()
	}
}

// readWeChat reads the block of wechat.
func (a *App) readWeChat(d *caddyfile.Dispenser) error {
	return readBlock(d, a.inner("wechat", map[string]subdirective[*App]{
		"authorize": {read: func(a *App, d *caddyfile.Dispenser) error { return oneArg(d, &a.WeChat.AuthorizeURL) }},
		"token":     {read: func(a *App, d *caddyfile.Dispenser) error { return oneArg(d, &a.WeChat.TokenURL) }},
	}), a)
}
