package caddymodule

import (
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/paybridge/paybridge/caddymodule/internal/inbound"
)

// TestPageLines: each request of a browser is one line, with members of an
// allow-list; numbers of a link stand there only when they are somebody's.
func TestPageLines(t *testing.T) { // not parallel: one Caddy a process
	s := startPayerServer(t, "")
	payID := s.submitWxJsApi(t, aOrderID, "")
	b := s.browser()
	s.wechat.say(`{"errcode":40125,"errmsg":"canary"}`)
	b.get(t, b.toWeChat(t, s, payLinkOf(aOrderID, payID))).wants(t, http.StatusBadGateway, "微信授权没有成功")
	b.get(t, inbound.GoPayPath+query("merid", "89900009", "orderid", "Xcanary00", "code", "canary")).wants(t, http.StatusNotFound, "找不到商户")
	b.get(t, openIDLink("https://evil.example/?canary")).wants(t, http.StatusForbidden, "返回地址不被允许")
	s.statusOf(t, payID)

	want := []map[string]any{
		{"level": "info", "page": "gopay", "result": "to_public_url", "status": 303.0, "merid": "89900001", "orderid": aOrderID},
		{"level": "info", "page": "gopay", "result": "to_wechat", "status": 303.0, "merid": "89900001", "orderid": aOrderID},
		{"level": "warn", "page": "paying", "result": "wechat_refused", "status": 502.0, "merid": "89900001", "orderid": aOrderID, "error": "wechat refused: errcode 40125"},
		{"level": "info", "page": "gopay", "result": "unknown_merchant", "status": 404.0},
		{"level": "info", "page": "openid", "result": "host_not_allowed", "status": 403.0, "merid": "89900001", "error": `backurl: "evil.example" is not one of redirect_hosts`},
		{"level": "debug", "page": "status", "result": "status_open", "status": 200.0, "merid": "89900001", "orderid": aOrderID},
	}
	var got []map[string]any
	for _, line := range s.log.lines(t) {
		if line["msg"] == "payer page" {
			got = append(got, line)
		}
	}
	if len(got) != len(want) {
		t.Fatalf("%d lines, want %d: %v", len(got), len(want), got)
	}
	for i, line := range got {
		for _, name := range []string{"ts", "logger", "msg", "remote_ip", "took"} {
			if _, has := line[name]; !has {
				t.Errorf("line %d has no %s: %v", i, name, line)
			}
			delete(line, name)
		}
		if !maps.Equal(line, want[i]) {
			t.Errorf("line %d has %v\nwant %v", i, line, want[i])
		}
	}
	if text := s.log.String(); strings.Contains(text, "canary") {
		t.Errorf("the log tells too much: %s", text)
	}
}
