package statement

import (
	"slices"
	"strings"
)

// meaning is what a word in the column of the state says.
type meaning struct {
	state   State
	refunds bool // of an order that was refunded
	part    bool // of an order of which a part was refunded
}

// words are what statements write in their columns of the state, without blanks and
// in small letters: those of WeChat, Alipay, UnionPay, the v2 gateway and acquirers.
var words = func() map[string]meaning {
	table := make(map[string]meaning)
	for _, row := range []struct {
		meaning
		words string
	}{
		{meaning{state: Succeeded}, "成功 交易成功 支付成功 付款成功 收款成功 已支付 已付款 已完成 完成 交易完成 交易结束 已结算 已入账 " +
			"success succeeded paid pay_success ok trade_success trade_finished finished completed s 00 11 s0000000"},
		{meaning{state: Succeeded, part: true}, "部分退款 已部分退款 partially_refunded partial_refund"},
		{meaning{state: Succeeded, refunds: true}, "退款 已退款 退款成功 转入退款 全额退款 已全额退款 退货 已退货 退货成功 已撤销 撤销成功 " +
			"refund refunded refund_success revoked trade_refund 31"},
		{meaning{state: Processing}, "处理中 支付中 待支付 未支付 待付款 等待付款 等待买家付款 用户支付中 进行中 " +
			"notpay userpaying processing pending wait_buyer_pay accepted unknown 10 12"},
		{meaning{state: Processing, refunds: true}, "退款中 退款处理中 退款审核中 refunding refund_processing 30 32 34"},
		{meaning{state: Failed}, "失败 交易失败 支付失败 付款失败 关闭 已关闭 交易关闭 订单关闭 已取消 取消 已过期 超时关闭 已冲正 " +
			"fail failed failure payerror closed trade_closed cancelled canceled expired reversed 13"},
		{meaning{state: Failed, refunds: true}, "退款失败 退款关闭 退款异常 退款驳回 refund_failed refundclose change abnormal 33 35 36"},
	} {
		for word := range strings.FieldsSeq(row.words) {
			table[word] = row.meaning
		}
	}
	return table
}()

// plain is a word as the tables have it.
func plain(cell string) string { return strings.ToLower(strings.Join(strings.Fields(clean(cell)), "")) }

// meaningOf reads the state of a line.
func (o Options) meaningOf(cell string) (meaning, error) {
	word := plain(cell)
	if m, known := o.words[word]; known {
		return m, nil
	}
	if m, known := words[word]; known {
		return m, nil
	}
	return meaning{}, say("unknown state %s; say what it means, for example --word %s=paid (paid, refunded, processing or failed)", shown(cell), cell)
}

// kinds are the words by which a column of the kind tells refunds, and what is no
// order's money at all. Everything else is a payment: many statements tell there how
// it was paid.
var (
	refundKinds = []string{"退款", "退货", "撤销", "冲正", "refund", "reversal", "revoke"}
	otherKinds  = []string{"提现", "划款", "结算", "分账", "分润", "手续费", "服务费", "转账", "withdraw", "withdrawal", "transfer", "fee", "settlement"}
)

// isRefund reports whether the kind of a line is a refund.
func isRefund(cell string) bool {
	word := plain(cell)
	return slices.ContainsFunc(refundKinds, func(part string) bool { return strings.Contains(word, part) })
}

// isOther reports whether a line is about no order's money.
func isOther(cell string) bool { return slices.Contains(otherKinds, plain(cell)) }

// meanings are what an operator can say of a word of the state.
var meanings = map[string]meaning{
	"paid": {state: Succeeded}, "refunded": {state: Succeeded, refunds: true}, "processing": {state: Processing}, "failed": {state: Failed},
}

// setWord takes an operator's word=meaning.
func (o *Options) setWord(text string) error {
	word, means, _ := strings.Cut(text, "=")
	m, known := meanings[means]
	if !known || plain(word) == "" {
		return say("%s: write for example 交易完成=paid; a word means paid, refunded, processing or failed", shown(text))
	}
	if o.words == nil {
		o.words = make(map[string]meaning)
	}
	o.words[plain(word)] = m
	return nil
}
