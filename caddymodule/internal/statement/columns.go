package statement

import (
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Role is what a column is for.
type Role string

// The roles of columns.
const (
	NumberColumn       Role = "number"        // the order's number at whoever gave the order
	GatewayNoColumn    Role = "gateway-no"    // the order's number at the gateway
	OriginalColumn     Role = "original"      // of a refund's line, the number of its order
	RefundNoColumn     Role = "refund-no"     // the refund's number
	MerchantColumn     Role = "merchant"      // the merchant's number
	AmountColumn       Role = "amount"        // what the payer paid
	RefundAmountColumn Role = "refund-amount" // what was given back
	KindColumn         Role = "kind"          // payment or refund
	StateColumn        Role = "state"         // how far it has come
	RefundStateColumn  Role = "refund-state"  // how far the refund has come
	TimeColumn         Role = "time"          // when
	DateColumn         Role = "date"          // on which day, where the time is only that of day
)

// columnNames are the names by which columns are found, best first: of two in a
// statement the first of these counts. Blanks, case, _ and - do not matter, nor does a
// unit in brackets behind the name.
var columnNames = []struct {
	role  Role
	names []string
}{
	{NumberColumn, []string{
		"order_no", "商户订单号", "商户系统订单号", "商户单号", "商家订单号", "商户交易单号", "商户交易号", "商户流水号", "商户请求号",
		"外部订单号", "外部交易号", "merOrderId", "merchant order no", "merchant order id", "merchant order number", "out_trade_no",
		"queryid", "orderid", "订单号", "订单编号", "order number", "order sn", "order",
	}},
	{GatewayNoColumn, []string{
		"gateway_no", "jytOrderId", "微信订单号", "微信支付订单号", "微信支付单号", "支付宝交易号", "支付宝流水号", "平台订单号", "平台流水号", "平台交易号",
		"系统订单号", "系统流水号", "系统交易号", "网关订单号", "网关流水号", "交易订单号", "交易流水号", "交易号", "流水号",
		"transaction_id", "trade_no", "platform order no", "transaction no",
	}},
	{OriginalColumn, []string{
		"原商户订单号", "原商户流水号", "原商户单号", "原订单号", "原交易订单号", "原交易流水号", "oriMerOrderId", "original order no", "original order id", "orig order id",
	}},
	{RefundNoColumn, []string{
		"refund_no", "商户退款单号", "商户退款号", "商户退款订单号", "退款单号", "退款订单号", "退款批次号/请求号", "退款请求号", "退款批次号", "退款流水号",
		"merRefundFlowId", "out_refund_no", "out_request_no",
	}},
	{MerchantColumn, []string{
		"merid", "商户号", "商户编号", "商户代码", "商户id", "merchantId", "merchant no", "merchant number", "merchant", "mch_id", "mid",
	}},
	{AmountColumn, []string{
		"amount_yuan", "amount_fen", "订单金额", "交易金额", "支付金额", "付款金额", "消费金额", "总金额", "应结订单金额", "实付金额", "实收金额", "商家实收", "金额",
		"totalAmt", "total amount", "total_fee", "txnamt", "txn amount", "tranAmt", "transAmt", "order amount", "orderAmt", "pay amount", "amount", "amt",
	}},
	{RefundAmountColumn, []string{"退款金额", "申请退款金额", "退货金额", "refundAmt", "refund amount", "refund_fee"}},
	{KindColumn, []string{"业务类型", "交易类型", "交易类别", "类型", "kind", "type", "trade_type", "tranType", "txn type", "transaction type"}},
	{StateColumn, []string{
		"state", "交易状态", "订单状态", "支付状态", "交易结果", "支付结果", "状态", "tranState", "trade_state", "trade_status", "order status", "pay status", "status", "result",
	}},
	{RefundStateColumn, []string{"退款状态", "refundState", "refund status"}},
	{TimeColumn, []string{
		"paid_at", "支付时间", "支付完成时间", "付款时间", "交易完成时间", "完成时间", "成功时间", "交易时间", "订单时间", "创建时间", "时间",
		"paytime", "time_end", "success_time", "tranTime", "txn time", "transaction time", "trade time", "created_at", "time",
	}},
	{DateColumn, []string{"交易日期", "支付日期", "日期", "tranDate", "txn date", "transaction date", "date"}},
}

// Roles lists the roles of columns.
func Roles() []Role {
	list := make([]Role, len(columnNames))
	for i, row := range columnNames {
		list[i] = row.role
	}
	return list
}

// Column is a column of a statement.
type Column struct {
	Index int    // 0 is the first
	Name  string // as it stands in the statement; its number where it has no name
}

// heading is what the line with the names of the columns says.
type heading struct {
	columns map[Role]Column
	units   map[Role]Unit // of the columns whose names tell one
}

// units stand behind the name of a column of amounts.
var unitNames = map[string]Unit{
	"(元)": Yuan, "/元": Yuan, "(yuan)": Yuan, "(cny)": Yuan, "(rmb)": Yuan, "(人民币)": Yuan, "(人民币元)": Yuan,
	"(分)": Fen, "/分": Fen, "(fen)": Fen,
}

// nameMarks bring brackets into one form and take away what does not matter.
var nameMarks = strings.NewReplacer("（", "(", "）", ")", "[", "(", "]", ")", "【", "(", "】", ")", " ", "", "_", "", "-", "", "*", "", "\u3000", "")

// usualNames is the table of names in the form that nameOf brings them into.
var usualNames = sync.OnceValue(func() map[Role][]string {
	table := make(map[Role][]string, len(columnNames))
	for _, row := range columnNames {
		for _, name := range row.names {
			name, _ = nameOf(name)
			table[row.role] = append(table[row.role], name)
		}
	}
	return table
})

// nameOf brings the name of a column into one form, and takes its unit off.
func nameOf(cell string) (name string, unit Unit) {
	name = strings.ToLower(clean(cell))
	name = nameMarks.Replace(name)
	for suffix, u := range unitNames {
		if plain, found := strings.CutSuffix(name, suffix); found && plain != "" {
			return plain, u
		}
	}
	switch name { // by their definition
	case "amountyuan":
		return name, Yuan
	case "amountfen", "totalfee", "refundfee", "txnamt":
		return name, Fen
	}
	return name, ""
}

// find looks for the columns in a line that may have their names. Without a number
// and an amount it has not.
func (o Options) find(cells []string) (heading, error) {
	h := heading{columns: make(map[Role]Column), units: make(map[Role]Unit)}
	names, units := make([]string, len(cells)), make([]Unit, len(cells))
	for i, cell := range cells {
		names[i], units[i] = nameOf(cell)
	}
	for _, row := range columnNames {
		column, found, err := o.column(row.role, cells, names)
		if err != nil {
			return h, err
		}
		if found {
			h.columns[row.role] = column
			if column.Index < len(units) && units[column.Index] != "" {
				h.units[row.role] = units[column.Index]
			}
		}
	}
	return h, h.complete()
}

var errNoNames = say("no line has names of columns for the order number and the amount; name them: --column number=… --column amount=…, or say --no-header where the first line is data")

var errIncomplete = say("no column for the order number and the amount was found")

func (h heading) complete() error {
	_, number := h.columns[NumberColumn]
	_, gatewayNo := h.columns[GatewayNoColumn]
	_, amount := h.columns[AmountColumn]
	if !amount || !number && !gatewayNo {
		return errIncomplete
	}
	return nil
}

// column finds the column of a role: the one that the options name, or the first by
// its usual names.
func (o Options) column(role Role, cells, names []string) (Column, bool, error) {
	wanted, given := o.Columns[role]
	if !given {
		for _, name := range usualNames()[role] {
			if i := slices.Index(names, name); i >= 0 {
				return Column{i, clean(cells[i])}, true, nil
			}
		}
		return Column{}, false, nil
	}
	if n, err := strconv.Atoi(wanted); err == nil {
		if n < 1 || n > maxCells {
			return Column{}, false, say("--column %s=%d: columns are counted from 1 to %d", role, n, maxCells)
		}
		name := wanted
		if n <= len(cells) && !o.NoHeader {
			name = clean(cells[n-1])
		}
		return Column{n - 1, name}, true, nil
	}
	name, _ := nameOf(wanted)
	i := slices.Index(names, name)
	if i < 0 {
		return Column{}, false, errIncomplete
	}
	if slices.Contains(names[i+1:], name) {
		return Column{}, false, say("--column %s=%s: two columns have this name; give the number of the column", role, wanted)
	}
	return Column{i, clean(cells[i])}, true, nil
}
