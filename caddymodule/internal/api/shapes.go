package api

import (
	"strings"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
)

// Order is an order as operators see it.
type Order struct {
	MerID           string          `json:"merid" doc:"The merchant's v1 number."`
	OrderID         string          `json:"orderid" doc:"The merchant's own order number."`
	QueryID         string          `json:"queryid" doc:"The platform number of v1."`
	OrderNo         string          `json:"order_no" doc:"The order number of v2."`
	GatewayMerchant string          `json:"gateway_merchant" doc:"The merchant number of v2."`
	GatewayNo       string          `json:"gateway_no,omitempty" doc:"The gateway's own number, as far as it is known."`
	RefundNo        string          `json:"refund_no,omitempty" doc:"The number of the order's one refund."`
	Action          string          `json:"action" doc:"The v1 action."`
	AmountFen       int64           `json:"amount_fen" doc:"The amount in fen."`
	State           translate.State `json:"state" doc:"Where the order stands."`
	Explained       string          `json:"explained" doc:"What the state means for this order and what comes next, for people; times in Beijing time."`
	GatewayMessage  string          `json:"words,omitempty" doc:"The gateway's message when it refused."`
	CreatedAt       time.Time       `json:"created_at" doc:"When the merchant's request was recorded."`
	SentAt          time.Time       `json:"sent_at,omitzero" doc:"When the pay call was about to leave."`
	PaidAt          time.Time       `json:"paid_at,omitzero" doc:"When the payer paid, by the gateway's word."`
	SettledAt       time.Time       `json:"settled_at,omitzero" doc:"When the order last became final."`
	ExpiresAt       time.Time       `json:"expires_at" doc:"Until when it can be paid."`
	PurgedAt        time.Time       `json:"purged_at,omitzero" doc:"When all of it but numbers, amount, state and times was purged."`
	NextAt          time.Time       `json:"next_at,omitzero" doc:"When its next step is due; absent when there is none."`
	Unpaid          bool            `json:"unpaid,omitempty" doc:"The order is in doubt, and the gateway says that nobody has paid it. Told with the order's story only."`
	Unsent          bool            `json:"unsent,omitempty" doc:"The refund is to be sent and has surely not left the bridge yet. Told with the order's story only."`
	Dealt           bool            `json:"dealt,omitempty" doc:"The refund has failed, and somebody has dealt with that. Told with the order's story only."`
	Tries           int             `json:"tries" doc:"Steps taken on the present retry schedule."`
	TraceID         string          `json:"trace_id,omitempty" doc:"The trace that the order began in."`
}

func orderOf(o ledger.Order, now time.Time) Order {
	order := Order{
		MerID: o.MerID, OrderID: o.OrderID, QueryID: o.QueryID, OrderNo: o.OrderNo,
		GatewayMerchant: o.GatewayMerchant, GatewayNo: o.GatewayNo, RefundNo: o.RefundNo,
		Action: o.Action, AmountFen: o.Amount, State: o.State, GatewayMessage: o.GatewayMessage,
		CreatedAt: o.CreatedAt, SentAt: o.SentAt, PaidAt: o.PaidAt, SettledAt: o.SettledAt,
		ExpiresAt: o.ExpiresAt, PurgedAt: o.PurgedAt, NextAt: o.Next, Tries: o.Tries, TraceID: traceID(o.Trace),
	}
	order.Explained = order.Explain(now, translate.Beijing)
	return order
}

// traceID is the trace's number in a W3C traceparent: the second of its four
// parts.
func traceID(traceparent string) string {
	const parts = 4
	fields := strings.Split(traceparent, "-")
	if len(fields) != parts {
		return ""
	}
	return fields[1]
}

// Notification is the duty to tell a merchant of a payment.
type Notification struct {
	MerID     string                   `json:"merid" doc:"The merchant's v1 number."`
	OrderID   string                   `json:"orderid" doc:"The merchant's own order number."`
	Host      string                   `json:"host" doc:"Host and port of the address that is notified."`
	State     ledger.NotificationState `json:"state" doc:"What is to become of it."`
	Attempts  int                      `json:"attempts" doc:"Calls made so far."`
	CreatedAt time.Time                `json:"created_at" doc:"When the payment was recorded."`
	DueAt     time.Time                `json:"due_at,omitzero" doc:"When the next call is due; absent unless it waits."`
	Class     string                   `json:"class,omitempty" doc:"Of a list: what came of the newest call, as metrics name it; absent before the first."`
	Cause     string                   `json:"cause,omitempty" doc:"Of a list: why the newest call had no answer to judge, as the bridge puts it."`
	Status    int                      `json:"status,omitempty" doc:"Of a list: the HTTP status of the newest call; absent when there was none."`
}

func notificationOf(n ledger.Notification) Notification {
	shown := Notification{
		MerID: n.MerID, OrderID: n.OrderID, Host: n.Host, State: n.State,
		Attempts: n.Attempts, CreatedAt: n.CreatedAt,
	}
	if n.State == ledger.Waiting {
		shown.DueAt = n.Due
	}
	return shown
}

// Change is what a person did.
type Change struct {
	ID      string    `json:"id" doc:"Tells it from every other change."`
	At      time.Time `json:"at" doc:"When."`
	Who     string    `json:"who" doc:"Who, and from where."`
	What    string    `json:"what" doc:"What was done: resend, settle, refund, deal with refund, deal with notification, quarantine, pause, resume, route, try pay, try cancel, try notify, keep forms, read form or forget forms."`
	Why     string    `json:"why" doc:"The reason given."`
	MerID   string    `json:"merid,omitempty" doc:"The merchant it concerns."`
	OrderID string    `json:"orderid,omitempty" doc:"The order it concerns."`
	Before  string    `json:"before,omitempty" doc:"How it was before."`
	After   string    `json:"after,omitempty" doc:"How it is since."`
}

// changeOf is a change of the ledger in a language.
func changeOf(lang bilingual.Lang, c ledger.Change) Change {
	return Change{
		ID: c.ID, At: c.At, Who: whoSaid(c.Who).In(lang), What: c.What, Why: reasonText(lang, c.Who, c.Why), MerID: c.MerID, OrderID: c.OrderID,
		Before: recordedText(lang, c.Before), After: recordedText(lang, c.After),
	}
}

// shown turns a list of the ledger's into what is shown of it. It is never nil,
// so that an empty list is one in JSON too.
func shown[From, To any](list []From, show func(From) To) []To {
	items := make([]To, len(list))
	for i, item := range list {
		items[i] = show(item)
	}
	return items
}
