package shadow

import (
	"bytes"
	"errors"
	"net/url"
	"regexp"
	"strconv"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/forms"
	"github.com/paybridge/paybridge/caddymodule/internal/preview"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// comparison is one exchange on its way.
type comparison struct {
	Outcome
	merchant Merchant
	settings Settings
	exchange Exchange
	now      time.Time

	opened  v1.Opened        // what the merchant's key has verified
	request *preview.Request // what would have gone to v2; nil when it is refused
	action  string           // of a payment that could be read
}

func (c *comparison) find(kind Kind, subject, detail string) {
	c.Findings = append(c.Findings, Finding{kind, c.exchange.Interface, subject, detail})
}

// Compare says what was found in an exchange of a merchant. now is the time of what
// would have been sent.
func Compare(m Merchant, s Settings, e Exchange, now time.Time) Outcome {
	c := &comparison{merchant: m, settings: s, exchange: e, now: now}
	old, reason := readReply(e)
	if reason != "" {
		c.find(Uncompared, reason, "")
		return c.Outcome
	}
	refusal := c.take()
	switch {
	case old.ok() && refusal != nil:
		c.find(Refused, refusal.Field, string(refusal.Code))
	case old.ok():
		if c.compareReplies(old) != nil { // which is not known to happen
			c.find(Uncompared, "no reply of ours", "")
			return c.Outcome
		}
	default:
		if refusal == nil {
			c.find(Taken, "", old.code)
		}
		c.compareRefusals(old)
	}
	if old.ok() || c.opened.JSON != nil { // anybody can send what neither side believes
		c.checkKey(old)
		c.find(Compared, c.action, "")
	} else {
		c.find(Uncompared, "not signed by the merchant", "")
	}
	return c.Outcome
}

// take does with the request what the bridge would do, up to the sealed message. It
// returns why the request is refused.
func (c *comparison) take() *v1.Error {
	err := c.open()
	if err == nil {
		err = c.translate()
	}
	refusal := new(v1.Error)
	switch {
	case err == nil:
		return nil
	case errors.As(err, &refusal):
		return refusal
	}
	return &v1.Error{Code: v1.CodeBusy, Field: memberOf(err)}
}

// open reads the request and verifies its signature.
func (c *comparison) open() error {
	e := c.exchange
	params, err := forms.Parse(e.ContentType, e.Body, e.Query)
	if err != nil {
		return &v1.Error{Code: v1.CodeBadRequest, Field: "body"}
	}
	if e.Method != "POST" { //nolint:usestdlibvars // net/http must not be known here
		return &v1.Error{Code: v1.CodeBadRequest, Field: "method"}
	}
	c.opened, err = v1.Open(params.Form(), func(merID string) []v1.Key {
		if merID != c.merchant.MerID {
			return nil
		}
		return c.merchant.SignKeys
	})
	if err == nil {
		c.dialects()
	}
	return err
}

// dialects tells what was put right in the request.
func (c *comparison) dialects() {
	e := c.exchange
	if c.opened.Variant != v1.AsSent {
		c.find(Dialect, c.opened.Variant.String(), "")
	}
	if len(bytes.TrimSpace(e.Body)) == 0 {
		c.find(Dialect, "parameters in the query", "")
	} else if _, multipart := forms.Boundary(e.ContentType); multipart {
		c.find(Dialect, "multipart", "")
	}
	if c.opened.Previous {
		c.find(Dialect, "previous sign key", "")
	}
}

// translate makes the message to v2 and seals it.
func (c *comparison) translate() error {
	request, err := preview.New(c.exchange.Interface, c.opened.JSON, c.previewSettings())
	c.nameOrder(request)
	if err != nil {
		return err
	}
	if pay := request.PayRequest(); pay.MerID != "" {
		c.action = string(pay.Action)
		c.host(pay.BackURL)
	}
	if _, err := c.merchant.Codec.Seal(c.merchant.GatewayMerchant, c.OrderID, request.Plaintext); err != nil {
		c.find(Unsealed, "", "")
	}
	c.request = request
	return nil
}

// orderForm is that of order numbers that are kept.
var orderForm = regexp.MustCompile(`^[A-Za-z0-9]{1,32}$`)

// nameOrder notes the number of the order, also of a request that is refused. A
// program may send its key in place of anything.
func (c *comparison) nameOrder(r *preview.Request) {
	number := r.OrderID()
	if number == "" {
		ref, _ := v1.ParseOrderRef(c.opened.JSON) // "" where it cannot be read
		number = ref.OrderID
	}
	c.keepNumber(number)
}

func (c *comparison) keepNumber(number string) {
	for _, key := range c.merchant.SignKeys {
		number = key.Mask(number)
	}
	if orderForm.MatchString(number) {
		c.OrderID = number
	}
}

func (c *comparison) previewSettings() preview.Settings {
	s := c.settings
	subject := c.merchant.Subject
	if subject == "" {
		subject = s.Subject
	}
	return preview.Settings{
		GatewayMerchant: c.merchant.GatewayMerchant, NotifyURL: s.NotifyURL, OrderPrefix: s.OrderPrefix,
		Subject: subject, Expiry: s.Expiry, Pay: s.Pay, Query: s.Query, Refund: s.Refund,
		Now: c.now, ShowPayer: true, // it is sealed, not shown
	}
}

// maxHost is the longest host that is kept.
const maxHost = 128

// host notes where the merchant is to be notified, without path and query.
func (c *comparison) host(backURL string) {
	u, err := url.Parse(backURL)
	if err != nil || u.Host == "" {
		return
	}
	if place := u.Scheme + "://" + u.Host; len(place) <= maxHost {
		c.find(Host, place, "")
	}
}

// memberForm is that of a member in an error of package v2.
var memberForm = regexp.MustCompile(`\b(head|body)\.[A-Za-z_]{1,32}\b`)

// memberOf is the member that an error is about, without what stands in it.
func memberOf(err error) string { return memberForm.FindString(err.Error()) }

// checkKey tries the merchant's keys on the old gateway's reply.
func (c *comparison) checkKey(old oldReply) {
	if old.sign == "" && !old.ok() {
		return // refusals may come unsigned
	}
	for i, key := range c.merchant.SignKeys {
		if _, err := v1.OpenResponse(old.resp, old.sign, key); err == nil {
			if i > 0 && !c.opened.Previous {
				c.find(ReplyKey, "", previousKey)
			}
			return
		}
	}
	c.find(ReplyKey, "", noKey)
}

// codeText is a code that may be kept: a few digits.
func codeText(text string) string {
	if _, err := strconv.ParseUint(text, 10, 16); err != nil || len(text) > 4 {
		return "other"
	}
	return text
}
