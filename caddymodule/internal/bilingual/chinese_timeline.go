package bilingual

// chineseOfTimeline is the Chinese of what the gateway told and what became of it: why
// a message is in quarantine, and the events of an order.
var chineseOfTimeline = map[string]string{
	// Why a message is in quarantine.
	"the ledger does not know the order or refund that it names":                                                                         "账本中没有消息所指的订单或退款",
	"it names neither an order nor a refund":                                                                                             "消息既没有订单号，也没有退款号",
	"it names another merchant than the order's, or none where it must":                                                                  "商户号与订单不符，或者缺少必需的商户号",
	"it answers another request: its flow number is not ours":                                                                            "应答属于另一个请求：流水号不是我们的",
	"it answers a call of another kind: its tranCode is not that of the call":                                                            "应答属于另一种调用：tranCode 与请求不符",
	"it names another order than the one it should be about, or none where it must":                                                      "订单号不符，或者缺少必需的订单号",
	"it names another refund than ours, or none where it must":                                                                           "退款号不符，或者缺少必需的退款号",
	"it names another amount than the order's, or none where it must":                                                                    "金额与订单不符，或者缺少必需的金额",
	"it contradicts itself: two members that say the same thing differ":                                                                  "消息自相矛盾：含义相同的两个成员取值不同",
	"it denies what is final: that the order is paid, that its refund is done, or that somebody has given the money back by other means": "消息否认已成定局的结果：订单已支付、退款已完成，或者款项已由人工以其他方式处理",
	"it proves nothing, and the bridge does not ask about the order any more: ask the gateway what became of its refund":                 "消息不能证明任何结果，而支付桥不再查询这笔订单：请向网关询问退款的结果",
	"its state is not known, or missing":                                                                                                 "状态未知，或者缺失",
	"it is signed and cannot be read: not JSON, without head or body, or with a member twice":                                            "签名正确，但内容无法读取：不是 JSON、缺少 head 或 body，或者成员重复",

	// Events of an order.
	"pay request %s over %s yuan recorded": "支付请求 %s，%s 元，已记录",
	"%s, order is %s":                      "收到“%s”，订单是“%s”",
	"state %s":                             "状态 %s",
	"%s (%s)":                              "%s（%s）",
	"%s → %s":                              "%s → %s",
	"%s, state %s":                         "%s，状态 %s",
	"neither code nor state":               "既没有应答码，也没有状态",
	"the answer with the code was lost; the merchant's own repeat gets a code": "带有二维码的应答已丢失；商户用同一订单号重新提交即可得到二维码",
	"flow %s: %s": "流水号 %s：%s",

	// Why a call of the gateway brought nothing.
	"gateway merchant is not configured any more":             "配置中已没有该网关商户号",
	"too late to send":                                        "已过了可以发送的时间",
	"sealing request: %s":                                     "加密签名请求：%s",
	"reading answer: %s":                                      "读取应答：%s",
	"the answer does not open, or its signature does not fit": "应答无法解密，或者签名不符",
	"the private key does not work at present":                "私钥目前无法使用",
	"reading message: %s":                                     "读取报文：%s",

	// What people did, as it is kept.
	"%s over %s yuan":              "%s，%s 元",
	"a sample to %s":               "样例发往 %s",
	"for %s":                       "保留 %s",
	"form %s of %s":                "第 %s 个表单，收到于 %s",
	"%s forms":                     "%s 个表单",
	"none":                         "无",
	"begun, of before %s to %s":    "开始，早于 %s 的订单，写入 %s",
	"%s orders of before %s to %s": "%s 笔早于 %s 的订单，写入 %s",
	"%s from %s":                   "%s（来自 %s）",
	"%s, certificate %s from %s":   "%s（证书 %s，来自 %s）",
	"no old gateway":               "没有旧网关",
	"tried by hand":                "人工试用",
	"%s: %s":                       "%s：%s",
	"a local socket":               "本机套接字",
	"somebody":                     "未署名的人",
	"v2 refused %d of %d new payments within %s, the old gateway %d of %d; at most %d percentage points more are allowed": "%[3]s内 v2 拒绝了 %[2]d 笔新支付中的 %[1]d 笔，旧网关拒绝了 %[5]d 笔中的 %[4]d 笔；最多允许高出 %[6]d 个百分点",

	"no such record":      "查无此单",
	"nothing certain: %s": "没有确定的结果：%s",
}
