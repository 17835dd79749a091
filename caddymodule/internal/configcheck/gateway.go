package configcheck

import (
	"net"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
	"github.com/paybridge/paybridge/caddymodule/internal/configerror"
	"github.com/paybridge/paybridge/caddymodule/internal/origin"
)

// equalTranCodes finds messages that the gateway cannot tell apart. Where one of
// them moves money that is no doubt but an error: a query would pay.
func equalTranCodes(c Config) []Finding {
	var found []Finding
	for i, a := range c.TranCodes {
		for _, b := range c.TranCodes[:i] {
			if a.Code != "" && a.Code == b.Code {
				found = append(found, Finding{
					Directive: "tran_codes", At: c.Source.At("tran_codes."+a.Directive, "tran_codes."+b.Directive), Wrong: a.Moves || b.Moves,
					Text: say("%s and %s are both %q; the gateway tells messages apart by their code", b.Directive, a.Directive, a.Code),
				})
			}
		}
	}
	return found
}

// tranCodeForm is that of all codes that the documents name.
var tranCodeForm = regexp.MustCompile(`^OP\d{4}$`)

func oddTranCodes(c Config) []Finding {
	var found []Finding
	for _, t := range c.TranCodes {
		if t.Code != "" && !tranCodeForm.MatchString(t.Code) {
			found = append(found, Finding{
				Directive: "tran_codes", At: c.Source.At("tran_codes." + t.Directive), Text: say("%s is %q; the gateway's codes are OP and four digits, such as OP1001", t.Directive, t.Code),
			})
		}
	}
	return found
}

func plainPublicURL(c Config) []Finding {
	return plain(c, "public_url", c.PublicURL, say("notices and payers' pages travel unprotected, and WeChat opens https only; write https://"))
}

func plainGateway(c Config) []Finding {
	return plain(c, "gateway", c.GatewayURL, say("payments travel unprotected but for their own encryption; write https:// unless a tunnel leads there"))
}

// plain finds plain http to anywhere else than this machine.
func plain(c Config, directive, text string, why bilingual.Said) []Finding {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" || origin.Loopback(u.Hostname()) {
		return nil
	}
	return []Finding{{Directive: directive, At: c.Source.At(directive), Text: say("plain http: %s", why)}}
}

func gatewayPath(c Config) []Finding {
	u, err := url.Parse(c.GatewayURL)
	if err != nil || u.Host == "" || (u.Path != "" && u.Path != "/") {
		return nil
	}
	host := u.Host
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return []Finding{{Directive: "gateway", At: c.Source.At("gateway"), Text: say(
		"the address has no path; the gateway's document names one, such as https://%s/onePayService/onePay.do", host)}}
}

// oldGatewayIsBridge finds an old gateway by the name that merchants call: since that
// leads here, requests would go round in a circle.
func oldGatewayIsBridge(c Config) []Finding {
	old, err := url.Parse(c.OldGatewayURL)
	if err != nil || old.Host == "" {
		return nil
	}
	public, err := url.Parse(c.PublicURL)
	if err != nil || !strings.EqualFold(old.Hostname(), public.Hostname()) || origin.Port(old) != origin.Port(public) {
		return nil
	}
	return []Finding{{Directive: "old_gateway", At: c.Source.At("old_gateway"), Text: say(
		"%s is the name of public_url: where it leads to the bridge, requests go round in a circle; write the old gateway's own address, such as https://10.20.0.5", old.Hostname())}}
}

// Site is a site that has the directive.
type Site struct {
	Names   []string
	Listens func(port string) bool
}

// OldGatewayIsSite finds an old gateway by the name of a site. A port that the address
// names must be the site's. One that it does not name leads to the site whichever that
// has: the machine in front of it may map ports, and Caddy sends plain http to https.
func OldGatewayIsSite(address string, at configerror.Position, s Site) []Finding {
	old, err := url.Parse(address)
	if err != nil || old.Port() != "" && !s.Listens(old.Port()) {
		return nil
	}
	if !slices.ContainsFunc(s.Names, func(name string) bool { return strings.EqualFold(name, old.Hostname()) }) {
		return nil
	}
	return []Finding{{Directive: "old_gateway", At: at, Text: say(
		"%s is the name of a site that has the directive: where it leads to the bridge, requests go round in a circle; write the old gateway's own address, such as https://10.20.0.5", old.Hostname())}}
}
