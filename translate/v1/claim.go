package v1

import "github.com/tidwall/gjson"

// Claims are the members of a request that say whose order it is about. They are
// read as they stand, from a message that may be wrong in everything else: what
// cannot be read is "".
type Claims struct {
	MerID   string
	OrderID string
	QueryID string
	Action  Action
	OpenID  string
	Code    string // the PayId, in links to gopay.html; what was scanned, in payments
}

// ReadClaims reads the claims of a message. Of a member that is given twice the last
// counts, as for most parsers.
func ReadClaims(json []byte) Claims {
	var c Claims
	message, reason := parseMessage(json)
	if reason != "" {
		return c
	}
	targets := map[string]*string{
		"merid": &c.MerID, "orderid": &c.OrderID, "queryid": &c.QueryID,
		"action": (*string)(&c.Action), "openid": &c.OpenID, "code": &c.Code,
	}
	message.ForEach(func(name, value gjson.Result) bool {
		target := targets[name.Str]
		if target == nil {
			return true
		}
		if *target, _ = textOf(value); message.isForeign(value) {
			*target = ""
		}
		return true
	})
	if isPlaceholder(c.OpenID) {
		c.OpenID = ""
	}
	return c
}

// Unverified returns the message of a request whose signature nobody has verified:
// only what it claims. ok is false when there is none that can be read.
func Unverified(f Form) (json []byte, ok bool) {
	claimed, err := claim(f.Req)
	return claimed.json, err == nil
}
