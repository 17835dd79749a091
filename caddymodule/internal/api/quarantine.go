package api

import (
	"cmp"
	"errors"
	"net/http"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/quarantine"
)

// Quarantined is a message that the gateway signed and that was not believed. Its
// members are as the message has them, whatever they contradict.
type Quarantined struct {
	ID              string    `json:"id" doc:"Names the message; the same again is counted and has the same."`
	MerID           string    `json:"merid,omitempty" doc:"The v1 number of the merchant whose order it is about; absent where the ledger does not know the order."`
	OrderID         string    `json:"orderid,omitempty" doc:"The merchant's number of that order."`
	GatewayMerchant string    `json:"gateway_merchant,omitempty" doc:"The merchant number of v2 under which it came."`
	OrderNo         string    `json:"order_no,omitempty" doc:"The v2 order number that it names; several with / where it names several."`
	RefundNo        string    `json:"refund_no,omitempty" doc:"The refund number that it names."`
	GatewayNo       string    `json:"gateway_no,omitempty" doc:"The gateway's own number."`
	FlowNo          string    `json:"flow_no,omitempty" doc:"Its flow number."`
	Source          string    `json:"source" doc:"How it came: notice, or answer, query, close or refund for an answer."`
	TranCode        string    `json:"tran_code,omitempty" doc:"Its transaction code."`
	RespCode        string    `json:"resp_code,omitempty" doc:"Its respCode."`
	State           string    `json:"state,omitempty" doc:"The v2 state that it names: 11 paid, 13 failed, 31 refunded."`
	Amount          string    `json:"amount,omitempty" doc:"The amount that it names, in yuan, as written."`
	Cause           string    `json:"cause" doc:"Why it was not believed, by name: order_unknown, amount_differs and others; other for what has no name."`
	Means           string    `json:"means" doc:"What the cause means, for people."`
	Detail          string    `json:"detail" doc:"The cause as the bridge put it when the message came, with the member that it is about."`
	CreatedAt       time.Time `json:"created_at" doc:"When it first came."`
	LastAt          time.Time `json:"last_at" doc:"When it last came."`
	Times           int       `json:"times" doc:"How often it came."`
	DealtAt         time.Time `json:"dealt_at,omitzero" doc:"When somebody said that it is dealt with; absent while nobody has."`
	DealtWho        string    `json:"dealt_who,omitempty" doc:"Who said so."`
	DealtWhy        string    `json:"dealt_why,omitempty" doc:"How it was dealt with."`
}

func (v *visit) quarantined(q ledger.Quarantined) Quarantined {
	return Quarantined{
		ID: q.ID, MerID: q.MerID, OrderID: q.OrderID, GatewayMerchant: q.GatewayMerchant, OrderNo: q.OrderNo, RefundNo: q.RefundNo,
		GatewayNo: q.GatewayNo, FlowNo: q.FlowNo, Source: q.Source, TranCode: q.TranCode, RespCode: q.RespCode, State: q.State,
		Amount: q.Amount, Cause: string(quarantine.CauseOf(q.Cause)), Means: quarantine.Means(q.Cause).In(v.lang), Detail: q.Cause,
		CreatedAt: q.CreatedAt, LastAt: q.LastAt, Times: q.Times,
		DealtAt: q.DealtAt, DealtWho: whoSaid(q.DealtWho).In(v.lang), DealtWhy: q.DealtWhy,
	}
}

// QuarantineQuery says which messages are wanted.
type QuarantineQuery struct {
	All     bool   `json:"all" doc:"Also those that somebody has dealt with."`
	MerID   string `json:"merid" doc:"About an order of this merchant; orderid is needed with it."`
	OrderID string `json:"orderid" doc:"About this order, by any of its numbers; merid is needed with it."`
	Page
}

// QuarantineList is a part of the list of messages in quarantine, newest first.
type QuarantineList struct {
	Items []Quarantined `json:"items" doc:"The messages, newest first."`
	Next  string        `json:"next,omitempty" doc:"Give it as after for those that follow; absent when there are none."`
	Missing
}

func listQuarantine(v *visit, q QuarantineQuery) (QuarantineList, error) {
	after, limit, err := q.cursor()
	switch {
	case err != nil:
		return QuarantineList{}, err
	case (q.MerID == "") != (q.OrderID == ""):
		return QuarantineList{}, badMember("query", "orderid", numbersTogether.With())
	}
	key, err := v.keyOf(q.MerID, q.OrderID)
	if err != nil {
		return QuarantineList{}, err
	}
	list, err := v.Ledger.QuarantinedMessages(v.ctx, ledger.QuarantineFilter{Dealt: q.All, Key: key, After: after, Limit: limit})
	if err != nil {
		return QuarantineList{}, err
	}
	return QuarantineList{
		Items: shown(list.Items, v.quarantined), Next: list.Next.String(), Missing: v.missingOf(list.Unreadable),
	}, nil
}

// QuarantinedQuery names one message.
type QuarantinedQuery struct {
	ID string `json:"id" need:"true" doc:"The message, as the list names it."`
}

func showQuarantined(v *visit, q QuarantinedQuery) (Quarantined, error) {
	message, err := v.Ledger.QuarantinedMessage(v.ctx, q.ID)
	return v.quarantined(message), quarantineError(err, q.ID)
}

// DealtRequest says that a message is dealt with.
type DealtRequest struct {
	ID  string `json:"id" need:"true" doc:"The message, as the list names it."`
	Why string `json:"why" need:"true" doc:"How it was dealt with, kept with the change."`
}

func dealWithQuarantined(v *visit, r DealtRequest) (Quarantined, error) {
	err := cmp.Or(checkWhy(r.Why), v.stillOpen(r.ID))
	if err != nil {
		return Quarantined{}, err
	}
	err = v.Ledger.DealWithQuarantined(v.ctx, r.ID, v.change(r.Why))
	if errors.Is(err, ledger.ErrNotFound) { // a colleague was faster by a moment
		err = cmp.Or(v.stillOpen(r.ID), err)
	}
	if err != nil {
		return Quarantined{}, err
	}
	return showQuarantined(v, QuarantinedQuery{ID: r.ID})
}

// stillOpen refuses a message that is not in quarantine, or that somebody has dealt with.
func (v *visit) stillOpen(id string) error {
	message, err := v.Ledger.QuarantinedMessage(v.ctx, id)
	switch {
	case err != nil:
		return quarantineError(err, id)
	case !message.DealtAt.IsZero():
		return Refuse(http.StatusConflict, dealtAlready.With(whoSaid(message.DealtWho)))
	}
	return nil
}

// quarantineError says an error about one message in an operator's words.
func quarantineError(err error, id string) error {
	if errors.Is(err, ledger.ErrNotFound) {
		return Refuse(http.StatusNotFound, noSuchMessage.With(printable(id)))
	}
	return err
}
