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

// MaxReturnAddress is the longest address to return to, in bytes as it travels. It is
// encoded twice on the way to WeChat, in a line that has to stay below the 16 KiB of
// our own pages.
const MaxReturnAddress = 2048

// ReturnAddress is where a merchant wants its payer back, checked to mean the
// same to this program and to every browser.
type ReturnAddress struct {
	text     string // the whole address, as it travels
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
// names, backslashes, control characters and, up to the end of the host, blanks and all
// that is not ASCII. What comes behind the host leads nowhere else: see [travelling]. The
// error says what is wrong without quoting.
func ParseReturnAddress(text string) (ReturnAddress, error) {
	start, rest := cutBehindHost(text)
	address := start + travelling(rest)
	switch {
	case text == "":
		return ReturnAddress{}, errors.New("backurl: missing")
	case len(address) > MaxReturnAddress:
		return ReturnAddress{}, fmt.Errorf("backurl: longer than %d bytes", MaxReturnAddress)
	case !utf8.ValidString(start), strings.ContainsFunc(start, unfitInHost), strings.ContainsFunc(address, unfit):
		return ReturnAddress{}, errors.New("backurl: has characters that do not belong into an address")
	}
	u, err := url.Parse(address)
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
	return cutAddress(u, address), nil
}

// cutBehindHost cuts an address where its host ends; rest begins with the slash, question
// mark or hash that ends it.
func cutBehindHost(address string) (start, rest string) {
	const slashes = "://"
	host := strings.Index(address, slashes) + len(slashes)
	if host < len(slashes) {
		return address, ""
	}
	end := strings.IndexAny(address[host:], "/?#")
	if end < 0 {
		return address, ""
	}
	return address[:host+end], address[host+end:]
}

// travelling makes what comes behind the host fit for a header. Each blank is a plus that
// form decoding has made one: merchants write raw base64 there (seen in the field). Other
// letters are percent-encoded byte by byte, whatever they are: shops in GBK name their
// pages so.
func travelling(rest string) string {
	var b strings.Builder
	for i := range len(rest) {
		switch c := rest[i]; {
		case c == ' ':
			b.WriteByte('+')
		case c >= utf8.RuneSelf:
			fmt.Fprintf(&b, "%%%02X", c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// cutAddress takes the parts after the host as they travel, so that they mean what was
// sent.
func cutAddress(u *url.URL, text string) ReturnAddress {
	a := ReturnAddress{text: text, scheme: u.Scheme, host: u.Host}
	rest := text[len(u.Scheme)+len("://")+len(u.Host):]
	if i := strings.IndexByte(rest, '#'); i >= 0 {
		rest, a.fragment = rest[:i], rest[i:]
	}
	a.path, a.query, _ = strings.Cut(rest, "?")
	return a
}

// unfitInHost reports whether a character has no place up to the end of the host: browsers
// drop blanks, so that they would go elsewhere than where was checked.
func unfitInHost(c rune) bool { return unicode.IsSpace(c) || !unicode.IsGraphic(c) }

// unfit reports whether a character has no place in an address at all: headers end at some
// controls, browsers drop others, and take a backslash for a slash.
func unfit(c rune) bool { return c == '\\' || c < ' ' || c == '\x7f' }

// String returns the address as it travels: ASCII.
func (a ReturnAddress) String() string { return a.text }

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
	return a.scheme + "://" + a.host + a.path + "?" + strings.Join(pairs, "&") + cmp.Or(a.fragment, "#")
}
