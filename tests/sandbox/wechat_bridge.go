package sandbox

import (
	_ "embed" // the bridge's script
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// BridgeBehaviour is what the payer and WeChat's bridge do. The empty value is
// BridgePays.
type BridgeBehaviour string

// The behaviours of the bridge.
const (
	// BridgePays is there at once; the payer pays, the gateway sends its notice.
	BridgePays BridgeBehaviour = "pays"
	// BridgeLate is BridgePays, but the bridge is there only after a while.
	BridgeLate BridgeBehaviour = "late"
	// BridgeNever never comes.
	BridgeNever BridgeBehaviour = "never"
	// BridgeCancelled is a payer who closes the payment.
	BridgeCancelled BridgeBehaviour = "cancelled"
	// BridgeFails is a payment that WeChat refuses.
	BridgeFails BridgeBehaviour = "fails"
	// BridgePaysQuietly is BridgePays, but the notice is held for ReleaseNotices.
	BridgePaysQuietly BridgeBehaviour = "pays_quietly"
	// BridgePaysUntold is BridgePays, but the notice is lost.
	BridgePaysUntold BridgeBehaviour = "pays_untold"
	// BridgeForgetful is BridgePays, but the page is told that the payer has
	// cancelled.
	BridgeForgetful BridgeBehaviour = "forgetful"
)

// bridgeTrait is how a behaviour differs from BridgePays.
type bridgeTrait struct {
	readyAfter time.Duration // negative: never
	declines   bool          // the payer pays nothing
	delivery   Delivery
	says       string // to the page, "ok" if empty
}

// lateBy is when the bridge of BridgeLate is there.
const lateBy = 3 * time.Second

var bridgeTraits = map[BridgeBehaviour]bridgeTrait{
	BridgePays:        {},
	BridgeLate:        {readyAfter: lateBy},
	BridgeNever:       {readyAfter: -time.Millisecond},
	BridgeCancelled:   {declines: true, says: "cancel"},
	BridgeFails:       {declines: true, says: "fail"},
	BridgePaysQuietly: {delivery: DeliverLater},
	BridgePaysUntold:  {delivery: DeliverNever},
	BridgeForgetful:   {says: "cancel"},
}

// Bridge is a WeixinJSBridge to be put into a browser.
type Bridge struct {
	// Script is run in every document before its own scripts.
	Script string
	// Function is the name under which the script finds Invoke as a function of
	// the browser: one string to a promise of another.
	Function string
	Invoke   func(call string) (answer string, err error)
}

//go:embed wechat_bridge.js
var bridgeScript string

// bridgeFunction is what the browser's side calls.
const bridgeFunction = "sandboxWeixinNative"

// Bridge makes the bridge of one browser. It panics on an unknown behaviour.
func (w *WeChat) Bridge(behaviour BridgeBehaviour) Bridge {
	if behaviour == "" {
		behaviour = BridgePays
	}
	t, known := bridgeTraits[behaviour]
	if !known {
		panic(fmt.Sprintf("sandbox: unknown behaviour of the bridge %q", behaviour))
	}
	script := fmt.Sprintf("%s({native: %q, readyAfter: %d});", strings.TrimSpace(bridgeScript), bridgeFunction, t.readyAfter.Milliseconds())
	return Bridge{Script: script, Function: bridgeFunction, Invoke: func(call string) (string, error) {
		return w.invoke(call, t)
	}}
}

// bridgeMembers are the members of a payment, as WeChat defines them.
var bridgeMembers = []string{"appId", "nonceStr", "package", "paySign", "signType", "timeStamp"}

// invoke is one call of the bridge by a page.
func (w *WeChat) invoke(text string, t bridgeTrait) (string, error) {
	w.count(func(c *WeChatCounters) { c.Invoked++ })
	var call struct {
		Name string         `json:"name"`
		Args map[string]any `json:"args"`
	}
	if err := json.Unmarshal([]byte(text), &call); err != nil {
		return "", fmt.Errorf("reading call of the bridge: %w", err)
	}
	if call.Name != "getBrandWCPayRequest" {
		w.violate("bridge", "name", "%q", call.Name)
		return bridgeAnswer("fail", "no such function")
	}
	key, problem := w.ordered(call.Args)
	switch {
	case problem != "":
		return bridgeAnswer("fail", problem)
	case t.declines:
		return bridgeAnswer(t.says, "")
	}
	notice := Notice{MerchantID: key.merchantID, OrderID: key.orderID, Delivery: t.delivery}
	if err := w.gateway.Pay(Payment{Notice: notice}); err != nil {
		return bridgeAnswer("fail", err.Error()) // WeChat: "the order is paid" or "has expired"
	}
	w.count(func(c *WeChatCounters) { c.Paid++ })
	return bridgeAnswer(t.says, "")
}

// ordered finds the order that a page wants to have paid. The six members must be
// what the gateway answered for it, all of them strings.
func (w *WeChat) ordered(args map[string]any) (key orderKey, problem string) {
	got := make(map[string]string)
	for name, value := range args {
		text, isText := value.(string)
		if !isText {
			w.violate("bridge", name, "not a string: %v", value)
		}
		got[name] = text
	}
	if names := slices.Sorted(maps.Keys(got)); !slices.Equal(names, bridgeMembers) {
		w.violate("bridge", "members", "%v", names)
		return orderKey{}, "missing parameter"
	}
	for _, o := range w.gateway.book.snapshot() {
		if o.mode != modeJS || o.openID == "" || got["package"] != prepayOf(&o) {
			continue
		}
		if !maps.Equal(got, payDataOf(&o)) {
			w.violate("bridge", "members", "differ from wc_pay_data: %v", got)
			return orderKey{}, "signature"
		}
		if !w.knows(o.openID) {
			return orderKey{}, "somebody else's order"
		}
		return orderKey{o.MerchantID, o.OrderID}, ""
	}
	w.violate("bridge", "package", "no such order: %q", got["package"])
	return orderKey{}, "no such order"
}

// bridgeAnswer is what the page's callback gets.
func bridgeAnswer(outcome, why string) (string, error) {
	if outcome == "" {
		outcome = "ok"
	}
	answer := map[string]string{"err_msg": "get_brand_wcpay_request:" + outcome}
	if why != "" {
		answer["err_desc"] = why
	}
	text, err := json.Marshal(answer)
	return string(text), err
}
