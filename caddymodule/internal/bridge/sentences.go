package bridge

import "github.com/paybridge/paybridge/caddymodule/internal/bilingual"

// Why an operator's word on an order is not taken, or its refund not tried again.
var (
	stillAsked = bilingual.Text{
		En: "the gateway is being asked and has not answered yet; try again",
		Zh: "正在向网关查询，还没有应答；请稍后再试",
	}
	callUnderWay = bilingual.Text{
		En: "a call about the order is under way; try again when it is over",
		Zh: "该订单正有一次调用在进行；请在结束后再试",
	}
	movedOn         = bilingual.Text{En: "the order is %s by now", Zh: "订单现在的状态已是“%s”"}
	refundNotFailed = bilingual.Text{
		En: "the order is %s, and only a refund that failed can be tried again; %s",
		Zh: "订单的状态是“%s”，只有失败的退款可以重试；%s",
	}
	keysAreGone = bilingual.Text{
		En: "gateway merchant %s, which the order was made for, is not configured any more; put its keys back, for a merchant of any merid, and try again",
		Zh: "配置中已没有该订单所用的网关商户号 %s；请恢复它的密钥，写在哪个商户号下都可以，然后再试",
	}
	refundTaken = bilingual.Text{
		En: "somebody else has just taken the refund up; look at the order",
		Zh: "刚刚已有人在处理这笔退款；请查看订单",
	}
	refundDealtWith = bilingual.Text{
		En: "somebody has just said that the refund is dealt with; look at the order, and try it again if the money is not back",
		Zh: "刚刚有人说明这笔退款已处理；请查看订单，如果款项确实没有退回，可以再次重试",
	}
	refundDoneAndDealt = bilingual.Text{
		En: "the gateway says that the refund is done, and somebody has dealt with it by other means, or settled it as failed; " +
			"find out whether the payer has the money, and not twice, then settle the order",
		Zh: "网关的说法是退款已完成，而此前已有人记录以其他方式处理，或者定案为退款失败；请查明付款人是否收到款项、是否收到两次，然后人工定案",
	}

	notStuck = bilingual.Text{
		En: "the order is %s, not stuck, and nothing on record contradicts that; " +
			"only one that is %s, or that the gateway has contradicted, can be settled",
		Zh: "订单的状态是“%s”，没有卡住，记录中也没有与之矛盾的内容；" +
			"只有状态是%s的订单，或与网关说法矛盾的订单，可以人工定案",
	}
	cannotBecome = bilingual.Text{
		En: "an order that is %s cannot become %s by an operator's word, only %s",
		Zh: "状态为“%s”的订单不能人工定案为“%s”，只能是：%s",
	}
	payerMayPay = bilingual.Text{
		En: "its payer has been shown how to pay and still may, so it is not failed; it can be closed, and what is paid after that is given back",
		Zh: "付款人已经看到支付方式，仍然可能付款，因此不能定为失败；可以关闭，关闭之后的付款会退回",
	}
	noReason       = bilingual.Text{En: "a reason is missing", Zh: "缺少原因"}
	needsGatewayNo = bilingual.Text{
		En: "%s needs the gateway's own number of it; without one nobody can show that money has moved",
		Zh: "“%s”需要网关流水号；没有它就无法证明资金已经变动",
	}
	otherGatewayNo = bilingual.Text{
		En: "the gateway has called this order %s before, not %s",
		Zh: "网关此前给这笔订单的流水号是 %s，不是 %s",
	}

	gatewayAgrees  = bilingual.Text{En: "the gateway says that it is %s, as the order is", Zh: "网关的说法是“%s”，与订单一致"}
	gatewayHasNone = bilingual.Text{
		En: "the gateway says that it has no such record, so it cannot be %s",
		Zh: "网关查无此单，因此不能是“%s”",
	}
	nobodyHasPaid = bilingual.Text{
		En: "the gateway says that the order is open and nobody has paid yet, so it is not %s; it can be closed",
		Zh: "网关的说法是订单仍可支付，尚无人支付，因此不是“%s”；可以关闭",
	}
	refundUnderWay = bilingual.Text{
		En: "the gateway says that the refund is under way, so it is not %s yet",
		Zh: "网关的说法是退款正在进行，因此还不是“%s”",
	}
	notRecorded = bilingual.Text{
		En: "the gateway says that it is %s, which could not be recorded; try again",
		Zh: "网关的说法是“%s”，但没有能够记录；请再试",
	}
	notYetKnown = bilingual.Text{
		En: "its pay call may still be on its way, so nobody can know yet that it is not paid; try again at %s Beijing time",
		Zh: "支付请求可能仍在途中，现在无法确定没有支付；请在北京时间 %s 再试",
	}
	notYetButClosable = bilingual.Text{
		En: "its pay call may still be on its way, so nobody can know yet that it is not paid; " +
			"try again at %s Beijing time; or close it now: what is paid after that is given back",
		Zh: "支付请求可能仍在途中，现在无法确定没有支付；请在北京时间 %s 再试；也可以现在关闭，关闭之后的付款会退回",
	}
	refundNotYetKnown = bilingual.Text{
		En: "its refund may still be on its way into the gateway's books, so nobody can know yet that it has failed; try again at %s Beijing time",
		Zh: "退款请求可能尚未记入网关的账目，现在无法确定退款失败；请在北京时间 %s 再试",
	}
	refundCallUnreadable = bilingual.Text{
		En: "a row on record of this order cannot be read, and may be the last call of its refund: until it is repaired nobody can say " +
			"that the refund has failed; see the runbook PaybridgeRowsSetAside",
		Zh: "该订单的记录中有一行无法读取，它可能就是最后一次退款提交：修复之前不能定为退款失败；请查看运行手册 PaybridgeRowsSetAside",
	}
	notClosed    = bilingual.Text{En: "the gateway has not closed the order: %s", Zh: "网关没有关闭订单：%s"}
	notClosedYet = bilingual.Text{
		En: "the gateway has refused to close the order: %s; its payer may pay until %s Beijing time, after that it can be closed without the gateway",
		Zh: "网关拒绝关闭订单：%s；付款人在北京时间 %s 之前仍可能付款，此后不需要网关同意也可以关闭",
	}
)

// What can be done about an order whose refund has not failed.
var (
	giveBack = bilingual.Text{
		En: "to give the money back, the merchant cancels the order, or you do in its name, with try cancel",
		Zh: "要退款，请由商户撤销订单，或者用 try cancel 以商户的名义撤销",
	}
	refundGoesOn = bilingual.Text{
		En: "the refund is under way, and the bridge asks after it by itself",
		Zh: "退款正在进行，支付桥会自行查询结果",
	}
	moneyIsBack   = bilingual.Text{En: "the money has been given back already", Zh: "款项已经退回"}
	moneyCameBack = bilingual.Text{
		En: "the gateway has said since that the refund failed; ask its people, and if that is so, settle the order as refund_failed first",
		Zh: "网关此后又称退款失败；请询问网关方，如果属实，先把订单人工定案为 refund_failed",
	}
	notKnownPaid = bilingual.Text{
		En: "as far as the bridge knows, nothing has been paid that could be given back",
		Zh: "就支付桥所知，没有可以退回的款项",
	}
)
