package explain

import "maps"

// chinese are the Chinese wordings of what merchants send: of the causes for which a
// request is refused, and of what is unusual and accepted.
var chinese = func() map[string]wording {
	all := make(map[string]wording)
	for _, part := range []map[string]wording{chineseOfForms, chineseOfEachMember, chineseOfSignatures, chineseOfAccepted} {
		maps.Copy(all, part)
	}
	return all
}()

// chineseOfAccepted is of what is unusual in a request that is taken.
var chineseOfAccepted = map[string]wording{
	"blanks_for_plus": {
		"base64 文本中的“+”到达时变成了空格：req 没有做百分号编码。支付桥已还原。",
		"不必处理。商户可以对 req 做百分号编码，让 + 以 %2B 发送。",
	},
	"percent_encoded_twice": {
		"req 比表单要求多做了一次百分号编码。支付桥已还原。",
		"不必处理。商户可以把编码完全交给 HTTP 库。",
	},
	"line_breaks": {
		"req 中有换行，而签名时没有。支付桥已去掉。",
		"不必处理。商户可以使用不带换行的 base64。",
	},
	"blanks_around": {
		"req 前后有空格或换行，而签名时没有。支付桥已去掉。",
		"不必处理。商户可以不带空格发送 req。",
	},
	"upper_case_sign": {"sign 中有大写字母。支付桥两种都接受。", "不必处理。"},
	"previous_key_used": {
		"用的是该商户的旧密钥，目前仍然接受。",
		"请告知商户，在 previous_sign_key 的日期之前改用新密钥。",
	},
	"padding_missing": {"base64 文本末尾没有“=”。支付桥可以读取。", "不必处理。"},
	"byte_order_mark": {"JSON 以字节顺序标记（BOM）开头。支付桥已跳过。", "不必处理。"},
	"gbk": {
		"JSON 不是 UTF-8；从字节看是 GBK 或 GB 18030。支付桥可以读取：它用到的内容都是 ASCII。",
		`不必处理。商户可以取 JSON 的 UTF-8 字节（Java 用 getBytes("UTF-8")）。`,
	},
	"foreign_bytes": {
		"JSON 不是 UTF-8，也不是 GBK。支付桥跳过不成文字的字节：它用到的内容都是 ASCII。",
		"不必处理。商户可以取 JSON 的 UTF-8 字节。",
	},
	"amount_with_decimals": {
		"txnamt 带有小数。",
		"请确认商户以分计：19.00 按 19 分处理，不是 19 元。",
	},
}
