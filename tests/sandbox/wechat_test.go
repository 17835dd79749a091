package sandbox

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
)

const (
	testApp    = "wx0123456789abcdef"
	testSecret = "the secret of the account"
	testBack   = "http://127.0.0.1:1/back?merid=1&x=%2F"
)

// phone is a payer's browser at a WeChat, and the server behind a page.
type phone struct {
	t      *testing.T
	wechat *WeChat
	url    string
	http   *http.Client
}

func startWeChat(t *testing.T, g *Gateway) *phone {
	t.Helper()
	w, err := NewWeChat(g, "Payer", WeChatApp{AppID: testApp, Secret: testSecret, Hosts: []string{"127.0.0.1:1"}})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(w)
	t.Cleanup(func() { g.Close(); server.Close() })
	client := server.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &phone{t: t, wechat: w, url: server.URL, http: client}
}

// with is a query with changes; an empty value removes a parameter.
func with(query, changes map[string]string) string {
	values := make(url.Values)
	all := maps.Clone(query)
	maps.Copy(all, changes)
	for name, value := range all {
		if value != "" {
			values.Set(name, value)
		}
	}
	return values.Encode()
}

func (p *phone) get(path, query, agent string) (*http.Response, string) {
	p.t.Helper()
	r, err := http.NewRequestWithContext(p.t.Context(), http.MethodGet, p.url+path+"?"+query, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	r.Header.Set("User-Agent", agent)
	resp, err := p.http.Do(r)
	if err != nil {
		p.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return resp, string(body)
}

var authorizeQuery = map[string]string{
	"appid": testApp, "redirect_uri": testBack, "response_type": "code", "scope": "snsapi_base", "state": "State1",
}

// authorize returns the query with which the payer is sent back.
func (p *phone) authorize() url.Values {
	p.t.Helper()
	resp, body := p.get(AuthorizePath, with(authorizeQuery, nil), "MicroMessenger/8") //nolint:bodyclose // get has closed it
	back, err := resp.Location()
	if err != nil {
		p.t.Fatalf("not sent back: %v %s", err, body)
	}
	return back.Query()
}

func TestAuthorize(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name      string
		changes   map[string]string
		agent     string
		behaviour WeChatBehaviour
		state     string // of the way back, "" for a page
		code      bool
		violation string
	}{
		{name: "honest", state: "State1", code: true},
		{name: "denied", behaviour: Denied, state: "State1"},
		{name: "wrong state", behaviour: WrongState, state: "State0", code: true},
		{name: "stale code", behaviour: StaleCode, state: "State1", code: true},
		{name: "error page", behaviour: ErrorPage},
		{name: "another browser", agent: "Safari"},
		{name: "unknown app", changes: map[string]string{"appid": "wx"}, violation: "appid"},
		{name: "foreign host", changes: map[string]string{"redirect_uri": "https://example.com/"}, violation: "redirect_uri"},
		{name: "user in the address", changes: map[string]string{"redirect_uri": "http://127.0.0.1:1@127.0.0.1:1/"}, violation: "redirect_uri"},
		{name: "scope", changes: map[string]string{"scope": "snsapi_userinfo"}, violation: "scope"},
		{name: "response type", changes: map[string]string{"response_type": ""}, violation: "response_type"},
		{name: "no state", changes: map[string]string{"state": ""}, violation: "state"},
		{name: "state with a dash", changes: map[string]string{"state": "a-b"}, violation: "state"},
		{name: "long state", changes: map[string]string{"state": strings.Repeat("a", 129)}, violation: "state"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			g, _, _ := start(t, nil)
			p := startWeChat(t, g)
			p.wechat.Script(AuthorizePath, test.behaviour)
			agent := test.agent
			if agent == "" {
				agent = "Mozilla/5.0 MicroMessenger/8.0.47"
			}
			resp, _ := p.get(AuthorizePath, with(authorizeQuery, test.changes), agent) //nolint:bodyclose // get has closed it
			back, _ := resp.Location()
			if (back != nil) != (test.state != "") {
				t.Fatalf("sent to %v with status %d", back, resp.StatusCode)
			}
			if back != nil {
				q := back.Query()
				if q.Get("state") != test.state || q.Has("code") != test.code || q.Get("merid") != "1" || q.Get("x") != "/" {
					t.Errorf("sent to %s", back)
				}
			}
			var paths []string
			for _, v := range g.Violations() {
				paths = append(paths, v.Path)
			}
			if want := strings.Fields(test.violation); !slices.Equal(paths, want) {
				t.Errorf("violations at %v, want %v", paths, want)
			}
		})
	}
}

func TestToken(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name      string
		changes   map[string]string
		behaviour WeChatBehaviour
		stale     bool
		want      string // in the answer
		violation string
	}{
		{name: "honest", want: `"openid":"oPayer`},
		{name: "stale code", stale: true, want: `"errcode":40029`},
		{name: "invented code", changes: map[string]string{"code": "x"}, want: `"errcode":40029`},
		{name: "no code", changes: map[string]string{"code": ""}, want: `"errcode":40029`},
		{name: "wrong secret", changes: map[string]string{"secret": "x"}, want: `"errcode":40125`, violation: "query"},
		{name: "unknown app", changes: map[string]string{"appid": "x"}, want: `"errcode":40013`, violation: "query"},
		{name: "grant", changes: map[string]string{"grant_type": ""}, want: `"errcode":40002`, violation: "query"},
		{name: "error", behaviour: TokenError, want: `"errcode":-1`},
		{name: "garbage", behaviour: TokenGarbage, want: "<!doctype html>"},
		{name: "huge", behaviour: TokenHuge, want: strings.Repeat("x", 1<<20)},
		{name: "nobody", behaviour: TokenWithoutOpenID, want: `"access_token":"canary-access-token","expires_in":7200,"refresh_token":"canary-refresh-token","scope":"snsapi_base"`},
		{name: "hostile", behaviour: TokenHostileOpenID, want: `"openid":"o\"><script>`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			g, _, _ := start(t, nil)
			p := startWeChat(t, g)
			if test.stale {
				p.wechat.Script(AuthorizePath, StaleCode)
			}
			query := map[string]string{
				"appid": testApp, "secret": testSecret, "grant_type": "authorization_code", "code": p.authorize().Get("code"),
			}
			p.wechat.Script(TokenPath, test.behaviour)
			resp, body := p.get(TokenPath, with(query, test.changes), "") //nolint:bodyclose // get has closed it
			if resp.StatusCode != http.StatusOK || !strings.Contains(body, test.want) {
				t.Errorf("status %d, %.300s", resp.StatusCode, body)
			}
			if v := g.Violations(); (len(v) == 1) != (test.violation != "") || len(v) == 1 && v[0].Path != test.violation {
				t.Errorf("violations %v, want %q", v, test.violation)
			}
		})
	}
}

func TestCodesAreGoodOnce(t *testing.T) {
	t.Parallel()
	g, _, _ := start(t, nil)
	p := startWeChat(t, g)
	query := with(map[string]string{
		"appid": testApp, "secret": testSecret, "grant_type": "authorization_code", "code": p.authorize().Get("code"),
	}, nil)
	for _, want := range []string{p.wechat.OpenID(testApp), "40029"} {
		if _, body := p.get(TokenPath, query, ""); !strings.Contains(body, want) { //nolint:bodyclose // get has closed it
			t.Errorf("answered %s, want %s", body, want)
		}
	}
	if got := p.wechat.Counters(); got.Authorized != 1 || got.Tokens != 1 {
		t.Errorf("counted %+v", got)
	}
	wantNoViolations(t, g)
}

func TestNewWeChatRefuses(t *testing.T) {
	t.Parallel()
	g, _, _ := start(t, nil)
	for name, app := range map[string]WeChatApp{
		"no secret": {AppID: testApp}, "short": {AppID: "wx1", Secret: "s"}, "no wx": {AppID: "ab0123456789abcdef", Secret: "s"},
	} {
		if _, err := NewWeChat(g, "Payer", app); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
	if _, err := NewWeChat(g, ""); err == nil {
		t.Error("a payer without a name is accepted")
	}
}

// invoke calls the bridge as a page does and returns what the page hears.
func invoke(t *testing.T, b Bridge, name string, args any) string {
	t.Helper()
	call, err := json.Marshal(map[string]any{"name": name, "args": args})
	if err != nil {
		t.Fatal(err)
	}
	text, err := b.Invoke(string(call))
	if err != nil {
		t.Fatal(err)
	}
	var answer struct {
		Message string `json:"err_msg"`
	}
	if err := json.Unmarshal([]byte(text), &answer); err != nil {
		t.Fatal(err)
	}
	return strings.TrimPrefix(answer.Message, "get_brand_wcpay_request:")
}

func TestBridge(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		behaviour BridgeBehaviour
		name      string
		change    func(args map[string]any)
		openID    string // of the order, the payer's if empty
		says      string
		charges   int
		held      int
		violation string
	}{
		{says: "ok", charges: 1},
		{behaviour: BridgeLate, says: "ok", charges: 1},
		{behaviour: BridgeCancelled, says: "cancel"},
		{behaviour: BridgeFails, says: "fail"},
		{behaviour: BridgePaysQuietly, says: "ok", charges: 1, held: 1},
		{behaviour: BridgePaysUntold, says: "ok", charges: 1},
		{behaviour: BridgeForgetful, says: "cancel", charges: 1},
		{openID: "oSomebodyElse", says: "fail"},
		{name: "getMoney", says: "fail", violation: "name"},
		{change: func(a map[string]any) { delete(a, "paySign") }, says: "fail", violation: "members"},
		{change: func(a map[string]any) { a["extra"] = "x" }, says: "fail", violation: "members"},
		{change: func(a map[string]any) { a["paySign"] = "x" }, says: "fail", violation: "members"},
		{change: func(a map[string]any) { a["package"] = "prepay_id=x" }, says: "fail", violation: "package"},
		{change: func(a map[string]any) { a["timeStamp"] = 1 }, says: "fail", violation: "timeStamp"},
	} {
		g, peer, _ := start(t, nil)
		p := startWeChat(t, g)
		openID, name := test.openID, test.name
		if openID == "" {
			openID = p.wechat.OpenID(testApp)
		}
		if name == "" {
			name = "getBrandWCPayRequest"
		}
		a := peer.must(CodePay, payBody("ORDER001", map[string]any{"payMode": "02", "wxIsRaw": "1", "wxSubOpenid": openID, "subAppId": testApp}))
		var args map[string]any
		if err := json.Unmarshal([]byte(a.Body["wc_pay_data"].(string)), &args); err != nil || args["appId"] != testApp {
			t.Fatalf("wc_pay_data %v: %v", a.Body["wc_pay_data"], err)
		}
		if test.change != nil {
			test.change(args)
		}
		got := invoke(t, p.wechat.Bridge(test.behaviour), name, args)
		g.WaitNotices()
		o, _ := g.Order(peer.id, "ORDER001")
		if got != test.says || o.Charges != test.charges || g.State().Held != test.held {
			t.Errorf("%+v: said %q, %d charges, %d held", test, got, o.Charges, g.State().Held)
		}
		if v := g.Violations(); (len(v) > 0) != (test.violation != "") || len(v) > 0 && v[0].Path != test.violation {
			t.Errorf("%+v: violations %v", test, v)
		}
	}
}

func TestBridgeChargesOnce(t *testing.T) {
	t.Parallel()
	g, peer, _ := start(t, nil)
	p := startWeChat(t, g)
	a := peer.must(CodePay, payBody("ORDER001", map[string]any{"payMode": "02", "wxIsRaw": "1", "wxSubOpenid": p.wechat.OpenID(testApp)}))
	var args map[string]any
	if err := json.Unmarshal([]byte(a.Body["wc_pay_data"].(string)), &args); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"ok", "fail"} {
		if got := invoke(t, p.wechat.Bridge(BridgePays), "getBrandWCPayRequest", args); got != want {
			t.Errorf("said %q, want %q", got, want)
		}
	}
	if o, _ := g.Order(peer.id, "ORDER001"); o.Charges != 1 {
		t.Errorf("%d charges", o.Charges)
	}
	if got := p.wechat.Counters(); got.Invoked != 2 || got.Paid != 1 {
		t.Errorf("counted %+v", got)
	}
}
