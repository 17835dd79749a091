package api

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
	"github.com/paybridge/paybridge/caddymodule/internal/guard"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/refusals"
	"github.com/paybridge/paybridge/caddymodule/internal/rollback"
	routing "github.com/paybridge/paybridge/caddymodule/internal/route"
)

// What the ledger keeps of a change is English; whoever reads Chinese reads it in
// Chinese, whatever was done and whoever did it. What somebody has typed stays as it is.
func TestChangesInTheLanguageOfWhoReads(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.served.Refusals = refusals.New(uncounted{}, refusals.Rest)
	defer w.served.Refusals.Stop()
	for _, change := range []struct{ path, body string }{ // what is kept first can be forgotten then
		{"merchants/keep", `{"merid":"89900001","for":"5m","why":"why"}`},
		{"merchants/forget", `{"merid":"89900001","why":"why"}`},
		{"purge", `{"before":"2020-01-01T00:00:00Z","file":"` + t.TempDir() + `/purged.jsonl","why":"why"}`},
	} {
		if a := w.post(change.path, json.RawMessage(change.body)); a.status != http.StatusOK {
			t.Errorf("%s: %d %s", change.path, a.status, a.body)
		}
	}
	why := rollback.Reason{Rule: rollback.Rule{Window: time.Minute, MaxWorse: 5}, V2: rollback.Tally{Payments: 9, Refused: 9}}
	must(w.ledger.SetRoute(t.Context(), "89900001", routing.ToOld, ledger.Change{Who: guard.Who, Why: why.String()}))

	must(w.ledger.NoteTrial(t.Context(), ledger.Key{MerID: "89900001", OrderID: "PAYBRIDGETRY1"}, ledger.TryPay, ledger.Change{Who: "ada from ::1", Why: "why", After: "WxSao over 0.01 yuan"}))
	list := read[ChangeList](t, w.inChinese("GET", "changes", ""))
	if len(list.Items) < 5 {
		t.Errorf("only %d changes", len(list.Items))
	}
	for _, c := range list.Items {
		for member, text := range map[string]string{"before": c.Before, "after": c.After, "who": c.Who} {
			if _, err := routing.Parse(text); text == "" || err == nil || text == withoutRoute {
				continue // spelled as the API spells it
			}
			if !hasHan(text) {
				t.Errorf("%s: %s is %q", c.What, member, text)
			}
		}
		if c.What == "route" && c.Why != why.Said().In(bilingual.Zh) || c.What != "route" && c.Why != "why" {
			t.Errorf("%s: the reason is %q", c.What, c.Why)
		}
	}
	table := read[RouteList](t, w.inChinese("GET", "routes?merid=89900001", ""))
	if got, want := table.Items[0].Why, why.Said().In(bilingual.Zh); got != want {
		t.Errorf("the route is for %q, want %q", got, want)
	}
	line := read[RouteTimeline](t, w.inChinese("GET", "routes/timeline?merid=89900001", ""))
	if got, want := line.Items[0].Why, why.Said().In(bilingual.Zh); got != want {
		t.Errorf("the route has changed for %q, want %q", got, want)
	}
}

// What the gateway said of an order is told with why it makes nothing certain.
func TestDoubtInTheLanguageOfWhoReads(t *testing.T) {
	t.Parallel()
	const kept = `nothing certain: gateway answered "E0000000"`
	if zh, en := gatewaySaid(bilingual.Zh, kept), gatewaySaid(bilingual.En, kept); en != kept || zh != `没有确定的结果：网关应答 "E0000000"` {
		t.Errorf("%q and %q", en, zh)
	}
}

// What is kept is put into words only where it is one of what is written.
func TestRecordedText(t *testing.T) {
	t.Parallel()
	for kept, want := range map[string]string{
		"WxSao over 0.01 yuan":           "WxSao，0.01 元",
		"a sample to shop.example.com":   "样例发往 shop.example.com",
		"for 10m0s":                      "保留 10 分钟",
		"form 1 of 2026-11-26T22:26:32Z": "第 1 个表单，收到于 2026-11-26T22:26:32Z",
		"2 forms":                        "2 个表单",
		"none":                           "无",
		"begun, of before 2025-01-01T00:00:00Z to /x y.csv": "开始，早于 2025-01-01T00:00:00Z 的订单，写入 /x y.csv",
		"3 orders of before 2025-01-01T00:00:00Z to /x":     "3 笔早于 2025-01-01T00:00:00Z 的订单，写入 /x",
		"paid":         "paid",
		"for a friend": "for a friend",
	} {
		if got := recordedText(bilingual.Zh, kept); got != want {
			t.Errorf("%q is %q, want %q", kept, got, want)
		}
	}
	for kept, want := range map[string]string{
		"root from 127.0.0.1":                  "root（来自 127.0.0.1）",
		"somebody from a local socket":         "未署名的人（来自 本机套接字）",
		"ada, certificate CN=ada from ::1":     "ada（证书 CN=ada，来自 ::1）",
		"root from head office from 127.0.0.1": "root from head office（来自 127.0.0.1）",
		"guard":                                "守护",
		"guard from 127.0.0.1":                 "guard（来自 127.0.0.1）",
		"ada":                                  "ada",
		"":                                     "",
	} {
		if got := whoSaid(kept).In(bilingual.Zh); got != want {
			t.Errorf("%q is %q, want %q", kept, got, want)
		}
		if got := whoSaid(kept).In(bilingual.En); got != kept {
			t.Errorf("%q is %q in English", kept, got)
		}
	}
	if got := reasonText(bilingual.Zh, "ada from ::1", rollback.Reason{}.String()); got != (rollback.Reason{}).String() {
		t.Errorf("what somebody typed is told as the guard's: %q", got)
	}
}
