package bilingual

// causes are the Chinese words for why a call failed and what that was about: the kinds
// of package netcause, its subjects, and the ranges of addresses that notifications keep
// away from. Commands, API, console and [Failure] all say them from here.
var causes = map[string]string{
	"no such host":                                        "域名不存在",
	"the name service failed":                             "域名解析失败",
	"timed out while looking up the name":                 "域名解析超时",
	"connection refused":                                  "连接被拒绝",
	"no route to it":                                      "网络不可达",
	"connecting failed":                                   "连接失败",
	"timed out while connecting":                          "连接超时",
	"every upstream is marked as down":                    "所有上游都被标记为不可用",
	"TLS: certificate expired":                            "TLS：证书已过期",
	"TLS: certificate not valid yet":                      "TLS：证书尚未生效",
	"TLS: certificate of an unknown authority":            "TLS：证书的签发机构不受信任",
	"TLS: certificate for another name":                   "TLS：证书属于其他域名",
	"TLS: certificate not accepted":                       "TLS：证书不被接受",
	"TLS: the other side does not speak it":               "TLS：对方端口不是 TLS",
	"TLS: the other side has no version that is allowed":  "TLS：对方没有允许的版本",
	"TLS: refused by the other side":                      "TLS：被对方拒绝",
	"TLS: connection closed during the handshake":         "TLS：握手时连接被关闭",
	"TLS: handshake failed":                               "TLS：握手失败",
	"timed out during the TLS handshake":                  "TLS 握手超时",
	"blocked: not public, allow_callbacks would open it":  "已拦截：不是公网地址，可用 allow_callbacks 放行",
	"blocked: never called, whatever is configured":       "已拦截：任何配置都不允许的地址",
	"blocked: a number written as a name":                 "已拦截：用数字写成的主机名",
	"blocked: plain http, and callback_https_only is set": "已拦截：明文 http，而配置了 callback_https_only",
	"not an address that can be called":                   "不是可以调用的地址",
	"timed out while sending":                             "发送超时",
	"timed out while waiting for the answer":              "等待应答超时",
	"timed out while reading the answer":                  "读取应答超时",
	"connection closed before the answer was whole":       "应答完整之前连接被关闭",
	"connection reset":                                    "连接被重置",
	"the answer is not HTTP":                              "应答不是 HTTP",
	"answer too long":                                     "应答过长",
	"redirect not followed":                               "不跟随跳转",
	"HTTP status":                                         "HTTP 状态码",
	"the bridge was stopped":                              "支付桥停止",
	"whoever asked has hung up":                           "请求方已断开连接",
	"a bug of the bridge, see its log":                    "支付桥的缺陷，请查看日志",
	"the call failed":                                     "调用失败",

	"signed by itself":             "自签名",
	"its headers":                  "响应头",
	"it is no URL":                 "不是 URL",
	"it is neither http nor https": "既不是 http 也不是 https",
	"it has no host":               "没有主机名",
	"it has a user in it":          "其中带有用户名",

	"cloud metadata":     "云元数据地址",
	"link-local":         "链路本地地址",
	"this network":       "本网络地址",
	"multicast":          "组播地址",
	"broadcast":          "广播地址",
	"reserved":           "保留地址",
	"unspecified":        "未指定地址",
	"loopback":           "本机回环地址",
	"private":            "内网地址",
	"carrier NAT":        "运营商 NAT 地址",
	"benchmarking":       "基准测试地址",
	"documentation":      "文档示例地址",
	"protocol":           "协议专用地址",
	"6to4 relay":         "6to4 中继地址",
	"Teredo":             "Teredo 隧道地址",
	"6to4":               "6to4 隧道地址",
	"6bone":              "6bone 试验地址",
	"segment routing":    "分段路由地址",
	"local NAT64":        "本地 NAT64 地址",
	"translated":         "转换地址",
	"IPv4-compatible":    "IPv4 兼容地址",
	"discard":            "丢弃专用地址",
	"dummy":              "占位地址",
	"not global unicast": "不是全球单播地址",
	"not TCP":            "不是 TCP",
	"not an address":     "不是地址",
}

// chineseOfCauses are what a cause is about where that has values in it.
var chineseOfCauses = map[string]string{
	"on %s":                 "到期日 %s",
	"from %s":               "自 %s 起有效",
	"over %s KiB":           "超过 %s KiB",
	"to another path of %s": "跳转到 %s 的其他路径",
	"to %s":                 "跳转到 %s",
	"%s (leads to %s, %s)":  "%s（通向 %s，%s）",
	"%s – %s":               "%s – %s",
}

// CauseTerm is a kind of cause, or what a cause is about, in both languages; names of
// hosts and numbers are themselves.
func CauseTerm[T ~string](value T) Said {
	if zh, known := causes[string(value)]; known {
		return Pair(string(value), zh)
	}
	return Pair(string(value), string(value))
}
