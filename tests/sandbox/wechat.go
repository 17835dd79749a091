package sandbox

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Paths a [WeChat] answers, as at open.weixin.qq.com and api.weixin.qq.com.
const (
	AuthorizePath = "/connect/oauth2/authorize"
	TokenPath     = "/sns/oauth2/access_token"
)

// WeChatApp is an official account.
type WeChatApp struct {
	// AppID is wx and sixteen letters or digits.
	AppID, Secret string
	// Hosts are the hosts, with their port if they have one, that payers may be
	// sent back to: the account's authorised domains.
	Hosts []string
}

// WeChat is the part of WeChat that a payer's browser and a gateway's merchant
// see: the web authorisation that tells the payer's openid, and the bridge
// inside WeChat's browser that pays an order of the [Gateway]. There is one
// payer. What breaks WeChat's rules is a [Violation] in the gateway's journal.
// Its methods may be called at the same time.
type WeChat struct {
	gateway *Gateway
	payer   string
	apps    map[string]WeChatApp

	mu       sync.Mutex
	codes    map[string]string // AppID by a code that is still good
	script   map[string][]WeChatBehaviour
	counters WeChatCounters
}

// WeChatCounters is what WeChat has counted.
type WeChatCounters struct {
	// Authorized counts payers sent back with a code, Tokens the codes that were
	// exchanged for an openid.
	Authorized, Tokens int
	// Invoked counts calls of the payment bridge, Paid those that charged.
	Invoked, Paid int
}

var appIDText = regexp.MustCompile(`^wx[0-9A-Za-z]{16}$`)

// NewWeChat makes a WeChat whose payer pays at gateway. The payer's name becomes
// part of the openids.
func NewWeChat(gateway *Gateway, payer string, apps ...WeChatApp) (*WeChat, error) {
	w := &WeChat{
		gateway: gateway, payer: payer,
		apps: make(map[string]WeChatApp), codes: make(map[string]string), script: make(map[string][]WeChatBehaviour),
	}
	if payer == "" {
		return nil, errors.New("configuring WeChat: the payer needs a name")
	}
	for _, a := range apps {
		if !appIDText.MatchString(a.AppID) || a.Secret == "" {
			return nil, fmt.Errorf("configuring WeChat: app %q: wx and 16 letters or digits, and a secret", a.AppID)
		}
		w.apps[a.AppID] = a
	}
	return w, nil
}

// openIDLength is the length of every openid.
const openIDLength = 28

// OpenID is the payer as an official account sees it: another openid for each.
func (w *WeChat) OpenID(appID string) string {
	sum := sha256.Sum256([]byte(appID + " " + w.payer))
	return ("o" + w.payer + hex.EncodeToString(sum[:]))[:openIDLength]
}

// knows reports whether an openid is the payer's.
func (w *WeChat) knows(openID string) bool {
	for id := range w.apps {
		if openID == w.OpenID(id) {
			return true
		}
	}
	return false
}

// Counters returns what has been counted.
func (w *WeChat) Counters() WeChatCounters {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.counters
}

func (w *WeChat) count(change func(*WeChatCounters)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	change(&w.counters)
}

// ServeHTTP answers the two addresses of the web authorisation.
func (w *WeChat) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case AuthorizePath:
		w.authorize(rw, r)
	case TokenPath:
		w.token(rw, r)
	default:
		http.NotFound(rw, r)
	}
}

// WeChatBehaviour is what WeChat does with one request. The empty value is
// honest.
type WeChatBehaviour string

// The behaviours of the authorisation's two addresses.
const (
	// Denied sends the payer back without a code.
	Denied WeChatBehaviour = "denied"
	// WrongState sends the payer back with a code and somebody else's state.
	WrongState WeChatBehaviour = "wrong_state"
	// StaleCode sends the payer back with a code that is no longer good.
	StaleCode WeChatBehaviour = "stale_code"
	// ErrorPage shows an error page of WeChat's own.
	ErrorPage WeChatBehaviour = "error_page"

	// TokenError answers errcode -1, "system busy".
	TokenError WeChatBehaviour = "error"
	// TokenGarbage answers a page instead of JSON.
	TokenGarbage WeChatBehaviour = "garbage"
	// TokenSilent never answers; it holds the request until the client goes away.
	TokenSilent WeChatBehaviour = "silent"
	// TokenHuge answers more than anybody should read.
	TokenHuge WeChatBehaviour = "huge"
	// TokenWithoutOpenID answers a token that belongs to nobody.
	TokenWithoutOpenID WeChatBehaviour = "without_openid"
	// TokenHostileOpenID answers an openid that is markup and breaks lines.
	TokenHostileOpenID WeChatBehaviour = "hostile_openid"
)

// wechatBehaviours are those that each path knows.
var wechatBehaviours = map[string][]WeChatBehaviour{
	AuthorizePath: {"", Denied, WrongState, StaleCode, ErrorPage},
	TokenPath:     {"", TokenError, TokenGarbage, TokenSilent, TokenHuge, TokenWithoutOpenID, TokenHostileOpenID},
}

// Script sets what happens to the next requests of a path, AuthorizePath or
// TokenPath, one after the other; then WeChat is honest again. It panics on a
// behaviour that the path does not know.
func (w *WeChat) Script(path string, script ...WeChatBehaviour) {
	for _, b := range script {
		if !slices.Contains(wechatBehaviours[path], b) {
			panic(fmt.Sprintf("sandbox: %s does not know the behaviour %q", path, b))
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.script[path] = slices.Clone(script)
}

// next takes the next behaviour of a path.
func (w *WeChat) next(path string) WeChatBehaviour {
	w.mu.Lock()
	defer w.mu.Unlock()
	script := w.script[path]
	if len(script) == 0 {
		return ""
	}
	w.script[path] = script[1:]
	return script[0]
}

// violate notes what breaks a rule of WeChat's.
func (w *WeChat) violate(where, path, format string, args ...any) {
	w.gateway.journal.violate(Violation{
		Time: w.gateway.config.Now(), TranCode: "WeChat " + where, Path: path, Problem: fmt.Sprintf(format, args...),
	})
}

// inWeChat reports whether a request comes from WeChat's browser.
func inWeChat(r *http.Request) bool {
	return strings.Contains(r.UserAgent(), "MicroMessenger")
}
