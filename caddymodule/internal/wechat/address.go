package wechat

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/paybridge/paybridge/caddymodule/internal/origin"
)

// MaxReturnAddress is the longest address to return to, in bytes.
const MaxReturnAddress = 512

// ReturnAddress is where a merchant wants its payer back, checked to mean the
// same to this program and to every browser.
type ReturnAddress struct {
	scheme   string // http or https
	host     string // as it was written, with the port if there is one
	path     string
	query    string
	fragment string // with its #, "" when there is none
}

// hostForm is a host with or without a port: a name in ASCII or an address. IPv6
// and names in other letters are refused; those travel in punycode.
var hostForm = regexp.MustCompile(`^[0-9A-Za-z](?:[0-9A-Za-z.-]*[0-9A-Za-z])?(?::[1-9][0-9]{0,4})?$`)

// ParseReturnAddress reads the backurl of openid.html. It takes absolute http and
// https addresses and refuses what browsers read in ways of their own: user
// names, backslashes, blanks, control characters, hosts that are not ASCII. A blank in
// the query is a plus that form decoding has made one: merchants write raw base64 there
// (seen in the field). The error says what is wrong without quoting.
func ParseReturnAddress(text string) (ReturnAddress, error) {
	text = plusInQuery(text)
	switch {
	case text == "":
		return ReturnAddress{}, errors.New("backurl: missing")
	case len(text) > MaxReturnAddress:
		return ReturnAddress{}, fmt.Errorf("backurl: longer than %d bytes", MaxReturnAddress)
	case !utf8.ValidString(text) || strings.ContainsFunc(text, unfit):
		return ReturnAddress{}, errors.New("backurl: has characters that do not belong into an address")
	}
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return ReturnAddress{}, errors.New("backurl: not an address")
	case u.Scheme != "https" && u.Scheme != "http", u.Opaque != "", u.Host == "":
		return ReturnAddress{}, errors.New("backurl: not an absolute http or https address")
	case u.User != nil:
		return ReturnAddress{}, errors.New("backurl: has a user name")
	case !hostForm.MatchString(u.Host):
		return ReturnAddress{}, errors.New("backurl: its host is not a plain name or address")
	}
	return cutAddress(u, text), nil
}

// cutAddress takes the parts after the host as they were written, so that they
// come back as they were sent.
func cutAddress(u *url.URL, text string) ReturnAddress {
	a := ReturnAddress{scheme: u.Scheme, host: u.Host}
	rest := text[len(u.Scheme)+len("://")+len(u.Host):]
	if i := strings.IndexByte(rest, '#'); i >= 0 {
		rest, a.fragment = rest[:i], rest[i:]
	}
	a.path, a.query, _ = strings.Cut(rest, "?")
	return a
}

// plusInQuery puts back each plus that form decoding has made a blank in the query of
// an address.
func plusInQuery(address string) string {
	end := strings.IndexByte(address, '#')
	if end < 0 {
		end = len(address)
	}
	start := strings.IndexByte(address[:end], '?')
	if start < 0 {
		return address
	}
	return address[:start] + strings.ReplaceAll(address[start:end], " ", "+") + address[end:]
}

// unfit reports whether a character has no place in an address: browsers drop
// blanks and controls, and take a backslash for a slash, so that they would go
// elsewhere than where was checked.
func unfit(c rune) bool {
	return c == '\\' || unicode.IsSpace(c) || !unicode.IsGraphic(c)
}

// Host returns the host that the address leads to, with the port unless the scheme means it
// anyway: old programs always write it (getServerName()+":"+getServerPort() in JSP).
func (a ReturnAddress) Host() string { return origin.Host(a.scheme, a.host) }

// Hosts returns every spelling of the host that leads to the same origin, that of Host first.
func (a ReturnAddress) Hosts() []string { return origin.Spellings(a.scheme, a.host) }

// With returns the address with the openid appended to its query. An openid that
// is there already is an old one and left out: a merchant's page must not find
// two. An address without a fragment gets an empty one, because a browser that is
// redirected keeps the fragment it came with, which is WeChat's.
func (a ReturnAddress) With(openID string) string {
	pairs := slices.DeleteFunc(strings.Split(a.query, "&"), func(pair string) bool {
		name, _, _ := strings.Cut(pair, "=")
		return a.query == "" || name == "openid"
	})
	pairs = append(pairs, "openid="+url.QueryEscape(openID))
	return ascii(a.scheme + "://" + a.host + a.path + "?" + strings.Join(pairs, "&") + cmp.Or(a.fragment, "#"))
}

// ascii writes an address for a header: other letters percent-encoded.
func ascii(address string) string {
	var b strings.Builder
	for i := range len(address) {
		if c := address[i]; c < utf8.RuneSelf {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}
