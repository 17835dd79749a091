package bilingual

// chineseOfCommands is what the commands print.
var chineseOfCommands = map[string]string{
	// What several share.
	"Left out, because their rows in the ledger cannot be read: %d. See the runbook PaybridgeRowsSetAside.": "有 %d 行因账本中的记录无法读取而没有列出。请查看运行手册 PaybridgeRowsSetAside。",
	"  %s: %s":                     "  %s：%s",
	"Times are local: %s (UTC%s).": "时间均为本机时区：%s（UTC%s）。",
	"There are more; for the next page add: --after %s": "还有更多；下一页请加：--after %s",
	"… and %d more":                "……另有 %d 条",
	"%s (not configured any more)": "%s（配置中已没有）",
	"merchant %s":                  "商户 %s",
	"%s by %s: %s":                 "%s，%s：%s",

	// orders, order, changes, dealt
	"No order was found.": "没有找到订单。",
	"CREATED | MERID | ORDERID | ACTION | YUAN | STATE | NEXT STEP":        "下单时间 | 商户号 | 订单号 | 支付方式 | 金额（元） | 状态 | 下一步",
	"More orders than these have the number; name the merchant before it.": "使用该号码的订单不止这些；请在号码之前写上商户号。",
	"%s %s: %s, %s yuan, %s":          "%s %s：%s，%s 元，%s",
	"queryid (v1)":                    "queryid（v1）",
	"order number (v2)":               "v2 订单号",
	"gateway merchant":                "网关商户号",
	"gateway's number":                "网关流水号",
	"refund number":                   "退款号",
	"trace":                           "跟踪号",
	"payable until":                   "有效期至",
	"notification":                    "商户通知",
	"%s to %s":                        "%s，发往 %s",
	"TIME | WHAT | FROM | DETAIL":     "时间 | 经过 | 来源 | 详情",
	"%s (%d times, last %s)":          "%s（共 %d 次，最近一次 %s）",
	"%s, answered %q":                 "%s，商户应答：%q",
	"No change is on record.":         "没有人工操作的记录。",
	"No change of this is on record.": "没有关于它的人工操作记录。",
	"TIME | WHAT | MERID | ORDERID | CHANGE | WHO AND WHY": "时间 | 操作 | 商户号 | 订单号 | 变化 | 操作人与原因",
	"The %s of %s %s is dealt with. The order stays %s.":   "%s已记录为已处理（订单 %s %s）。订单的状态仍是“%s”。",
	"The bridge does not try the refund again by itself.":  "支付桥不再自动重试这笔退款。",

	// notifications
	"No notification was found.":                                                     "没有找到通知。",
	"PAID | MERID | ORDERID | STATE | CALLS | NEXT CALL | HOST":                      "支付时间 | 商户号 | 订单号 | 状态 | 已通知次数 | 下次通知 | 通知地址",
	"To send them, repeat the command with --yes and --why.":                         "要重发，请加上 --yes 和 --why 再次执行。",
	"%d would be sent again; nothing was changed.":                                   "将重发 %d 条；没有改动任何内容。",
	"%d are sent again, the last at %s.":                                             "已安排重发 %d 条，最后一条在 %s。",
	"Nothing is sent again.":                                                         "没有重发。",
	"not %s %s: %s":                                                                  "没有重发 %s %s：%s",
	"There are more than one request sends; repeat the command when these are done.": "还有更多，一次发送不完；请在完成后再次执行。",

	"The call could be made; nothing was changed. Note: %s.": "可以再通知一次；没有改动任何内容。请注意：%s。",
	"Call %d: %s.":                         "第 %d 次：%s。",
	"The merchant has acknowledged again.": "商户再次确认。",
	"It does not count, and nothing follows: the notification stays delivered, and no other call is made.": "这样的应答无效，但不再处理：通知仍为商户已确认，不会再次通知。",

	// merchant
	"No merchant was found.":                           "没有找到商户。",
	"MERID | GATEWAY MERCHANT | SUITE | NOTIFICATIONS": "商户号 | 网关商户号 | 加密套件 | 通知",
	"sent":                      "正常通知",
	"paused since %s by %s: %s": "%s 起暂停；%s：%s",
	"The notifications of merchant %s are kept back. To send them: caddy paybridge merchant resume %s --why REASON": "商户 %s 的通知已暂停，到时的通知会保留。恢复发送：caddy paybridge merchant resume %s --why 原因",
	"The notifications of merchant %s are sent again; %d that were kept back are due now.":                          "商户 %s 的通知已恢复；保留的 %d 条正在发送。",

	// refused, merchant keep, kept and forget
	"No request was refused since %s.": "自 %s 起没有请求被拒绝。",
	"No request that names merchant %s was refused since %s. Those of merchants that are not configured are counted as (unknown): caddy paybridge refused": "没有写明商户 %s 的请求被拒绝（自 %s 起）。配置中没有的商户计入“（未知）”：caddy paybridge refused",
	"(unknown)":                            "（未知）",
	"MERID | CAUSE | TIMES | LAST | MEANS": "商户号 | 原因代码 | 次数 | 最近一次 | 含义",
	"Counted since %s.":                    "自 %s 起统计。",
	"The next %d refused forms of merchant %s are kept until %s. To see why they were refused: caddy paybridge merchant kept %s": "接下来 %d 个被拒绝的表单（商户 %s）会保留到 %s。查看拒绝的原因：caddy paybridge merchant kept %s",
	"None was refused yet. They are kept until %s.": "目前还没有被拒绝的。保留到 %s。",
	"NUMBER | TIME | FROM | RESPCODE | CAUSE":       "编号 | 时间 | 来源地址 | RESPCODE | 原因代码",
	"Kept until %s.": "保留到 %s。",
	"%d kept forms of merchant %s are gone, and no more are kept.": "已清除 %d 个保留的表单（商户 %s），不再保留。",

	// quarantine
	"No message is in quarantine.":                                "没有隔离的消息。",
	"No message in quarantine is about order %s of merchant %s.":  "隔离的消息中没有关于订单 %s（商户 %s）的。",
	"LAST | TIMES | ID | MERCHANT | ORDER | STATE | YUAN | CAUSE": "最近收到 | 次数 | 编号 | 商户 | 订单 | 状态 | 金额（元） | 原因",
	"The message %s is dealt with.":                               "消息 %s 已处理。",
	"the ledger does not know it":                                 "账本中没有此单",
	"nobody has dealt with it":                                    "尚未处理",
	"in detail":                                                   "原文",
	"cause":                                                       "原因",
	"order":                                                       "订单",
	"state (v2)":                                                  "v2 状态",
	"amount in yuan":                                              "金额（元）",
	"came as":                                                     "来自",
	"tranCode":                                                    "tranCode",
	"respCode":                                                    "respCode",
	"flow number":                                                 "流水号",
	"first":                                                       "首次收到",
	"last":                                                        "最近收到",
	"times":                                                       "次数",
	"dealt with":                                                  "处理",

	// settle, refund
	"The gateway was asked and said: %s":                   "已向网关查询，网关的答复：%s",
	"The gateway was asked and said: %s\nThe order is %s.": "已向网关查询，网关的答复：%s\n订单的状态是“%s”。",
	"The order was %s and is %s.":                          "订单的状态由“%s”变为“%s”。",
	"The order stays %s; your word is on record.":          "订单的状态仍为“%s”，您的说明已记录。",
	"By the gateway's answer the order is %s; it was %s. It could be settled as %s. Nothing else was changed.":                                     "按网关的答复，订单现在是“%s”，此前为“%s”；可以定案为“%s”。此外没有改动。",
	"The order is %s; it could be settled as %s. Nothing was changed.":                                                                             "订单的状态是“%s”；可以定案为“%s”。没有改动任何内容。",
	"That is certain and was recorded: the order was %s and is %s. Your word was not needed.":                                                      "网关的答复是确定的，已经记录：订单的状态由“%s”变为“%s”，不需要人工定案。",
	"That is certain and was recorded: the order was %s and is %s. Your number is on record, too; see that the payer has not got the money twice.": "网关的答复是确定的，已经记录：订单的状态由“%s”变为“%s”。您给出的单号也已记录；请查明付款人是否收到了两次。",
	"The refund %s could be tried again. Nothing was changed.":                                                                                     "退款 %s 可以重试。没有改动任何内容。",

	// selfcheck
	"ok":                "正常",
	"WARN":              "警告",
	"FAIL":              "失败",
	" | CHECK | FOUND":  " | 检查项 | 结果",
	"%s %s and %d more": "%s %s 等，另有 %d 个",
	"Nothing fails; see the lines with WARN.":      "没有失败的检查；请查看“警告”的各行。",
	"Something is wrong; see the lines with FAIL.": "有检查失败；请查看“失败”的各行。",

	// purge
	"%d orders would be purged; nothing was changed. To purge them, repeat the command with --export, --why and --yes.": "有 %d 笔订单可以清除；没有做任何更改。要清除它们，请加上 --export、--why 和 --yes 再执行一次。",
	"%d orders were purged; %d are in %s (SHA-256 %s).":                                                                 "已清除 %d 笔订单；文件中有 %d 笔：%s（SHA-256 为 %s）。",
	"--older-than: missing; write for example 400d":                                                                     "--older-than：缺少；例如写 400d",
	"write for example 400d for 400 days":                                                                               "例如用 400d 表示 400 天",

	// backup, restore
	"The ledger was copied to %s.":                                 "账本已备份到 %s。",
	"The backup is at %s now. It has %d orders.":                   "备份已恢复到 %s，其中有 %d 笔订单。",
	"The backup is at %s now. It has %d orders, the newest of %s.": "备份已恢复到 %s，其中有 %d 笔订单，最新的一笔在 %s。",
	"The log that was there without its file is kept at %s. If you find that file, put both into one folder: the log has its name and -wal.": "没有对应文件的预写日志保留在 %s。如果找到那个文件，请把两者放在同一个文件夹里，日志的名字是该文件名加 -wal。",
	"What was there before is kept at %s.": "原来的文件保留在 %s。",
	"Orders made after the backup are unknown now. Before you start Caddy, read in docs/operating.md what to do about them.": "备份之后的订单现在不在账本中。启动 Caddy 之前，请阅读 docs/operating.md（中文版 docs/operating.zh.md）中的处理办法。",
}
