package wechat

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"time"
)

// WeChat's own addresses.
const (
	DefaultAuthorizeURL = "https://open.weixin.qq.com/connect/oauth2/authorize"
	DefaultTokenURL     = "https://api.weixin.qq.com/sns/oauth2/access_token" //nolint:gosec // an address, no token
)

const (
	// patience is how long WeChat may take to tell an openid: a payer waits.
	patience = 5 * time.Second
	// maxAnswer is the longest answer that is read, in bytes; ordinary ones have
	// about 400.
	maxAnswer = 64 << 10
	// maxCode is the longest code that is taken to WeChat, in bytes; ordinary
	// ones have 32.
	maxCode = 512
)

// What WeChat's failures come to. Errors of [Client.Exchange] wrap one of them.
var (
	// ErrRefused is that WeChat does not say who the payer is.
	ErrRefused = errors.New("wechat refused")
	// ErrUnavailable is that WeChat cannot be reached or is busy: trying again
	// may help.
	ErrUnavailable = errors.New("wechat unavailable")
)

// App is an official account. It prints as its ID alone.
type App struct {
	ID     string
	Secret string
}

// String returns the account's ID.
func (a App) String() string { return a.ID }

// GoString returns the account's ID, too.
func (a App) GoString() string { return a.ID }

// Client speaks to WeChat. It is immutable and safe for concurrent use.
type Client struct {
	authorizeURL string
	tokenURL     string
	http         *http.Client
}

// New makes a client of a WeChat whose two addresses are given, absolute and
// without a query. It calls WeChat over carrier, follows no redirects and keeps
// no cookies.
func New(authorizeURL, tokenURL string, carrier http.RoundTripper) *Client {
	return &Client{authorizeURL: authorizeURL, tokenURL: tokenURL, http: &http.Client{
		Transport:     carrier,
		Timeout:       patience,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Close lets go of connections that rest.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// AuthorizeAt returns where to send a payer's browser, so that it comes back to
// an address of ours with a code and the state. WeChat insists on this order of
// the parameters and on the fragment.
func (c *Client) AuthorizeAt(appID, back, state string) string {
	return c.authorizeURL + "?appid=" + url.QueryEscape(appID) + "&redirect_uri=" + url.QueryEscape(back) +
		"&response_type=code&scope=snsapi_base&state=" + url.QueryEscape(state) + "#wechat_redirect"
}

// Exchange gives a code back to WeChat and returns the payer's openid. Its
// errors wrap [ErrRefused] or [ErrUnavailable] and hold neither secret nor code.
func (c *Client) Exchange(ctx context.Context, app App, code string) (openID string, err error) {
	if code == "" || len(code) > maxCode {
		return "", fmt.Errorf("%w: no code came back", ErrRefused)
	}
	query := url.Values{"appid": {app.ID}, "secret": {app.Secret}, "code": {code}, "grant_type": {"authorization_code"}}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.tokenURL+"?"+query.Encode(), nil)
	if err != nil {
		return "", fmt.Errorf("%w: its token address cannot be asked", ErrUnavailable) // err quotes the address
	}
	response, err := c.http.Do(request)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrUnavailable, withoutAddress(err))
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return "", fmt.Errorf("%w: status %d", ErrUnavailable, response.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	switch {
	case err != nil:
		return "", fmt.Errorf("%w: reading its answer: %w", ErrUnavailable, err)
	case len(body) > maxAnswer:
		return "", fmt.Errorf("%w: its answer is longer than %d KiB", ErrUnavailable, maxAnswer>>10)
	}
	return readToken(body)
}

// withoutAddress leaves out the address that was asked, which holds secret and
// code.
func withoutAddress(err error) error {
	if asked, ok := errors.AsType[*url.Error](err); ok {
		return asked.Err
	}
	return err
}

// openIDForm is what openids are made of. They have 28 characters; WeChat
// promises no more than 128.
var openIDForm = regexp.MustCompile(`^[0-9A-Za-z_-]{1,128}$`)

// busy are the errcodes after which WeChat asks to try again: the system is
// busy, and too many calls.
var busy = map[int64]bool{-1: true, 45009: true, 45011: true}

// readToken reads the answer to an exchange. What WeChat says in words stays out
// of the errors: the number says it, and the words may repeat what was asked.
func readToken(body []byte) (openID string, err error) {
	var answer struct {
		OpenID  string `json:"openid"`
		ErrCode int64  `json:"errcode"`
	}
	if json.Unmarshal(body, &answer) != nil {
		return "", fmt.Errorf("%w: its answer cannot be read", ErrUnavailable)
	}
	switch {
	case busy[answer.ErrCode]:
		return "", fmt.Errorf("%w: errcode %d", ErrUnavailable, answer.ErrCode)
	case answer.ErrCode != 0:
		return "", fmt.Errorf("%w: errcode %d", ErrRefused, answer.ErrCode)
	case !openIDForm.MatchString(answer.OpenID):
		return "", fmt.Errorf("%w: its answer has no openid", ErrRefused)
	}
	return answer.OpenID, nil
}
