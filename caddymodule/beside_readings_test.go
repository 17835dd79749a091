package caddymodule

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// An order of v2 is not passed on in any place of a request from which the old gateway
// might read it, whatever else the bridge reads there.
func TestOrdersInOtherPlacesOfARequest(t *testing.T) { // not parallel: one Caddy a process
	const orderID = "T2026112200000000001"
	old := newSocketGateway(t, okAnswer)
	s := startServer(t, "old_gateway http://"+old.Address+"\ndefault_route v2")
	message := wxJsApi(orderID, "")
	pair := sealed(message, signKey)
	if got, _, ok := s.exchange(t, formPost("/api/mpgateway", "", pair.Encode()), false); !ok || got.body == "ok" {
		t.Fatalf("a new order is answered %+v", got)
	}
	const junk = "req=e30%3D&sign=x"
	order, posts := pair.Encode(), s.gateway.posts()
	upper := url.Values{"REQ": pair["req"], "Sign": pair["sign"]}.Encode()
	part := func(name, value string) string {
		return "--x\r\nContent-Disposition: form-data; " + name + "\r\n\r\n" + value + "\r\n"
	}
	parts := func(req string) string { return part(req, pair.Get("req")) + part(`name="sign"`, pair.Get("sign")) }
	multipart := func(path, body string) string {
		return strings.Replace(formPost(path, "", body), "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", 1)
	}
	get := func(path string) string { return "GET " + path + " HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n" }
	large := strings.Repeat("x", 5<<20)
	requests := map[string]string{
		"junk in the body":            formPost("PATH?"+order, "", junk),
		"junk before it":              formPost("PATH", "", junk+"&"+order),
		"junk first":                  get("PATH?" + junk + "&" + order),
		"a bad signature first":       get("PATH?sign=0&" + order),
		"after 64 others":             formPost("PATH", "", strings.Repeat("a=1&", 64)+order),
		"junk often":                  get("PATH?req=1&req=2&req=3&req=4&req=5&req=6&req=7&req=8&req=9&" + order),
		"in capitals":                 formPost("PATH", "", upper),
		"a zero byte in the name":     formPost("PATH", "", "req%00x="+url.QueryEscape(pair.Get("req"))+"&sign="+pair.Get("sign")),
		"behind semicolons":           formPost("PATH", "", "x=1;"+strings.ReplaceAll(order, "&", ";")),
		"a semicolon behind it":       formPost("PATH", "", strings.Replace(order, "&", ";x&", 1)),
		"junk in a multipart body":    multipart("PATH?"+order, part(`name="req"`, "e30=")+"--x--\r\n"),
		"no multipart body at all":    multipart("PATH", order),
		"parts of a query's form":     multipart("PATH?"+junk, part(`name="req"`, "e30=")+parts(`name="req"`)+"--x--\r\n"),
		"parts without an end":        multipart("PATH", strings.TrimSuffix(parts(`name="req"`), "\r\n")),
		"parts with an odd name":      multipart("PATH", parts(`name=req; NAME="req"`)+"--x--\r\n"),
		"too many parts":              multipart("PATH", strings.Repeat(part(`name="a"`, "1"), 65)+parts(`name="req"`)+"--x--\r\n"),
		"beside a long body":          strings.Replace(formPost("PATH?"+order, "", large), "x-www-form-urlencoded", "octet-stream", 1),
		"beside a long body's chunks": "POST PATH?" + order + " HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n500000\r\n" + large + "\r\n0\r\n\r\n",
		"before a long body":          formPost("PATH", "", order+"&x="+large),
	}
	for _, path := range []string{"/apis/wxjspaygateway", "/api/mpgateway", "/api/query", "/api/cancel", "/wxjsapi/gopay.html", "/apis/cashier"} {
		for name, request := range requests {
			if path == "/apis/cashier" && name == "before a long body" {
				continue // nobody looks into it
			}
			t.Run(path+" "+name, func(t *testing.T) {
				before := old.Posts.Load()
				got, _, ok := s.exchange(t, strings.Replace(request, "PATH", path, 1), false)
				if !ok || old.Posts.Load() != before {
					t.Errorf("passed on; answered %+v", got)
				}
			})
		}
	}
	if s.gateway.posts() != posts {
		t.Error("v2 was called")
	}
	mustBeV1(t, s.postForm(t, "/api/query?"+junk, url.Values{"req": {"e30="}, "REQ": pair["req"], "sign": pair["sign"]}), "90", "")
	s.awaitLine(t, "served by neither gateway", `"cause":"ambiguous"`)
}

// Links that name an order in plain hide none either, in whatever order their parameters
// are.
func TestPlainOrdersInOtherPlaces(t *testing.T) { // not parallel: one Caddy a process
	old := newSocketGateway(t, okAnswer)
	s := &payerServer{server: startServer(t, "old_gateway http://"+old.Address+"\ndefault_route v2")}
	payID := s.submitWxJsApi(t, aOrderID, "")
	link := payLinkOf(aOrderID, payID)
	_, plain, _ := strings.Cut(link, "?")
	first, rest, _ := strings.Cut(plain, "=")
	for name, address := range map[string]string{
		"another order first": "/wxjsapi/gopay.html?merid=89900001&orderid=other&code=other&" + plain,
		"another merchant":    "/wxjsapi/gopay.html?merid=1&" + plain,
		"a message before":    "/wxjsapi/gopay.html?req=e30%3D&sign=x&" + plain,
		"in capitals":         "/wxjsapi/gopay.html?" + strings.ToUpper(first) + "=" + rest,
		"of a result":         "/wxjsapi/result.html?id=other&id=" + payID,
		"of the status":       "/wxjsapi/status.json?id=other&ID=" + payID,
	} {
		before := old.Posts.Load()
		got, _, ok := s.exchange(t, "GET "+address+" HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", false)
		if !ok || old.Posts.Load() != before {
			t.Errorf("%s: passed on; answered %+v", name, got)
		}
	}
}

// What names nothing but orders of the old gateway goes on to it, however often, and each
// is on record before it leaves. Two at once are none of its own.
func TestOldOrdersInOtherPlaces(t *testing.T) { // not parallel: one Caddy a process
	old := newSocketGateway(t, okAnswer)
	s := startServer(t, "old_gateway http://"+old.Address+"\ndefault_route old")
	number := 0
	next := func() (orderID, form string) {
		number++
		orderID = fmt.Sprintf("T2026112200000000%03d", number)
		return orderID, sealed(wxJsApi(orderID, ""), signKey).Encode()
	}
	for _, path := range []string{"/api/mpgateway", "/apis/wxjspaygateway", "/apis/cashier"} {
		for _, before := range []string{"req=e30%3D&", "req=e30%3D&sign=x&", "sign=0&"} {
			orderID, form := next()
			if got, _, ok := s.exchange(t, formPost(path, "", before+form), false); !ok || got.body != "ok" {
				t.Errorf("%s %s: answered %+v", path, before, got)
			}
			if marks := strings.Join(s.marks(t), " "); !strings.Contains(marks, orderID) {
				t.Errorf("%s %s: not on record", path, before)
			}
			if got, _, ok := s.exchange(t, formPost(path+"?"+form, "", form), false); !ok || got.body != "ok" {
				t.Errorf("%s: the same twice: answered %+v", path, got)
			}
		}
		_, first := next()
		_, second := next()
		arrived := old.Posts.Load()
		if got, _, ok := s.exchange(t, formPost(path+"?"+second, "", first), false); !ok || old.Posts.Load() != arrived {
			t.Errorf("%s: two orders: answered %+v", path, got)
		}
	}
	large := s.post(t, "/wxjsapi/gopay.html", "text/plain", strings.NewReader(strings.Repeat("x", 5<<20)))
	mustBeStatus(t, large, http.StatusNotFound)
	if !strings.Contains(string(large.body), "请不要重复支付") {
		t.Errorf("shows %s", large.body)
	}
}
