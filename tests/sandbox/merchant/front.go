package merchant

import (
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Paths that merchants send a payer's browser to.
const (
	GoPayPath   = "/wxjsapi/gopay.html"
	OpenIDPath  = "/wxjsapi/openid.html"
	GatewayPath = "/apis/wxjspaygateway"
)

// Link is a signed link for a payer's browser, percent-encoded once.
func (c *Client) Link(path string, members map[string]any) (string, error) {
	all := map[string]any{"merid": c.MerchantID}
	maps.Copy(all, members)
	text, err := encode(all)
	if err != nil {
		return "", fmt.Errorf("encoding link: %w", err)
	}
	req := base64.StdEncoding.EncodeToString(text)
	return strings.TrimSuffix(c.BaseURL, "/") + path + "?req=" + url.QueryEscape(req) + "&sign=" + sign(req, c.Key), nil
}

// ReadReturn reads how a payer's browser comes back to fronturl: a GET with resp
// and sign in the query, beside the parameters that fronturl has itself. The
// members are those of a notification (v1 in the field, notifications), and so
// are the rules.
func ReadReturn(r *http.Request, merchantID, key string) *Notification {
	n := &Notification{Path: r.URL.Path, Query: r.URL.Query(), Header: r.Header.Clone()}
	if r.Method != http.MethodGet {
		n.violate("the browser comes back by GET", "%s", r.Method)
	}
	for _, name := range []string{"resp", "sign"} {
		if values := n.Query[name]; len(values) != 1 {
			n.violate("the query has one resp and one sign", "%s: %q", name, values)
		}
	}
	if referer := r.Referer(); referer != "" {
		n.violate("the address of the payment page is nobody's business", "%q", referer)
	}
	n.readSigned(n.Query.Get("resp"), n.Query.Get("sign"), merchantID, []string{key})
	return n
}

// IsReturn reports whether a browser that opens a fronturl brings a result along.
func IsReturn(r *http.Request) bool {
	query := r.URL.Query()
	return slices.ContainsFunc([]string{"resp", "sign"}, query.Has)
}
