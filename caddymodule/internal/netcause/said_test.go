package netcause

import (
	"errors"
	"testing"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
)

// TestSaid: what is kept in English is said in both languages, its subject too.
func TestSaid(t *testing.T) {
	t.Parallel()
	for kept, want := range map[string]string{
		"": "",
		"not an address that can be called – it is neither http nor https":                               "不是可以调用的地址 – 既不是 http 也不是 https",
		"blocked: not public, allow_callbacks would open it – 127.0.0.1 (loopback)":                      "已拦截：不是公网地址，可用 allow_callbacks 放行 – 127.0.0.1（本机回环地址）",
		"blocked: never called, whatever is configured – 2002:a9fe:: (leads to 169.254.0.0, link-local)": "已拦截：任何配置都不允许的地址 – 2002:a9fe::（通向 169.254.0.0，链路本地地址）",
		"TLS: certificate expired – on 2026-11-22":                                                       "TLS：证书已过期 – 到期日 2026-11-22",
		"TLS: certificate not valid yet – from 2026-11-22":                                               "TLS：证书尚未生效 – 自 2026-11-22 起有效",
		"TLS: certificate of an unknown authority – signed by itself":                                    "TLS：证书的签发机构不受信任 – 自签名",
		"TLS: certificate for another name – a.test, b.test":                                             "TLS：证书属于其他域名 – a.test, b.test",
		"TLS: refused by the other side – handshake failure":                                             "TLS：被对方拒绝 – handshake failure", // the standard's own name
		"answer too long – its headers":                                                                  "应答过长 – 响应头",
		"answer too long – over 64 KiB":                                                                  "应答过长 – 超过 64 KiB",
		"redirect not followed – to another path of shop.example.com":                                    "不跟随跳转 – 跳转到 shop.example.com 的其他路径",
		"redirect not followed – to https://shop.example.com":                                            "不跟随跳转 – 跳转到 https://shop.example.com",
		"HTTP status – 404":                          "HTTP 状态码 – 404",
		"dial tcp: words that an older version kept": "dial tcp: words that an older version kept",
	} {
		said := Parse(kept).Said()
		if got := said.In(bilingual.Zh); got != want {
			t.Errorf("%q: %q, want %q", kept, got, want)
		}
		if got := said.In(bilingual.En); got != kept {
			t.Errorf("in English %q, want %q", got, kept)
		}
	}
	for _, kind := range All() {
		if en, zh := New(kind, "").Said().In(bilingual.En), New(kind, "").Said().In(bilingual.Zh); en != string(kind) || zh == en {
			t.Errorf("%q is %q and %q", kind, en, zh)
		}
	}
	err := Wrap(errors.New("dial tcp 10.0.0.1:1: connect: connection refused"), New(ConnectRefused, "10.0.0.1:1"))
	if got := bilingual.Failure(bilingual.Zh, err); got != "连接被拒绝 – 10.0.0.1:1" {
		t.Errorf("%q", got)
	}
}
