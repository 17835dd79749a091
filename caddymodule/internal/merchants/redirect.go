package merchants

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

const label = `[0-9A-Za-z](?:[0-9A-Za-z-]*[0-9A-Za-z])?`

var (
	// hostForm is a host, with a port or without. Non-ASCII names are not: they
	// travel in punycode, and a look-alike must not pass for one that is meant.
	hostForm = regexp.MustCompile(`^` + label + `(?:\.` + label + `)*(?::[1-9][0-9]{0,4})?$`)

	// wildcardForm is *. and a host of two labels or more: *.com is nobody's.
	wildcardForm = regexp.MustCompile(`^\*\.` + label + `(?:\.` + label + `)+(?::[1-9][0-9]{0,4})?$`)
)

// maxHost is the longest host with its port, in bytes.
const maxHost = 253 + len(":65535")

// redirectHosts checks the hosts to which openid.html may send a payer back and
// writes them in lower case.
func (c Config) redirectHosts() ([]string, error) {
	var hosts []string
	for _, host := range c.RedirectHosts {
		if len(host) > maxHost || (!hostForm.MatchString(host) && !wildcardForm.MatchString(host)) {
			return nil, fmt.Errorf("redirect_hosts: %.60q is not a host; write shop.example.com, shop.example.com:8443 or *.example.com, without https://, and a Chinese name as xn--…", host)
		}
		hosts = append(hosts, strings.ToLower(host))
	}
	return hosts, nil
}

// MayRedirect reports whether redirect_hosts names the host of an address in one of its
// spellings, which are with the port if there is one, and with or without that which the
// address's scheme means anyway. *.example.com stands for one label before example.com,
// as in a certificate, and not for example.com.
func (m *Merchant) MayRedirect(spellings ...string) bool {
	return slices.ContainsFunc(spellings, m.redirectsTo)
}

// redirectsTo reports whether redirect_hosts names a host as it is written.
func (m *Merchant) redirectsTo(host string) bool {
	if len(host) > maxHost || !hostForm.MatchString(host) {
		return false // before ToLower, which makes ASCII of letters that are none
	}
	host = strings.ToLower(host)
	_, parent, _ := strings.Cut(host, ".")
	return slices.Contains(m.RedirectHosts, host) || slices.Contains(m.RedirectHosts, "*."+parent)
}
