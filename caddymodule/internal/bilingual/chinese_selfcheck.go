package bilingual

// chineseOfSelfcheck is what a self-check finds, besides what the judge of health
// says.
var chineseOfSelfcheck = map[string]string{
	"configuration": "配置",
	"database":      "数据库",
	"rows":          "账本记录",
	"callback":      "回调地址",
	"gateway":       "网关",
	"keys of %s":    "密钥 %s",
	"gateway as %s": "网关，商户 %s",
	"private key and gateway key fit the suite %s": "私钥和网关公钥与加密套件 %s 相符",
	"; RSA by %s": "；RSA 由 %s 计算",
	"see private_key and gateway_key of the merchants with this gateway_merchant":                                        "请检查使用这个 gateway_merchant 的各商户的 private_key 和 gateway_key",
	"%d more gateway merchants were not tried":                                                                           "另有 %d 个网关商户没有检查",
	"name one of their merchants to try it":                                                                              "要检查，请指明其中的商户",
	"no answer that these keys open: is the gateway reachable, does it have our public key, and is gateway_key its own?": "没有得到这些密钥能解开的应答：网关能否连通，是否登记了我方公钥，gateway_key 是否为网关的公钥？",
	"a signed answer after %s: %s":                                                                                       "%s 后得到签名的应答：%s",
	", its clock %+.0fs":                                                                                                 "，其时钟 %+.0f 秒",
	", but its tranFlowid is not that of the question":                                                                   "，但其 tranFlowid 与查询的不同",
	"no such answer is believed, so every payment would stay in doubt; ask the gateway's people to repeat our tranFlowid in answers":                                          "这样的应答不予采信，所有支付都会一直存疑；请网关方在应答中带回我方的 tranFlowid",
	"the keys fit, but the gateway does not answer the query; until it does, no notice that is lost is ever found: confirm tran_codes with it, and that the merchant may ask": "密钥相符，但网关不答复查询；在此期间，丢失的通知无法补查：请与网关方确认 tran_codes，以及该商户有权查询",
	"the gateway does not repeat our tranFlowid: its refusals prove nothing and leave orders in doubt; ask its people to repeat it":                                           "网关没有带回我方的 tranFlowid：其拒绝不能作为凭据，订单会一直存疑；请网关方带回该字段",
	"see docs/ledger.md, \"PostgreSQL\"":                                "请阅读 docs/ledger.zh.md 的“PostgreSQL”一节",
	"the %s %s of merchant %s is set aside, its row cannot be read: %s": "%s %s（商户 %s）已搁置，其记录无法读取：%s",
	"mend the row, see the runbook PaybridgeRowsSetAside":               "请修复该记录，参见运行手册 PaybridgeRowsSetAside",
	"%s is answered by something else than Paybridge":                   "%s 的应答不是支付桥的",
	"%s is answered by Paybridge":                                       "%s 由支付桥应答",
	"the gateway's notices may not arrive: see public_url, DNS, the firewall and the site's paybridge directive. Some networks cannot call their own outside address; then try from another machine: %s": "网关的通知可能无法到达：请检查 public_url、DNS、防火墙和站点的 paybridge 指令。有些网络无法访问自己的外部地址，这时请在另一台机器上试：%s",
}
