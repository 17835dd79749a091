package readiness

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
	"github.com/paybridge/paybridge/caddymodule/internal/netcause"
	"github.com/paybridge/paybridge/caddymodule/internal/shadow"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

var noon = time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)

func count(day string, kind shadow.Kind, iface, subject, detail string) ledger.ShadowCount {
	return ledger.ShadowCount{
		MerID: "89900001", Day: day, Kind: string(kind), Interface: iface, Subject: subject, Detail: detail,
		Times: 5, LastAt: noon, Example: "20261122000001",
	}
}

// noRoomFor is what the ledger had no room for.
func noRoomFor(kind shadow.Kind) ledger.ShadowCount {
	others := count("2026-11-22", kind, "pay", ledger.ShadowOthers, "")
	others.Example = ""
	return others
}

// enoughSeen is what makes a merchant ready.
func enoughSeen(more ...ledger.ShadowCount) []ledger.ShadowCount {
	return append([]ledger.ShadowCount{
		count("2026-11-21", shadow.Compared, "pay", "WxSao", ""),
		count("2026-11-22", shadow.Compared, "pay", "WxSao", ""),
		count("2026-11-22", shadow.Compared, "query", "", ""),
	}, more...)
}

func TestVerdicts(t *testing.T) {
	t.Parallel()
	const day = "2026-11-22"
	for name, c := range map[string]struct {
		counts []ledger.ShadowCount
		change func(*Facts)
		want   Verdict
		reason string // part of the gravest one
	}{
		"ready":                         {enoughSeen(), nil, Ready, ""},
		"not configured":                {enoughSeen(), func(f *Facts) { f.Merchant = nil }, NotReady, "no merchant 89900001"},
		"no old gateway":                {nil, func(f *Facts) { f.Alone = true }, Unknown, "no old gateway"},
		"not in the shadow":             {nil, nil, Unknown, "not in the shadow"},
		"pages only":                    {nil, also(passed("/apis/wxjspaygateway", "/wxjsapi/gopay.html"), inShadow), Unknown, "only payers' pages come through this bridge (/apis/wxjspaygateway, /wxjsapi/gopay.html)"},
		"pages only, not in the shadow": {nil, passed("/wxjsapi/gopay.html"), Unknown, "only payers' pages come through this bridge"},
		"pages beside others":           {nil, also(passed("/wxjsapi/gopay.html", "/api/query"), inShadow), Unknown, "although requests of this merchant come"},
		"not served here":               {nil, also(passed("/api/icashier"), inShadow), Unknown, "although requests of this merchant come"},
		"orders of earlier":             {nil, also(inShadow, func(f *Facts) { f.OnRecord = true }), Unknown, "nothing came in these days"},
		"no traffic":                    {nil, func(f *Facts) { f.Shadows = true }, Unknown, "nothing was compared yet"},
		"switched off":                  {nil, func(f *Facts) { f.Shadows, f.ShadowOff = true, shadow.ReasonLag }, Unknown, "switched itself off (lag)"},
		"one day":                       {enoughSeen()[1:], nil, Unknown, "one day only"},
		"no payment":                    {[]ledger.ShadowCount{count("2026-11-21", shadow.Compared, "query", "", ""), count(day, shadow.Compared, "query", "", "")}, nil, Unknown, "no payment"},
		"would refuse":                  {enoughSeen(count(day, shadow.Refused, "pay", "action", "97")), nil, NotReady, "member action, respcode 97 (action not supported)"},
		"too long for v2":               {enoughSeen(count(day, shadow.Refused, "pay", "body.subject", "96")), nil, NotReady, "body.subject, respcode 96 (it does not fit"},
		"another key":                   {enoughSeen(count(day, shadow.Refused, "pay", "sign", "91")), nil, NotReady, "not signed with sign_key"},
		"would take":                    {enoughSeen(count(day, shadow.Taken, "pay", "", "94")), nil, Ready, "(respcode 94) pay requests"},
		"key of replies":                {enoughSeen(count(day, shadow.ReplyKey, "pay", "", "none")), nil, NotReady, "replies to pay are not signed with sign_key"},
		"key before":                    {enoughSeen(count(day, shadow.ReplyKey, "pay", "", "previous")), nil, Look, "previous_sign_key"},
		"not sealed":                    {enoughSeen(count(day, shadow.Unsealed, "pay", "", "")), nil, NotReady, "could not be encrypted"},
		"member missing":                {enoughSeen(count(day, shadow.Missing, "pay", "bankname", "")), nil, Look, "no member bankname"},
		"member added":                  {enoughSeen(count(day, shadow.Added, "pay", "queryid", "")), nil, Ready, "a member queryid"},
		"type":                          {enoughSeen(count(day, shadow.Type, "pay", "txnamt", "text, whole number")), nil, NotReady, "txnamt is text at the old gateway and a whole number at the bridge"},
		"value":                         {enoughSeen(count(day, shadow.Value, "pay", "txnamt", "")), nil, NotReady, "the value of txnamt"},
		"frozen":                        {enoughSeen(count(day, shadow.Value, "query", "resultcode", "1002, 0000")), nil, Look, "(old, ours: 1002, 0000)"},
		"a state of its own":            {enoughSeen(count(day, shadow.Value, "query", "resultcode", "7777, 1001")), nil, NotReady, "7777, 1001"},
		"sign in capitals":              {enoughSeen(count(day, shadow.Value, "pay", "body.sign", "capital letters")), nil, Look, "body.sign"},
		"order":                         {enoughSeen(count(day, shadow.Order, "pay", "respmsg", "")), nil, Ready, "from respmsg on"},
		"not compared":                  {enoughSeen(count(day, shadow.Uncompared, "pay", "status 502", "")), nil, Look, "most of them because: status 502"},
		"a host":                        {enoughSeen(count(day, shadow.Host, "pay", "https://shop.example", "")), nil, Ready, ""},
		"a private host":                {enoughSeen(count(day, shadow.Host, "pay", "https://10.1.2.3", "")), nil, NotReady, "notifications to https://10.1.2.3"},
		"plain http":                    {enoughSeen(count(day, shadow.Host, "pay", "http://shop.example", "")), nil, NotReady, "callback_https_only"},
		"a host that is away": {enoughSeen(count(day, shadow.Host, "pay", "https://shop.example", "")), func(f *Facts) {
			f.Tried = map[string]netcause.Cause{"https://shop.example": netcause.New(netcause.CertificateExpired, "2026-01-01")}
		}, NotReady, "certificate expired"},
		"a host that was tried": {enoughSeen(count(day, shadow.Host, "pay", "https://shop.example", "")), func(f *Facts) {
			f.Tried = map[string]netcause.Cause{"https://shop.example": {}}
		}, Ready, "https://shop.example can be notified"},
		"a host that was not": {enoughSeen(count(day, shadow.Host, "pay", "https://shop.example", "")), func(f *Facts) {
			f.Tried = map[string]netcause.Cause{}
		}, Look, "0 notification hosts were tried, and others were not"},
		"no host to try":    {enoughSeen(), func(f *Facts) { f.Tried = map[string]netcause.Cause{} }, Ready, "no notification host was seen"},
		"too many hosts":    {enoughSeen(noRoomFor(shadow.Host)), func(f *Facts) { f.Tried = map[string]netcause.Cause{} }, Look, "others were not"},
		"other hosts":       {enoughSeen(noRoomFor(shadow.Host)), nil, Ready, ""},
		"other differences": {enoughSeen(noRoomFor(shadow.Type)), nil, NotReady, "in pay more was found"},
		"in WeChat":         {enoughSeen(count(day, shadow.Compared, "pay", "WxJsApi", "")), nil, Look, "neither a wechat_app"},
		"in WeChat, raw":    {enoughSeen(count(day, shadow.Compared, "pay", "WxJsApi", "")), func(f *Facts) { f.Merchant.JSAPI = merchants.Raw }, NotReady, "jsapi raw without a wechat_app"},
		"one-step orders":   {enoughSeen(), passed("/apis/wxjspaygateway"), Look, "neither a wechat_app"},
		"one-step, raw":     {enoughSeen(), also(passed("/apis/wxjspaygateway"), func(f *Facts) { f.Merchant.JSAPI = merchants.Raw }), NotReady, "jsapi raw without a wechat_app"},
		"in WeChat, hosted": {enoughSeen(count(day, shadow.Compared, "pay", "WxJsApi", "")), func(f *Facts) { f.Merchant.JSAPI = merchants.Hosted }, Ready, ""},
		"a dialect":         {enoughSeen(count(day, shadow.Dialect, "pay", "multipart", "")), nil, Ready, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := Facts{MerID: "89900001", Merchant: merchant(t), Counts: c.counts}
			if c.change != nil {
				c.change(&f)
			}
			r := Judge(f)
			text := ""
			if len(r.Reasons) > 0 {
				text = r.Reasons[0].Text.In(bilingual.En)
			}
			if r.Verdict != c.want || !strings.Contains(text, c.reason) || c.reason == "" && text != "" {
				t.Errorf("%s because %q, want %s because %q", r.Verdict, text, c.want, c.reason)
			}
			for _, reason := range r.Reasons {
				if zh := reason.Text.In(bilingual.Zh) + reason.Advice.In(bilingual.Zh); strings.Contains(zh, "%!") {
					t.Errorf("in Chinese: %s", zh)
				}
			}
		})
	}
}

func inShadow(f *Facts) { f.Shadows = true }

// passed has pages gone to the old gateway.
func passed(paths ...string) func(*Facts) {
	return func(f *Facts) {
		for _, path := range paths {
			f.Passed = append(f.Passed, ledger.OldTraffic{MerID: f.MerID, Path: path, Last: noon, Times: 5})
		}
	}
}

func also(changes ...func(*Facts)) func(*Facts) {
	return func(f *Facts) {
		for _, change := range changes {
			change(f)
		}
	}
}

// TestEveryDifferenceIsTold: no kind of difference is left out of the reasons.
func TestEveryDifferenceIsTold(t *testing.T) {
	t.Parallel()
	for _, kind := range shadow.Differences() {
		r := Judge(Facts{MerID: "89900001", Merchant: merchant(t), Counts: enoughSeen(count("2026-11-22", kind, "pay", "x", "y"))})
		if len(r.Reasons) != 1 || r.Reasons[0].Times != 5 || r.Reasons[0].Example != "20261122000001" {
			t.Errorf("%s: %+v", kind, r.Reasons)
		}
	}
}

// TestSums: days are added up, and the last example counts.
func TestSums(t *testing.T) {
	t.Parallel()
	older := count("2026-11-20", shadow.Type, "pay", "txnamt", "text, whole number")
	older.LastAt, older.Example = noon.Add(-48*time.Hour), "old"
	nameless := count("2026-11-22", shadow.Type, "pay", "txnamt", "text, whole number")
	nameless.Example = ""
	r := Judge(Facts{MerID: "89900001", Merchant: merchant(t), Counts: enoughSeen(older, count("2026-11-21", shadow.Type, "pay", "txnamt", "text, whole number"), nameless)})
	if r.Reasons[0].Times != 15 || r.Reasons[0].Example != "20261122000001" || !r.Reasons[0].LastAt.Equal(noon) {
		t.Errorf("%+v", r.Reasons[0])
	}
	if r.Days != 2 || r.First != "2026-11-21" || r.Last != "2026-11-22" || r.Compared != 15 {
		t.Errorf("%d days, %s to %s, %d compared", r.Days, r.First, r.Last, r.Compared)
	}
}

// merchant has keys of its own and is notified at public https addresses.
func merchant(t *testing.T) *merchants.Merchant {
	t.Helper()
	return &merchants.Merchant{MerID: "89900001", GatewayMerchant: "473053110001", Codec: codec(t)}
}

// codec is the real thing, with the keys of package v2's vectors.
func codec(t *testing.T) *v2.Codec {
	t.Helper()
	file := func(name string) []byte { return []byte(keyFile(t, name)) }
	own, err := v2.ParsePrivateKey(file("merchant_private.pem"), "")
	if err != nil {
		t.Fatal(err)
	}
	peer, err := v2.ParsePublicKey(file("gateway_public.pem"))
	if err != nil {
		t.Fatal(err)
	}
	c, err := v2.NewCodec(v2.Intl, own, peer)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// keyFile is a key of package v2's vectors.
func keyFile(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "..", "translate", "v2", "testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
