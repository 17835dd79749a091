package inbound

import (
	"maps"
	"net/http"
	"path"
	"slices"
	"strings"
	"unicode"
)

// Caller says who uses an interface, and so in which form it answers.
type Caller int

// The callers.
const (
	Merchant     Caller = iota + 1 // a program that reads v1 replies
	Gateway                        // the v2 gateway, which reads one word
	Payer                          // a browser that shows pages
	LoadBalancer                   // a program that reads a status
	Nobody                         // a path of the old gateway that is not served here
	Probe                          // a path beside those of load balancers that does not exist
)

// Route is an address that the bridge answers.
type Route struct {
	Name   string // in logs, metrics and traces
	Caller Caller
}

// methods are those that a caller may use; whoever is not named uses any.
var methods = map[Caller][]string{
	Merchant:     {http.MethodPost},
	Payer:        {http.MethodGet, http.MethodHead, http.MethodPost},
	LoadBalancer: {http.MethodGet, http.MethodHead},
}

// Methods lists what the route may be called with, nil for anything.
func (r Route) Methods() []string { return slices.Clone(methods[r.Caller]) }

// Takes reports whether the route may be called with a method.
func (r Route) Takes(method string) bool {
	return methods[r.Caller] == nil || slices.Contains(methods[r.Caller], method)
}

// IsOld reports whether the address lies where the old gateway has its own, whoever
// serves it.
func (r Route) IsOld() bool { return r.Caller == Merchant || r.Caller == Payer || r.Caller == Nobody }

// The addresses, as the documents write them.
const (
	PayPath    = "/api/mpgateway"
	QueryPath  = "/api/query"
	CancelPath = "/api/cancel"
	NotifyPath = "/onepay/notify"

	GoPayPath     = "/wxjsapi/gopay.html"
	OpenIDPath    = "/wxjsapi/openid.html"
	PayingPath    = "/wxjsapi/paying.html"    // back from WeChat with the openid for a payment
	ResultPath    = "/wxjsapi/result.html"    // back from the gateway's own page
	StatusPath    = "/wxjsapi/status.json"    // asked by our pages
	WxGatewayPath = "/apis/wxjspaygateway"    // submits an order and goes on to its payment
	HealthPath    = "/paybridge/health"       // is this bridge ready
	ReadyPath     = "/paybridge/health/ready" // the same
	LivePath      = "/paybridge/health/live"  // does this process run
	TryPath       = "/paybridge/try"          // the backurl of tried orders of which nobody is notified; nothing is there
)

// Routes are the routes of a site by their address in lower case.
type Routes map[string]Route

var served = Routes{
	PayPath:       {"pay", Merchant},
	QueryPath:     {"query", Merchant},
	CancelPath:    {"cancel", Merchant},
	NotifyPath:    {"notice", Gateway},
	GoPayPath:     {"gopay", Payer},
	OpenIDPath:    {"openid", Payer},
	PayingPath:    {"paying", Payer},
	ResultPath:    {"result", Payer},
	StatusPath:    {"status", Payer},
	WxGatewayPath: {"gateway", Payer},
	HealthPath:    {"ready", LoadBalancer},
	ReadyPath:     {"ready", LoadBalancer},
	LivePath:      {"live", LoadBalancer},
}

// Served returns the routes of the bridge.
func Served() Routes { return maps.Clone(served) }

// unserved are the prefixes below which everything is answered: the old
// gateway's, where programs that we cannot change read nothing but v1, and our
// own, where a typing error must not look like health.
var unserved = []struct {
	prefix string
	route  Route
}{
	{"/api/", Route{"unsupported", Nobody}},
	{"/apis/", Route{"unsupported", Nobody}},
	{payersPrefix, Route{"unsupported", Nobody}},
	{"/paybridge/", Route{"unknown_health", Probe}},
}

// At returns the route of a decoded path, however it is spelled; ok is false
// where the bridge has nothing to say.
func (r Routes) At(urlPath string) (route Route, ok bool) {
	canonical := Canonical(urlPath)
	if route, ok = r[canonical]; ok {
		return route, true
	}
	for _, u := range unserved {
		if strings.HasPrefix(canonical+"/", u.prefix) {
			return u.route, true
		}
	}
	return Route{}, false
}

// payersPrefix is where the old gateway has nothing but pages for payers.
const payersPrefix = "/wxjsapi/"

// IsPayers reports whether a decoded path is where payers' pages are, whoever serves them.
func IsPayers(urlPath string) bool { return strings.HasPrefix(Canonical(urlPath), payersPrefix) }

// Canonical is the one spelling of a decoded path: letters are small, slashes
// single and none at the end, dots are resolved, blanks around and the parameters of
// segments, such as ";jsessionid=1A2B", taken away. The old gateway ran on servers that
// did not tell the others apart, wrote their sessions into links and forms where a
// browser had no cookie, and merchants' configuration has them all.
func Canonical(urlPath string) string {
	segments := strings.Split(strings.ReplaceAll(urlPath, `\`, "/"), "/")
	for i, segment := range segments {
		segments[i], _, _ = strings.Cut(segment, ";")
	}
	urlPath = strings.TrimFunc(strings.Join(segments, "/"), func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) })
	return path.Clean("/" + strings.ToLower(urlPath))
}
