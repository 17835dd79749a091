package api

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/caddyserver/caddy/v2"

	"github.com/paybridge/paybridge/caddymodule/internal/inbound"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/merchantapi"
	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
	"github.com/paybridge/paybridge/translate"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// TryLimit is the greatest amount, in fen, that is tried without a word more.
const TryLimit = 100

// masked stands for what no answer tells: signatures, and who pays.
const masked = "***"

// TryPayRequest is a payment to try.
type TryPayRequest struct {
	MerID     string `json:"merid" need:"true" doc:"The merchant in whose name to pay."`
	Action    string `json:"action" need:"true" doc:"The v1 action."`
	AmountFen int64  `json:"amount_fen" need:"true" doc:"The amount in fen. It is real money at a real gateway."`
	Code      string `json:"code,omitzero" doc:"The payer's code that was scanned, for the *Code actions."`
	OpenID    string `json:"openid,omitzero" doc:"The payer at WeChat, for WxJsApi."`
	IP        string `json:"ip,omitzero" doc:"The payer's address, for WxH5."`
	PayWay    string `json:"payway,omitzero" doc:"The channel, of a merchant with several."`
	BackURL   string `json:"backurl,omitzero" doc:"Who is notified of the payment. Without it nobody is."`
	FrontURL  string `json:"fronturl,omitzero" doc:"Where the payer's browser returns to, for WxJsApi."`
	Yes       bool   `json:"yes,omitzero" doc:"Needed for more than 100 fen, and for an action that takes the money at once."`
	Why       string `json:"why" need:"true" doc:"The reason, kept with the change."`
}

// TryOrderRequest names an order to query or to cancel as its merchant does.
type TryOrderRequest struct {
	MerID   string `json:"merid" need:"true" doc:"The merchant in whose name to ask."`
	OrderID string `json:"orderid" need:"true" doc:"The merchant's own order number, or the queryid of v1."`
	Yes     bool   `json:"yes,omitzero" doc:"Needed to cancel an order that is no try: it may be a customer's."`
	Why     string `json:"why,omitzero" doc:"The reason, kept with the change. Needed to cancel."`
}

// Tried is what was sent in a merchant's name and what the merchant would have got.
type Tried struct {
	OrderID string `json:"orderid" doc:"The merchant's own order number. That of a try begins with PAYBRIDGETRY."`
	Address string `json:"address" doc:"Where a program of the merchant would have sent it."`
	Message string `json:"message" doc:"The JSON of the request. Who pays is masked, and of addresses all but the host."`
	Req     string `json:"req,omitempty" doc:"The message in base64, as it was signed; absent when something in it is masked."`
	Sign    string `json:"sign" doc:"The signature, masked: three asterisks."`
	Reply   string `json:"reply" doc:"The JSON of the reply, whose signature is good."`
	Code    string `json:"respcode" doc:"The respcode of the reply: 00 when it was accepted."`
	Result  string `json:"resultcode,omitempty" doc:"The resultcode of the reply to a query."`
	Shown   string `json:"shown,omitempty" doc:"What the payer scans or opens."`
}

func tryPay(v *visit, r TryPayRequest) (Tried, error) {
	m, err := v.toTry(r.MerID, r.Why)
	if err != nil {
		return Tried{}, err
	}
	if err := r.check(); err != nil {
		return Tried{}, err
	}
	message := payMessage{
		Action: r.Action, TxnAmt: r.AmountFen, MerID: r.MerID, OrderID: translate.NewTryOrderID(v.now, rand.Text()),
		Code: r.Code, OpenID: r.OpenID, IP: r.IP, PayWay: r.PayWay, BackURL: r.BackURL, FrontURL: r.FrontURL,
	}
	if message.BackURL == "" {
		message.BackURL = v.Settings.TryURL
	}
	change := v.change(r.Why)
	change.After = r.Action + " over " + translate.FormatYuan(r.AmountFen) + " yuan"
	if err := v.Ledger.NoteTrial(v.ctx, ledger.Key{MerID: r.MerID, OrderID: message.OrderID}, ledger.TryPay, change); err != nil {
		return Tried{}, err
	}
	tried, err := v.try(m, inbound.PayPath, message, message.forPeople(v.Settings.TryURL))
	tried.OrderID = message.OrderID
	tried.Shown = v.shownTo(tried, r)
	return tried, err
}

// check refuses what would surprise.
func (r TryPayRequest) check() error {
	rule, known := translate.RuleOf(v1.Action(r.Action))
	switch {
	case !known:
		return badMember("body", "action", notAnAction.With(strings.Join(texts(v1.Actions()...), ", ")))
	case r.AmountFen <= 0 || r.AmountFen > v1.MaxTxnAmt:
		return badMember("body", "amount_fen", notAPayment.With(translate.FormatYuan(v1.MaxTxnAmt)))
	case rule.MovesMoneyAtOnce() && !r.Yes:
		return badMember("body", "yes", takesAtOnce.With(r.Action))
	case r.AmountFen > TryLimit && !r.Yes:
		return badMember("body", "yes", overTheLimit.With(translate.FormatYuan(r.AmountFen), translate.FormatYuan(TryLimit)))
	}
	return nil
}

// payMessage is a pay request as a program writes it (v1 §3.1.2).
type payMessage struct {
	Action   string `json:"action"`
	TxnAmt   int64  `json:"txnamt"`
	MerID    string `json:"merid"`
	OrderID  string `json:"orderid"`
	Code     string `json:"code,omitempty"`
	OpenID   string `json:"openid,omitempty"`
	IP       string `json:"ip,omitempty"`
	PayWay   string `json:"payway,omitempty"`
	BackURL  string `json:"backurl"`
	FrontURL string `json:"fronturl,omitempty"`
}

// forPeople is the message without who pays, and without what may be secret in
// addresses. Our own is none.
func (m payMessage) forPeople(ours string) payMessage {
	for _, secret := range []*string{&m.Code, &m.OpenID} {
		if *secret != "" {
			*secret = masked
		}
	}
	for _, address := range []*string{&m.BackURL, &m.FrontURL} {
		if *address != "" && *address != ours {
			*address = maskedAddress(*address)
		}
	}
	return m
}

// maskedAddress is an address with nothing of it but scheme and host, and nothing at all
// where it has none.
func maskedAddress(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Scheme == "" || u.Host == "" {
		return masked
	}
	return u.Scheme + "://" + ledger.HostOf(address) + "/" + masked
}

// orderMessage is a query or cancel request (v1 §3.5, §3.6).
type orderMessage struct {
	MerID   string `json:"merid"`
	OrderID string `json:"orderid"`
}

func tryQuery(v *visit, r TryOrderRequest) (Tried, error) {
	m, err := v.merchant(r.MerID)
	if err != nil {
		return Tried{}, err
	}
	orderID, err := v.ownNumber(r)
	if err != nil {
		return Tried{}, err
	}
	return v.tryOrder(m, inbound.QueryPath, orderID)
}

func tryCancel(v *visit, r TryOrderRequest) (Tried, error) {
	m, err := v.toTry(r.MerID, r.Why)
	if err != nil {
		return Tried{}, err
	}
	orderID, err := v.ownNumber(r)
	switch {
	case err != nil:
		return Tried{}, err
	case !translate.IsTry(orderID) && !r.Yes:
		return Tried{}, badMember("body", "yes", cancelsACustomers.With(printable(orderID)))
	}
	if err := v.Ledger.NoteTrial(v.ctx, ledger.Key{MerID: m.MerID, OrderID: orderID}, ledger.TryCancel, v.change(r.Why)); err != nil {
		return Tried{}, err
	}
	return v.tryOrder(m, inbound.CancelPath, orderID)
}

// ownNumber is the merchant's own number of an order, whichever the operator names. One
// that no order of v2 has is sent as it is: its merchant, too, hears that there is none.
func (v *visit) ownNumber(r TryOrderRequest) (string, error) {
	order, err := v.find(r.MerID, r.OrderID)
	var refused caddy.APIError
	switch {
	case err == nil:
		return order.OrderID, nil
	case errors.As(err, &refused) && refused.HTTPStatus == http.StatusNotFound:
		return r.OrderID, nil
	}
	return "", err
}

func (v *visit) tryOrder(m *merchants.Merchant, path, orderID string) (Tried, error) {
	message := orderMessage{m.MerID, orderID}
	tried, err := v.try(m, path, message, message)
	tried.OrderID = orderID
	return tried, err
}

// toTry finds the merchant to try something for, with a reason.
func (v *visit) toTry(merID, why string) (*merchants.Merchant, error) {
	if err := checkWhy(why); err != nil {
		return nil, err
	}
	return v.merchant(merID)
}

func (v *visit) merchant(merID string) (*merchants.Merchant, error) {
	if m := v.Settings.Merchants.ByMerID(merID); m != nil {
		return m, nil
	}
	return nil, Refuse(http.StatusNotFound, noMerchant.With(printable(merID)))
}

// try has a message served as one of the merchant; forPeople is what is told of it.
func (v *visit) try(m *merchants.Merchant, path string, message, forPeople any) (Tried, error) {
	sent, shown := messageJSON(message), messageJSON(forPeople)
	served, err := v.Try(v.ctx, merchantapi.Trial{Merchant: m, Path: path, Message: []byte(sent), Address: v.address()})
	if err != nil {
		return Tried{}, err
	}
	tried := Tried{Address: v.PublicURL + path, Message: shown, Sign: masked, Reply: string(served.Reply)}
	if sent == shown {
		tried.Req = served.Req
	}
	var reply struct{ RespCode, ResultCode, FormAction string }
	if err := json.Unmarshal(served.Reply, &reply); err != nil {
		return tried, fmt.Errorf("reading the reply: %w", err)
	}
	tried.Code, tried.Result, tried.Shown = reply.RespCode, reply.ResultCode, reply.FormAction
	return tried, nil
}

// address is where the operator asks from: the payer's, for want of another.
func (v *visit) address() string {
	if host, _, err := net.SplitHostPort(v.r.RemoteAddr); err == nil {
		return host
	}
	return "127.0.0.1" // over a local socket
}

// shownTo is what the payer scans or opens. What is paid in the payer's browser is
// opened at the bridge, by the link that the merchant's page would have.
func (v *visit) shownTo(t Tried, r TryPayRequest) string {
	if t.Shown == "" || !v1.Action(r.Action).PaidInBrowser() {
		return t.Shown
	}
	return v.PublicURL + inbound.GoPayPath + "?" + url.Values{"merid": {r.MerID}, "orderid": {t.OrderID}, "code": {t.Shown}}.Encode()
}

// messageJSON writes a message as programs do: without the escapes that HTML needs.
func messageJSON(message any) string {
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(message) // texts and numbers
	return strings.TrimSpace(text.String())
}
