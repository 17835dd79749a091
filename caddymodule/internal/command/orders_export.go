package command

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"strconv"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/api"
	"github.com/paybridge/paybridge/translate"
)

// mostItems is how many items of a list the API gives at once, at most.
const mostItems = 500

// exportColumns are the columns of orders as CSV.
var exportColumns = []struct {
	name string
	of   func(api.Order) string
}{
	{"merid", func(o api.Order) string { return o.MerID }},
	{"orderid", func(o api.Order) string { return o.OrderID }},
	{"queryid", func(o api.Order) string { return o.QueryID }},
	{"order_no", func(o api.Order) string { return o.OrderNo }},
	{"gateway_merchant", func(o api.Order) string { return o.GatewayMerchant }},
	{"gateway_no", func(o api.Order) string { return o.GatewayNo }},
	{"refund_no", func(o api.Order) string { return o.RefundNo }},
	{"action", func(o api.Order) string { return o.Action }},
	{"amount_yuan", func(o api.Order) string { return translate.FormatYuan(o.AmountFen) }},
	{"state", func(o api.Order) string { return string(o.State) }},
	{"words", func(o api.Order) string { return o.GatewayMessage }},
	{"created_at", func(o api.Order) string { return exact(o.CreatedAt) }},
	{"sent_at", func(o api.Order) string { return exact(o.SentAt) }},
	{"paid_at", func(o api.Order) string { return exact(o.PaidAt) }},
	{"settled_at", func(o api.Order) string { return exact(o.SettledAt) }},
	{"expires_at", func(o api.Order) string { return exact(o.ExpiresAt) }},
	{"purged_at", func(o api.Order) string { return exact(o.PurgedAt) }},
	{"next_at", func(o api.Order) string { return exact(o.NextAt) }},
	{"tries", func(o api.Order) string { return strconv.Itoa(o.Tries) }},
	{"trace_id", func(o api.Order) string { return o.TraceID }},
}

// exact writes a time to the millisecond, with its zone.
func exact(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.Local().Format("2006-01-02T15:04:05.000Z07:00")
}

// exportOrders prints one page of orders as CSV, or all of them as they are read. Rows
// that cannot be read are named beside them.
func (o *online) exportOrders(query api.OrdersQuery, all bool) error {
	out := csv.NewWriter(outOf(o.Command))
	if err := out.Write(exportNames()); err != nil {
		return fmt.Errorf("printing: %w", err)
	}
	if all {
		query.Limit = cmp.Or(query.Limit, mostItems)
	}
	var missing []api.Unreadable
	for {
		var page api.OrderList
		if err := o.client.Get(o.Context(), "orders", query, &page); err != nil {
			out.Flush() // what has come stays
			return err
		}
		missing = append(missing, page.Unreadable...)
		if err := writeOrders(out, page.Items); err != nil {
			return err
		}
		if query.After = page.Next; query.After == "" || !all {
			break
		}
	}
	if query.After != "" {
		moreNote(o.errPrinter(), query.After)
	}
	return warnOf(o.errPrinter(), missing)
}

func writeOrders(out *csv.Writer, orders []api.Order) error {
	for _, order := range orders {
		cells := make([]string, len(exportColumns))
		for i, column := range exportColumns {
			cells[i] = column.of(order)
		}
		_ = out.Write(harmless(cells)) // told by Error
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("printing: %w", err)
	}
	return nil
}

func exportNames() []string {
	names := make([]string, len(exportColumns))
	for i, column := range exportColumns {
		names[i] = column.name
	}
	return names
}

// warnOf names rows that are left out, and returns errWarned if there are any.
func warnOf(w printer, missing []api.Unreadable) error {
	missingNote(w, missing)
	if len(missing) > 0 {
		return errWarned
	}
	return nil
}
