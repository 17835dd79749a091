package inbound

import (
	"net/http"
	"strings"
	"testing"
)

func TestRoutes(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"/api/mpgateway":                          "pay",
		"/API/MpGateway":                          "pay",
		"/api/mpgateway/":                         "pay",
		"/api/mpgateway//":                        "pay",
		"//api/mpgateway":                         "pay",
		"/api//mpgateway":                         "pay",
		"/api/./mpgateway":                        "pay",
		"/api/x/../mpgateway":                     "pay",
		"/apis/../api/query":                      "query",
		`/api\mpgateway`:                          "pay",
		"/api/mpgateway ":                         "pay",
		"/api/mpgateway\r\n":                      "pay",
		"/Api/Cancel":                             "cancel",
		"/api/mpgateway;jsessionid=1A2B.node1":    "pay",
		"/API;v=1/MpGateway;JSESSIONID=1A2B;x=y/": "pay",
		"/api/query;":                             "query",
		"/api/mpgateway ;jsessionid=1A2B":         "pay",
		"/wxjsapi/gopay.html;jsessionid=1A2B":     "gopay",
		"/apis/WxJsPayGateway;jsessionid=1A2B":    "gateway",
		"/api/icashier;jsessionid=1A2B":           "unsupported",
		"/apiary;/api/mpgateway":                  "",
		"/api/..;/secret":                         "",
		"/OnePay/Notify/":                         "notice",
		"/wxjsapi/gopay.html":                     "gopay",
		"/WxJsApi/GoPay.html":                     "gopay",
		"//wxjsapi//openid.html/":                 "openid",
		"/apis/WxJsPayGateway":                    "gateway",
		"/paybridge/health/":                      "ready",
		"/paybridge/health/ready":                 "ready",
		"/PayBridge/Health/Live":                  "live",
		"/api":                                    "unsupported",
		"/api/":                                   "unsupported",
		"/api/icashier":                           "unsupported",
		"/api/mpgateway.php":                      "unsupported",
		"/api/mpgateway/x":                        "unsupported",
		"/apis/x/y/z":                             "unsupported",
		"/wxjsapi/":                               "unsupported",
		"/WXJSAPI/logo.png":                       "unsupported",
		"/x/../api/y":                             "unsupported",
		"/paybridge":                              "unknown_health",
		"/paybridge/":                             "unknown_health",
		"/paybridge/ready":                        "unknown_health",
		"/paybridge/health/x":                     "unknown_health",
		"/":                                       "",
		"":                                        "",
		"*":                                       "",
		"/apiary":                                 "",
		"/api-docs":                               "",
		"/api.html":                               "",
		"/apistyle/x":                             "",
		"/wxjsapi.html":                           "",
		"/paybridges":                             "",
		"/api/../secret":                          "",
		"/onepay":                                 "",
		"/onepay/notify/x":                        "",
		"/shop/api/mpgateway":                     "",
	} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			route, ok := Served().At(path)
			if route.Name != want || ok != (want != "") {
				t.Errorf("%q, %v; want %q", route.Name, ok, want)
			}
		})
	}
}

// Every address is its own canonical spelling, or nobody would find it.
func TestAddressesAreCanonical(t *testing.T) {
	t.Parallel()
	for address := range Served() {
		if got := Canonical(address); got != address {
			t.Errorf("%q is %q", address, got)
		}
	}
}

func TestMethods(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		PayPath: "POST", GoPayPath: "GET HEAD POST", HealthPath: "GET HEAD",
		NotifyPath: "GET HEAD POST PUT", "/api/x": "GET HEAD POST PUT",
	} {
		route, _ := Served().At(path)
		var takes []string
		for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut} {
			if route.Takes(method) {
				takes = append(takes, method)
			}
		}
		if got := strings.Join(takes, " "); got != want {
			t.Errorf("%s takes %q, want %q", path, got, want)
		}
	}
}

func TestIsBrowser(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		header http.Header
		want   bool
	}{
		"nothing":        {http.Header{}, false},
		"curl, PHP":      {http.Header{"Accept": {"*/*"}}, false},
		"Java":           {http.Header{"Accept": {"text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2"}}, false},
		"JSON":           {http.Header{"Accept": {"application/json"}}, false},
		"WeChat":         {http.Header{"Accept": {"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}}, true},
		"capital":        {http.Header{"Accept": {"Text/HTML"}}, true},
		"two headers":    {http.Header{"Accept": {"application/json", "text/html"}}, true},
		"a page":         {http.Header{"Accept": {"*/*"}, "Sec-Fetch-Mode": {"navigate"}}, true},
		"a page's fetch": {http.Header{"Accept": {"text/html"}, "Sec-Fetch-Mode": {"cors"}}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := IsBrowser(tc.header); got != tc.want {
				t.Errorf("%v, want %v", got, tc.want)
			}
		})
	}
}
