package v2

import (
	"bytes"
	"cmp"
	"errors"
	"strings"
)

// Values of head members.
const (
	ProtocolVersion  = "2.0.0" // version
	TranTypeRequest  = "01"    // tranType of requests and notices
	TranTypeResponse = "02"    // tranType of answers
)

// Usual transaction codes. Only OP1001 and OP1003 are on the gateway's page; the
// queries follow the habit of the vendor's other products and are configuration.
const (
	TranPay         = "OP1001"
	TranRefund      = "OP1003"
	TranQuery       = "OP2001"
	TranRefundQuery = "OP2002"
)

// Head is the head of every message.
type Head struct {
	Version    string // when writing, "" is ProtocolVersion
	TranType   string // when writing, "" is TranTypeRequest
	MerchantID string // 12 digits
	TranTime   string // yyyyMMddHHmmss, Beijing time
	TranFlowID string // unique, begins with the merchant number
	TranCode   string
	RespCode   string // only received; see Classify
	RespDesc   string // only received; the gateway's message
	RespMsg    string // only received; the same, as the document's text names it
}

// headMembers: the first six are written in requests, all are read.
var headMembers = []member[Head]{
	{name: "version", required: true, text: func(h *Head) *string { return &h.Version }},
	{name: "tranType", rule: twoDigits, required: true, text: func(h *Head) *string { return &h.TranType }},
	{name: "merchantId", rule: merchantNo, required: true, text: func(h *Head) *string { return &h.MerchantID }},
	{name: "tranTime", rule: wireTime, required: true, text: func(h *Head) *string { return &h.TranTime }},
	{name: "tranFlowid", max: 32, required: true, text: func(h *Head) *string { return &h.TranFlowID }},
	{name: "tranCode", required: true, text: func(h *Head) *string { return &h.TranCode }},
	{name: "respCode", text: func(h *Head) *string { return &h.RespCode }},
	{name: "respDesc", text: func(h *Head) *string { return &h.RespDesc }},
	{name: "respMsg", text: func(h *Head) *string { return &h.RespMsg }},
}

// TakesBack reports whether a notice has a respCode that takes back what its body
// says. Most gateways leave it out.
func (h Head) TakesBack() bool { return h.RespCode != "" && Classify(h.RespCode) != Processed }

// requestHeadMembers is how many of headMembers a request has.
const requestHeadMembers = 6

// append writes the head of a request.
func (h Head) append(b *bytes.Buffer) error {
	if h.Version == "" {
		h.Version = ProtocolVersion
	}
	if h.TranType == "" {
		h.TranType = TranTypeRequest
	}
	if err := appendMembers(b, "head", headMembers[:requestHeadMembers], &h); err != nil {
		return err
	}
	if !strings.HasPrefix(h.TranFlowID, h.MerchantID) {
		return errors.New("head.tranFlowid: does not begin with the merchant number")
	}
	return nil
}

// Refusal returns the gateway's message about why it did not do what was asked: its
// respDesc or, where that says nothing, its respMsg. It is a reason only beside an
// E-code; under S0000000 it is about the request ("交易受理成功"), whatever
// became of the payment, and the refusal is "".
func (h Head) Refusal() string {
	if !isErrorCode(h.RespCode) {
		return ""
	}
	return cmp.Or(strings.TrimSpace(h.RespDesc), strings.TrimSpace(h.RespMsg))
}
