package api

import (
	"crypto/rand"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/readiness"
	"github.com/paybridge/paybridge/caddymodule/internal/shadow"
	"github.com/paybridge/paybridge/tests/port"
)

// seen puts what the shadow finds into the ledger, on two days.
func (w *world) seen(kind shadow.Kind, subject, detail string) {
	w.t.Helper()
	var counts []ledger.ShadowCount
	for _, at := range []int{0, -1} {
		day := present.AddDate(0, 0, at)
		counts = append(counts, ledger.ShadowCount{
			MerID: "89900001", Day: shadow.DayOf(day), Kind: string(kind), Interface: "pay", Subject: subject, Detail: detail,
			Times: 3, LastAt: day, Example: "20261122000001",
		})
	}
	_, err := w.ledger.AddShadowCounts(w.t.Context(), rand.Text(), counts)
	must(err)
}

func (w *world) readiness(query string) ReadinessList {
	w.t.Helper()
	return read[ReadinessList](w.t, w.get("readiness"+query))
}

func TestReadiness(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.served.Shadow = ShadowState{Watches: func(merID string) bool { return merID == "89900001" }}
	w.seen(shadow.Compared, "WxSao", "")
	w.seen(shadow.Type, "txnamt", "text, whole number")
	list := w.readiness("")
	if len(list.Items) != 2 || list.Items[0].MerID != "89900001" || list.Items[1].MerID != "89900002" {
		t.Fatalf("%+v", list)
	}
	first, second := list.Items[0], list.Items[1]
	if first.Verdict != readiness.NotReady || !first.Shadow || first.Days != 2 || first.Compared != 6 || len(first.Seen) != 2 ||
		len(first.Reasons) != 1 || first.Reasons[0].Times != 6 || first.Reasons[0].Example != "20261122000001" {
		t.Errorf("%+v", first)
	}
	if second.Verdict != readiness.Unknown || second.Shadow || second.Seen == nil {
		t.Errorf("%+v", second)
	}
	list = w.readiness("?limit=1")
	if list.Next != "89900001" || len(list.Items) != 1 {
		t.Errorf("a page: %+v", list)
	}
	list = w.readiness("?after=89900001")
	if list.Next != "" || len(list.Items) != 1 || list.Items[0].MerID != "89900002" {
		t.Errorf("the next page: %+v", list)
	}
	list = w.readiness("?merid=89900001&days=1")
	if list.Items[0].Compared != 3 || list.Items[0].Days != 1 {
		t.Errorf("today alone: %+v", list.Items[0])
	}
	list = w.readiness("?merid=77700001")
	if one := list.Items[0]; one.Configured || one.Verdict != readiness.NotReady {
		t.Errorf("a stranger: %+v", one)
	}
}

// TestReadinessOfPages goes by what went to the old gateway in these days, too.
func TestReadinessOfPages(t *testing.T) {
	t.Parallel()
	w := beside(t)
	w.served.Shadow = ShadowState{Watches: func(string) bool { return true }}
	first := func(query string) ReadinessReason {
		t.Helper()
		return w.readiness("?merid=89900001" + query).Items[0].Reasons[0]
	}
	says := func(r ReadinessReason, level readiness.Level, part string) {
		t.Helper()
		if r.Level != level || !strings.Contains(r.Text, part) {
			t.Errorf("%+v, want %s", r, part)
		}
	}
	says(first(""), readiness.Missing, "nothing was compared yet")
	w.marked("89900001", 100*time.Hour)
	says(first(""), readiness.Missing, "orders of this merchant are on record, but nothing came in these days")
	pass := func(path string, age time.Duration) {
		t.Helper()
		_, err := w.ledger.AddOldTraffic(t.Context(), []ledger.OldTraffic{{MerID: "89900001", Path: path, Last: present.Add(-age), Times: 2}})
		must(err)
	}
	pass("/apis/wxjspaygateway", 25*time.Hour)
	says(first(""), readiness.Missing, "only payers' pages come through this bridge (/apis/wxjspaygateway)")
	says(first("&days=1"), readiness.Missing, "nothing came in these days")
	pass("/wxjsapi/openid.html", time.Hour)
	pass("/wxjsapi/openid.html?backurl=shop.example.com", time.Hour)
	says(first(""), readiness.Fail, "the merchant has no wechat_app")

	m := w.served.Settings.Merchants.ByMerID("89900001")
	m.RedirectToBackURLHosts = true
	asked := func() (texts string) {
		for _, r := range w.readiness("?merid=89900001").Items[0].Reasons {
			texts += r.Text + "\n"
		}
		return texts
	}
	if text := asked(); !strings.Contains(text, "go back to shop.example.com") {
		t.Error(text)
	}
	w.exec(`INSERT INTO back_hosts (mer_id, host) VALUES ('89900001', 'shop.example.com')`)
	if text := asked(); strings.Contains(text, "go back to shop.example.com") {
		t.Error(text)
	}
}

func TestReadinessRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for query, want := range map[string]string{
		"check=true": "query.merid: missing", "days=31": "query.days: must be 1 to 30", "days=-1": "query.days", "limit=501": "query.limit",
	} {
		w.refused(w.get("readiness?"+query), http.StatusBadRequest, want)
	}
}

// TestReadinessCheck connects to where the merchant is to be notified.
func TestReadinessCheck(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.served.Settings.Merchants.ByMerID("89900001").Callbacks.Allow = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	w.served.Settings.Merchants.ByMerID("89900001").Callbacks.PlainHTTP = true
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(err)
	gone := port.Free(t)
	t.Cleanup(func() { must(listener.Close()) })
	w.seen(shadow.Compared, "WxSao", "")
	w.seen(shadow.Host, "http://"+listener.Addr().String(), "")
	w.seen(shadow.Host, "http://"+gone, "")
	list := w.readiness("?merid=89900001")
	if list.Items[0].Verdict != readiness.Ready {
		t.Errorf("without a check: %+v", list.Items[0])
	}
	list = w.readiness("?merid=89900001&check=true")
	one := list.Items[0]
	if one.Verdict != readiness.NotReady || len(one.Reasons) != 2 ||
		!strings.Contains(one.Reasons[0].Text, gone+" could not be delivered: connection refused") ||
		!strings.Contains(one.Reasons[1].Text, listener.Addr().String()+" can be notified") {
		t.Errorf("with a check: %+v", one)
	}
	chinese := read[ReadinessList](t, w.inChinese("GET", "readiness?merid=89900001&check=true", "")).Items[0].Reasons[0]
	if !strings.Contains(chinese.Text, "连接被拒绝 – "+gone) || !strings.Contains(chinese.Advice, "防火墙") {
		t.Errorf("in Chinese: %+v", chinese)
	}
}
