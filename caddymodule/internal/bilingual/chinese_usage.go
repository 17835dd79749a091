package bilingual

// chineseOfUsage is the Chinese of what is wrong with flags and arguments, and of what
// keygen prints.
var chineseOfUsage = map[string]string{
	"unknown flag: -%s":                           "没有这个选项：-%s",
	"unknown flag: --%s":                          "没有这个选项：--%s",
	"flag needs an argument: --%s":                "选项缺少值：--%s",
	"invalid argument %q for --%s: %v":            "--%[2]s 的值 %[1]q 不正确：%[3]v",
	"write a whole number":                        "请填写整数",
	"write a whole number, 1 or more":             "请填写不小于 1 的整数",
	"write true or false":                         "请填写 true 或 false",
	"accepts %s arguments, received %s":           "需要 %s 个参数，给出了 %s 个",
	"only one of these can be given: %s":          "以下选项只能给出一个：%s",
	"--merchant: the merchant is named already":   "--merchant：已经指明商户",
	"accepts at most %s arguments, received %s":   "最多 %s 个参数，给出了 %s 个",
	"accepts %s to %s arguments, received %s":     "需要 %s 到 %s 个参数，给出了 %s 个",
	"requires at least %s arguments, received %s": "至少需要 %s 个参数，给出了 %s 个",
	"takes no argument such as %q":                "不接受参数 %q",
	"missing: %s":                                 "缺少：%s",

	"Written:": "已写入：",
	"  %s   the private key; it stays here, nobody needs a copy":               "  %s   私钥；留在此处，任何人都不需要副本",
	"  %s    the public key":                                                   "  %s    公钥",
	"Send the gateway's people the public key, in the form that they ask for.": "请把公钥发给网关方，使用对方要求的形式。",
	"As PEM:":                 "PEM 形式：",
	"As bare base64 (X.509):": "单行 base64 形式（X.509）：",
	"Compare the fingerprint with them by telephone (SHA-256 of the X.509 key):":      "请通过电话与对方核对指纹（X.509 公钥的 SHA-256）：",
	"Nothing has been sent and nothing is configured yet. What to do in which order:": "没有发送任何内容，配置也没有改动。操作的先后顺序：",
	"docs/keys.md, \"Changing a v2 key\".":                                            "docs/keys.zh.md 的“更换 v2 密钥”。",
}
