package v1

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Bounds of members, in bytes. MinOrderID and MaxOrderID, for order numbers of
// pay requests, are v1 §3.1.2; the others are ours, with room above everything
// seen in the field.
const (
	MaxMerID   = 32
	MinOrderID = 8
	MaxOrderID = 32
	// MaxOrderQuery is for order numbers to look up, of either side.
	MaxOrderQuery = 64
	MaxURL        = 512
)

// merIDMember is the row of the merchant's number: 8 digits in the field, any
// letters and digits here, since operators assign it.
func merIDMember(into *string) member {
	return member{name: "merid", text: into, required: true, max: MaxMerID, rule: lettersAndDigits}
}

// orderIDMember is the row of an order number that the merchant makes.
func orderIDMember(into *string) member {
	return member{name: "orderid", text: into, required: true, max: MaxOrderID, rule: orderID}
}

func orderID(s string) string {
	if len(s) < MinOrderID {
		return "shorter than 8 characters: " + quote(s)
	}
	return lettersAndDigits(s)
}

func lettersAndDigits(s string) string {
	if strings.ContainsFunc(s, func(r rune) bool { return !isLetterOrDigit(r) }) {
		return "not letters and digits: " + quote(s)
	}
	return ""
}

func printable(s string) string {
	if strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return "not printable: " + quote(s)
	}
	return ""
}

func knownAction(s string) string {
	if !slices.Contains(actions, Action(s)) {
		return "not supported: " + quote(s)
	}
	return ""
}

// pageAction is the rule of wxjspaygateway.
func pageAction(s string) string {
	if Action(s) != WxJsApi {
		return "not WxJsApi: " + quote(s)
	}
	return ""
}

// webURL asks for an absolute http or https URL. Its text stays out of the
// reason: merchants put tokens into the query.
func webURL(s string) string {
	u, err := url.Parse(s)
	switch {
	case err != nil:
		return "not a URL"
	case u.Scheme != "http" && u.Scheme != "https":
		return "not an absolute http or https URL"
	case u.Hostname() == "":
		return "URL without a host"
	case u.User != nil:
		return "URL with user information"
	case u.Port() != "" && !isPort(u.Port()):
		return "URL with an impossible port"
	}
	return ""
}

func isPort(s string) bool {
	n, err := strconv.ParseUint(s, 10, 16)
	return err == nil && n > 0
}

func isLetterOrDigit(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z'
}

func isDigits(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return r < '0' || r > '9' })
}
