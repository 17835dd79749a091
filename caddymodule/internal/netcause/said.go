package netcause

import (
	"cmp"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
)

// chinese are the causes in Chinese. The console has the same.
var chinese = map[Kind]string{
	NoSuchHost:         "域名不存在",
	NameService:        "域名解析失败",
	LookupTimeout:      "域名解析超时",
	ConnectRefused:     "连接被拒绝",
	Unreachable:        "网络不可达",
	ConnectFailed:      "连接失败",
	ConnectTimeout:     "连接超时",
	NoUpstream:         "所有上游都被标记为不可用",
	CertificateExpired: "TLS：证书已过期",
	CertificateEarly:   "TLS：证书尚未生效",
	UnknownAuthority:   "TLS：证书的签发机构不受信任",
	WrongName:          "TLS：证书属于其他域名",
	CertificateBad:     "TLS：证书不被接受",
	NotTLS:             "TLS：对方端口不是 TLS",
	OldTLS:             "TLS：对方没有允许的版本",
	TLSRefused:         "TLS：被对方拒绝",
	TLSClosed:          "TLS：握手时连接被关闭",
	TLSFailed:          "TLS：握手失败",
	TLSTimeout:         "TLS 握手超时",
	NotPublic:          "已拦截：不是公网地址，可用 allow_callbacks 放行",
	NeverCalled:        "已拦截：任何配置都不允许的地址",
	OddAddress:         "已拦截：用数字写成的主机名",
	HTTPSOnly:          "已拦截：明文 http，而配置了 callback_https_only",
	NoAddress:          "不是可以调用的地址",
	SendTimeout:        "发送超时",
	AnswerTimeout:      "等待应答超时",
	ReadTimeout:        "读取应答超时",
	Closed:             "应答完整之前连接被关闭",
	Reset:              "连接被重置",
	NotHTTP:            "应答不是 HTTP",
	TooLong:            "应答过长",
	Redirected:         "不跟随跳转",
	Status:             "HTTP 状态码",
	Stopped:            "支付桥停止",
	Bug:                "支付桥的缺陷，请查看日志",
	Other:              "调用失败",
}

// Said is the cause in either language.
func (c Cause) Said() bilingual.Said {
	kind := bilingual.Pair(string(c.Kind), cmp.Or(chinese[c.Kind], string(c.Kind)))
	if c.Subject == "" {
		return kind
	}
	return withSubject.With(kind, c.Subject)
}

var withSubject = bilingual.Text{En: "%s – %s", Zh: "%s – %s"}
