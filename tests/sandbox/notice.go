package sandbox

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// codeNotice is the tranCode of notices.
const codeNotice = "OP3001"

// NoticeVariant is the form a notice takes. The empty value is Plain.
type NoticeVariant string

// The variants of a notice. From NoticeWrongAmount on they are lies, which the
// receiver must not believe.
const (
	// NoticePlain is urlencoded, members and parameters as usual.
	NoticePlain NoticeVariant = "plain"
	// NoticeMultipart is a multipart form.
	NoticeMultipart NoticeVariant = "multipart"
	// NoticeXMLEnc calls the message xml_enc, the older name of msg_enc.
	NoticeXMLEnc NoticeVariant = "xml_enc"
	// NoticeOddOrder reverses the members of the message and of the form.
	NoticeOddOrder NoticeVariant = "odd_order"
	// NoticeNumber has totalAmt as a JSON number.
	NoticeNumber NoticeVariant = "number"
	// NoticeGBK is written in GBK and not in UTF-8, its respDesc too.
	NoticeGBK NoticeVariant = "gbk"
	// NoticeWrongAmount is one fen too high.
	NoticeWrongAmount NoticeVariant = "wrong_amount"
	// NoticeWrongOrder names another order, with this order's amount. There may be
	// such an order.
	NoticeWrongOrder NoticeVariant = "wrong_order"
	// NoticeUnknownOrder names an order that nobody has, with this order's amount.
	NoticeUnknownOrder NoticeVariant = "unknown_order"
	// NoticeForged is signed over other bytes.
	NoticeForged NoticeVariant = "forged"
	// NoticeContradictory says failed of a paid order, and paid of any other.
	NoticeContradictory NoticeVariant = "contradictory"
)

// Delivery is what becomes of a notice. The empty value sends it.
type Delivery string

// The ways a notice can go.
const (
	// DeliverNow sends the notice.
	DeliverNow Delivery = "send"
	// DeliverLater keeps the notice, as sealed now, for ReleaseNotices.
	DeliverLater Delivery = "hold"
	// DeliverNever loses it.
	DeliverNever Delivery = "lose"
)

// Notice says which notice to send, and how. Its state and amount are the
// order's at the time.
type Notice struct {
	MerchantID string        `json:"merchantId"`
	OrderID    string        `json:"orderId"`
	Variant    NoticeVariant `json:"variant,omitempty"`
	Delivery   Delivery      `json:"delivery,omitempty"`
	// Members are texts that members of the message have instead of their usual
	// values, as in a Rule.
	Members map[string]string `json:"members,omitempty"`
	// Copies is how often it is sent, 1 if it is 0: one after the other, or at
	// the same time if Together is set. All copies have the same plaintext.
	Copies   int  `json:"copies,omitempty"`
	Together bool `json:"together,omitempty"`
}

// NoticeResult is what came of one copy of a notice.
type NoticeResult struct {
	Time       time.Time     `json:"time"`
	MerchantID string        `json:"merchantId"`
	OrderID    string        `json:"orderId"`
	Variant    NoticeVariant `json:"variant"`
	Delivery   Delivery      `json:"delivery"`
	Plaintext  string        `json:"plaintext"`
	// Status and Body are the receiver's answer, the body up to 64 KiB. Status
	// 0 means there was none; Error then says why, unless it was not sent.
	Status int    `json:"status"`
	Body   string `json:"body"`
	Error  string `json:"error,omitempty"`
}

// Acknowledged reports whether the receiver answered "success" (v2 in the
// field, "Asynchronous notice").
func (r NoticeResult) Acknowledged() bool {
	return r.Status == http.StatusOK && strings.TrimSpace(r.Body) == "success"
}

// noticeTrait is how a variant differs from a plain notice.
type noticeTrait struct {
	change  func(body *object, o Order)
	reverse bool
	forged  bool
	message string // the parameter's name, msg_enc if empty
	gbk     bool
	encode  func([]member) (body []byte, contentType string)
}

var noticeTraits = map[NoticeVariant]noticeTrait{
	NoticePlain:     {},
	NoticeMultipart: {encode: encodeMultipart},
	NoticeXMLEnc:    {message: "xml_enc"},
	NoticeOddOrder:  {reverse: true},
	NoticeNumber: {change: func(body *object, o Order) {
		body.set("totalAmt", json.Number(yuanOf(o.Amount)))
	}},
	NoticeGBK: {gbk: true},
	NoticeWrongAmount: {change: func(body *object, o Order) {
		body.set("totalAmt", yuanOf(o.Amount+1))
	}},
	NoticeWrongOrder: {change: func(body *object, o Order) {
		body.set("merOrderId", otherNumber(o.OrderID))
	}},
	NoticeUnknownOrder: {change: func(body *object, o Order) {
		body.set("merOrderId", otherNumber(o.OrderID)+"9")
	}},
	NoticeForged: {forged: true},
	NoticeContradictory: {change: func(body *object, o Order) {
		if o.State == StatePaid {
			body.set("state", StateFailed)
		} else {
			body.set("state", StatePaid)
		}
	}},
}

// preparedNotice is a notice sealed and encoded, ready to be sent.
type preparedNotice struct {
	notice      Notice
	url         string
	contentType string
	body        []byte
	plaintext   string
}

// SendNotice sends a notice and returns what came of each copy. It returns an
// error only if there is no such order, merchant or variant; a receiver that
// does not answer is a result. A held or lost notice gives one result.
func (g *Gateway) SendNotice(ctx context.Context, n Notice) ([]NoticeResult, error) {
	p, err := g.prepareNotice(n)
	if err != nil {
		return nil, fmt.Errorf("sending notice: %w", err)
	}
	return g.deliver(ctx, p), nil
}

// ReleaseNotices sends the notices that were held, oldest first.
func (g *Gateway) ReleaseNotices(ctx context.Context) []NoticeResult {
	var results []NoticeResult
	for _, p := range g.held.take() {
		p.notice.Delivery = DeliverNow
		results = append(results, g.deliver(ctx, p)...)
	}
	return results
}

// WaitNotices returns when the notices that the gateway is sending on its own
// account are done.
func (g *Gateway) WaitNotices() {
	g.tasks.wait()
}

// startNotice sends a notice in the background. The notice is sealed at once,
// so that it says what is true now.
func (g *Gateway) startNotice(n Notice) error {
	p, err := g.prepareNotice(n)
	if err != nil {
		return err
	}
	if p.notice.Delivery != DeliverNow {
		g.deliver(g.done, p)
		return nil
	}
	g.tasks.start(func() { g.deliver(context.Background(), p) })
	return nil
}

func (n Notice) withDefaults() Notice {
	if n.Variant == "" {
		n.Variant = NoticePlain
	}
	if n.Delivery == "" {
		n.Delivery = DeliverNow
	}
	n.Copies = max(n.Copies, 1)
	return n
}

func (n Notice) validate() error {
	if _, ok := noticeTraits[n.Variant]; !ok {
		return fmt.Errorf("unknown variant %q", n.Variant)
	}
	if !slices.Contains([]Delivery{DeliverNow, DeliverLater, DeliverNever}, n.Delivery) {
		return fmt.Errorf("unknown delivery %q", n.Delivery)
	}
	return nil
}

func (g *Gateway) prepareNotice(n Notice) (preparedNotice, error) {
	n = n.withDefaults()
	if err := n.validate(); err != nil {
		return preparedNotice{}, err
	}
	m, known := g.merchants.find(n.MerchantID)
	if !known {
		return preparedNotice{}, fmt.Errorf("no merchant %q", n.MerchantID)
	}
	o, known := g.Order(n.MerchantID, n.OrderID)
	if !known {
		return preparedNotice{}, fmt.Errorf("no order %q of merchant %s", n.OrderID, n.MerchantID)
	}
	t := noticeTraits[n.Variant]
	flow := g.book.nextFlow(m.ID, g.config.Now())
	plaintext, err := compact(noticeMessage(o, n, flow, g.config.Now()))
	if err != nil {
		return preparedNotice{}, fmt.Errorf("encoding: %w", err)
	}
	sealed := plaintext
	if t.gbk {
		if sealed, err = simplifiedchinese.GBK.NewEncoder().Bytes(plaintext); err != nil {
			return preparedNotice{}, fmt.Errorf("writing GBK: %w", err)
		}
	}
	signed := sealed
	if t.forged {
		signed = append([]byte("forged"), sealed...)
	}
	e, err := m.sealEnvelope(sealed, signed, flow)
	if err != nil {
		return preparedNotice{}, err
	}
	body, contentType := e.encodeForm(t)
	return preparedNotice{n, o.NotifyURL, contentType, body, string(plaintext)}, nil
}

// noticeMessage is the plaintext of a notice.
func noticeMessage(o Order, n Notice, flow string, now time.Time) object {
	t := noticeTraits[n.Variant]
	head := object{
		{"merchantId", o.MerchantID},
		{"tranCode", codeNotice},
		{"tranFlowid", flow},
		{"tranTime", now.In(beijing).Format(wireLayout)},
		{"tranType", "01"},
		{"version", "2.0.0"},
		{"respCode", codeSuccess},
		{"respDesc", "交易成功"},
	}
	body := object{
		{"merOrderId", o.OrderID},
		{"state", o.State},
		{"totalAmt", yuanOf(o.Amount)},
		{"jytOrderId", o.PlatformID},
	}
	if t.change != nil {
		t.change(&body, o)
	}
	putMembers(n.Members, &head, &body)
	message := object{{"head", head}, {"body", body}}
	if t.reverse {
		slices.Reverse(head)
		slices.Reverse(body)
		slices.Reverse(message)
	}
	return message
}
