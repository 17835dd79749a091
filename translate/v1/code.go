package v1

// Code is a v1 respcode. Clients tell only CodeOK from the rest (seen in the
// field); the others are for people.
type Code string

// The respcodes of the bridge.
const (
	CodeOK          Code = "00"
	CodeBadRequest  Code = "90"
	CodeSignature   Code = "91"
	CodeConflict    Code = "92"
	CodeNoOrder     Code = "93"
	CodeRefused     Code = "94"
	CodeState       Code = "95"
	CodeBusy        Code = "96"
	CodeUnsupported Code = "97"
	CodeAmount      Code = "98"
	CodeInternal    Code = "99"
)

// ResultCode is a v1 resultcode, the state of a payment. Clients credit 0000,
// 1002 and, in one large family, 1004; they close the order on 1003 and wait on
// anything else (seen in the field). Hence ResultUnpaid for all that is not
// known to be paid, and neither ResultProcessing nor ResultInquiry for money
// that is not certain.
type ResultCode string

// The resultcodes (v1 §3.4).
const (
	ResultPaid       ResultCode = "0000"
	ResultUnpaid     ResultCode = "1001"
	ResultProcessing ResultCode = "1002"
	ResultFailed     ResultCode = "1003"
	ResultInquiry    ResultCode = "1004"
)

// entry is one row of a table of codes: what it says to merchants (message) and
// to operators (meaning).
type entry[C ~string] struct {
	code             C
	message, meaning string
}

// Only the text of 90 is known from the old gateway.
var codes = []entry[Code]{
	{CodeOK, "成功", "accepted"},
	{CodeBadRequest, "请求参数错误！", "malformed request or unknown merchant"},
	{CodeSignature, "签名验证失败！", "signature does not match"},
	{CodeConflict, "订单号已被使用，且订单内容不一致！", "order number already used with other contents"},
	{CodeNoOrder, "订单不存在！", "no such order"},
	{CodeRefused, "交易被拒绝！", "refused by the gateway"},
	{CodeState, "订单当前状态不允许此操作！", "not possible in this state"},
	{CodeBusy, "系统繁忙或结果未知，请稍后重试！", "busy or outcome unknown, try again"},
	{CodeUnsupported, "不支持的交易类型！", "action not supported"},
	{CodeAmount, "交易金额错误！", "amount is not acceptable"},
	{CodeInternal, "系统内部错误！", "internal error"},
}

var resultCodes = []entry[ResultCode]{
	{ResultPaid, "交易成功！", "paid, settled to the available account"},
	{ResultUnpaid, "未支付", "not paid"},
	{ResultProcessing, "交易处理中", "paid, settled to the frozen account"},
	{ResultFailed, "交易失败", "failed"},
	{ResultInquiry, "协查调单", "under inquiry"},
}

// Codes lists every Code in ascending order.
func Codes() []Code { return listed(codes) }

// Message returns the respmsg for merchants to show, in Chinese; an unknown
// code has that of CodeInternal.
func (c Code) Message() string { return lookUp(codes, c, CodeInternal).message }

// Meaning says in English what c means; an unknown code means CodeInternal.
func (c Code) Meaning() string { return lookUp(codes, c, CodeInternal).meaning }

// ResultCodes lists every ResultCode in ascending order.
func ResultCodes() []ResultCode { return listed(resultCodes) }

// Message returns the resultmsg for merchants to show, in Chinese; an unknown
// code has that of ResultUnpaid, on which clients wait.
func (c ResultCode) Message() string { return lookUp(resultCodes, c, ResultUnpaid).message }

// Meaning says in English what c means; an unknown code means ResultUnpaid.
func (c ResultCode) Meaning() string { return lookUp(resultCodes, c, ResultUnpaid).meaning }

func (c ResultCode) known() bool {
	return lookUp(resultCodes, c, ResultUnpaid).code == c
}

func listed[C ~string](table []entry[C]) []C {
	list := make([]C, len(table))
	for i, row := range table {
		list[i] = row.code
	}
	return list
}

// lookUp returns the row of code, or that of otherwise.
func lookUp[C ~string](table []entry[C], code, otherwise C) entry[C] {
	var fallback entry[C]
	for _, row := range table {
		switch row.code {
		case code:
			return row
		case otherwise:
			fallback = row
		}
	}
	return fallback
}
