package shadow

import (
	"encoding/base64"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/tidwall/gjson"

	v1 "github.com/paybridge/paybridge/translate/v1"
)

// rule says how the values of a member are compared, whose types are the same. It
// returns the detail of a difference.
type rule func(old, ours gjson.Result) (detail string, differ bool)

// rules are those of the members whose values are compared. The values of all others
// are each side's own: numbers that it draws (queryid), what it shows (formaction),
// its words (respmsg, resultmsg).
var rules = map[string]rule{
	"respcode":   sameCode,
	"resultcode": sameCode,
	"txnamt":     same,
	"merid":      same,
	"orderid":    same,
	"paytime":    sameForm,
}

func same(old, ours gjson.Result) (string, bool) { return "", old.String() != ours.String() }

func sameCode(old, ours gjson.Result) (string, bool) {
	return codeText(old.String()) + ", " + codeText(ours.String()), old.String() != ours.String()
}

// sameForm compares times. Only whether they can be read counts.
func sameForm(old, ours gjson.Result) (string, bool) {
	return "", timeForm(old.String()) != timeForm(ours.String())
}

func timeForm(text string) string {
	if _, err := time.Parse(time.DateTime, text); err == nil {
		return "time"
	}
	return map[bool]string{true: "none"}[text == ""]
}

// compareReplies compares a "00" with what the bridge would have replied.
func (c *comparison) compareReplies(old oldReply) error {
	message := gjson.ParseBytes(old.message)
	ours, err := c.ourReply(message)
	if err != nil {
		return err
	}
	c.compareEnvelopes(old)
	c.compareMembers("", message, gjson.ParseBytes(ours), rules)
	return nil
}

// compareRefusals compares the types of what every refusal has.
func (c *comparison) compareRefusals(old oldReply) {
	ours := gjson.ParseBytes(v1.BuildRefusal(v1.CodeBadRequest, ""))
	message := gjson.ParseBytes(old.message)
	for _, name := range []string{"respcode", "respmsg"} {
		c.compareMember(name, message.Get(name), ours.Get(name), nil)
	}
}

// compareEnvelopes compares what a message comes in.
func (c *comparison) compareEnvelopes(old oldReply) {
	ours := gjson.ParseBytes(v1.SealReply(old.message, c.opened.Key))
	c.compareMembers("body.", gjson.ParseBytes(old.body), ours, nil)
	if old.sign != strings.ToLower(old.sign) {
		c.find(Value, "body.sign", capitalLetters)
	}
	if old.resp != base64.StdEncoding.EncodeToString(old.message) {
		c.find(Value, "body.resp", otherBase64)
	}
	if !utf8.Valid(old.message) {
		c.find(Value, "message", notUTF8)
	}
}

// compareMembers compares two objects member by member.
func (c *comparison) compareMembers(prefix string, old, ours gjson.Result, rules map[string]rule) {
	theirs, mine := members(old), members(ours)
	for _, name := range theirs.names {
		c.compareMember(prefix+memberName(name), theirs.values[name], mine.values[name], rules[name])
	}
	for _, name := range mine.names {
		if _, has := theirs.values[name]; !has {
			c.compareMember(prefix+memberName(name), gjson.Result{}, mine.values[name], nil)
		}
	}
	if name := outOfPlace(theirs, mine); name != "" {
		c.find(Order, prefix+memberName(name), "")
	}
}

// compareMember compares one member.
func (c *comparison) compareMember(name string, old, ours gjson.Result, rule rule) {
	switch {
	case empty(old) && empty(ours):
	case !ours.Exists():
		c.find(Missing, name, "")
	case !old.Exists():
		c.find(Added, name, "")
	case typeOf(old) != typeOf(ours):
		c.find(Type, name, typeOf(old)+", "+typeOf(ours))
	case rule != nil:
		if detail, differ := rule(old, ours); differ {
			c.find(Value, name, detail)
		}
	}
}

func empty(v gjson.Result) bool {
	return !v.Exists() || v.Type == gjson.Null || v.Type == gjson.String && v.Str == ""
}

// typeOf is what a merchant's program takes a value for.
func typeOf(v gjson.Result) string {
	switch v.Type {
	case gjson.String:
		return "text"
	case gjson.Number:
		if strings.ContainsAny(v.Raw, ".eE") {
			return "fraction"
		}
		return "whole number"
	case gjson.True, gjson.False:
		return "true or false"
	case gjson.Null:
		return "null"
	}
	if v.IsArray() {
		return "list"
	}
	return "object"
}

// object is the members of a JSON object, each by its first value.
type object struct {
	names  []string
	values map[string]gjson.Result
}

// maxMembers bounds the members of a reply that are looked at.
const maxMembers = 64

func members(v gjson.Result) object {
	o := object{values: make(map[string]gjson.Result)}
	v.ForEach(func(key, value gjson.Result) bool {
		name := key.String()
		if _, twice := o.values[name]; !twice {
			o.names = append(o.names, name)
			o.values[name] = value
		}
		return len(o.names) < maxMembers
	})
	return o
}

// outOfPlace is the first member that both have and that stands elsewhere, "" for
// none.
func outOfPlace(a, b object) string {
	inA, inB := common(a, b), common(b, a)
	for i, name := range inA {
		if inB[i] != name {
			return name
		}
	}
	return ""
}

// common are the names of a that b has too.
func common(a, b object) []string {
	var list []string
	for _, name := range a.names {
		if _, has := b.values[name]; has {
			list = append(list, name)
		}
	}
	return list
}

// nameForm is that of member names that are kept. The old gateway's replies may have
// others, and nobody knows what stands in those.
var nameForm = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]{0,31}$`)

func memberName(name string) string {
	if nameForm.MatchString(name) {
		return name
	}
	return "other"
}
