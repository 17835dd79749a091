package bilingual

import (
	"strings"

	"github.com/paybridge/paybridge/translate"
)

// Term is a value of a closed set, such as a state: in English as the API spells
// it, in Chinese as the console calls it.
func Term[T ~string](value T) Said {
	zh := translate.State(value).Row().Chinese
	if zh == "" {
		zh = terms[string(value)]
	}
	if zh == "" {
		return Text{En: "%s", Zh: "%s"}.With(string(value))
	}
	return Text{En: string(value), Zh: zh}.With()
}

// Terms is several of them, separated by commas. What is in no set stays as it is, such as
// codes.
func Terms(values string) Said {
	list := strings.Split(values, ", ")
	zh := make([]string, len(list))
	for i, value := range list {
		zh[i] = Term(value).In(Zh)
	}
	return Pair(values, strings.Join(zh, "、"))
}

// Pair is a text that some table has in both languages.
func Pair(en, zh string) Said {
	return Text{En: strings.ReplaceAll(en, "%", "%%"), Zh: strings.ReplaceAll(zh, "%", "%%")}.With()
}

// OneOf lists states as alternatives.
func OneOf(states []translate.State) Said {
	zh := make([]string, len(states))
	for i, state := range states {
		zh[i] = Term(state).In(Zh)
	}
	list := strings.Join(zh, "、")
	if last := strings.LastIndex(list, "、"); last > 0 {
		list = list[:last] + "或" + list[last+len("、"):]
	}
	return Text{En: translate.OneOf(states...), Zh: list}.With()
}

// terms are the Chinese words for states of notifications, for movements of money, for
// the matters of an order that wait for a person, for the rows that are named when they
// cannot be read, and for what is found of merchants that are to move. The
// table of states has those for states of orders. The console has the same ones.
var terms = map[string]string{ //nolint:gosec // nothing here is a credential
	"waiting":          "等待发送",
	"delivered":        "商户已确认",
	"already_credited": "商户称已入账",
	"exhausted":        "次数用尽",
	"paused":           "已保留",
	"withheld":         "不再发送",

	"payment":      "支付",
	"refund":       "退款",
	"notification": "通知",

	"order":               "订单",
	"attempt":             "通知记录",
	"change":              "人工操作",
	"event":               "订单历史",
	"pause":               "暂停记录",
	"quarantined message": "隔离的消息",
	"route":               "路由",
	"old traffic":         "旧网关流量",
	"answers":             "应答计数",

	// How a message arrived, and what was found of it.
	"nothing":                                    "没有内容",
	"an urlencoded form":                         "urlencoded 表单",
	"a multipart form":                           "multipart 表单",
	"a URL with a query":                         "带查询串的 URL",
	"a JSON object in place of a form":           "JSON 对象，而不是表单",
	"a bare JSON message, without req and sign":  "裸 JSON 报文，没有 req 和 sign",
	"the plain text of a v2 message, not sealed": "v2 报文的明文，没有加密签名",
	"a form that is percent-encoded as a whole":  "整体做了百分号编码的表单",
	"a bare base64 text, without its name":       "裸 base64 文本，没有参数名",
	"HTML or XML":                                "HTML 或 XML",
	"a text that is no form":                     "不是表单的文本",
	"URL-safe base64":                            "URL 安全的 base64",
	"base64 of base64":                           "base64 的 base64",
	"no coding at all":                           "未编码",
	"hex":                                        "十六进制",
	"percent-encoded once more":                  "多做了一次百分号编码",
	"line breaks":                                "有换行",
	"blanks around":                              "前后有空格",
	"blanks for plus":                            "空格代替加号",
	"as sent":                                    "按原样",
	"both previous keys":                         "两把旧密钥",
	"the previous private key":                   "旧私钥",
	"the previous gateway key":                   "旧网关公钥",
	"the current keys":                           "当前密钥",

	"compared":   "已比对",
	"uncompared": "无法比对",
	"dialect":    "写法",
	"host":       "通知地址",
	"refused":    "会被拒绝",
	"taken":      "会被接受",
	"reply_key":  "应答密钥",
	"unsealed":   "无法加密签名",
	"missing":    "缺少",
	"added":      "多出",
	"type":       "类型",
	"value":      "值",
	"sequence":   "顺序",

	// The words of what the shadow finds.
	"text":                       "文本",
	"whole number":               "整数",
	"fraction":                   "小数",
	"true or false":              "布尔值",
	"null":                       "空值",
	"object":                     "对象",
	"list":                       "数组",
	"capital letters":            "大写字母",
	"base64 in another form":     "base64 形式不同",
	"not UTF-8":                  "不是 UTF-8",
	"none":                       "无",
	"previous":                   "旧密钥",
	"multipart":                  "multipart 表单",
	"parameters in the query":    "参数在查询串中",
	"previous sign key":          "旧签名密钥",
	"reply too long":             "应答太长",
	"no v1 reply":                "不是 v1 应答",
	"no reply of ours":           "支付桥没有应答",
	"not signed by the merchant": "不是商户的签名",

	"ready":     "可以迁移",
	"look":      "先查看",
	"unknown":   "尚不能判断",
	"not_ready": "不能迁移",
	"note":      "提示",
	"warn":      "警告",
	"fail":      "失败",

	// Routes, and who says so.
	"old":      "旧网关",
	"shadow":   "影子",
	"v2":       "新网关",
	"merchant": "商户",
	"all":      "所有商户",
	"default":  "默认",
	"guard":    "守护",

	// States of a line of a statement, besides "failed".
	"succeeded":  "成功",
	"processing": "处理中",

	"person":     "人工",
	"unreadable": "无法读取",
}
