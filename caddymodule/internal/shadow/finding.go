package shadow

import "slices"

// Kind says what was found in an exchange.
type Kind string

// What is seen of a merchant's programs.
const (
	Compared   Kind = "compared"   // a comparison; subject: the action
	Uncompared Kind = "uncompared" // there was nothing to compare with; subject: why
	Dialect    Kind = "dialect"    // what was put right in the request; subject: what
	Host       Kind = "host"       // where the merchant is to be notified; subject: scheme and host
)

// What merchants would notice.
const (
	Refused  Kind = "refused"   // the old gateway takes what the bridge refuses; subject: the member, detail: the respcode
	Taken    Kind = "taken"     // the bridge would pass on what the old gateway refuses; detail: its respcode
	ReplyKey Kind = "reply_key" // the old reply is signed with another key; detail: which
	Unsealed Kind = "unsealed"  // the message to v2 cannot be made; subject: the member
	Missing  Kind = "missing"   // the old reply has a member that ours has not
	Added    Kind = "added"     // our reply has a member that the old one has not
	Type     Kind = "type"      // the types of a member differ; detail: the old one, ours
	Value    Kind = "value"     // the values of a member differ that should be equal
	Order    Kind = "sequence"  // the members come in another order; subject: the first
)

// kinds are all of them, what is seen first.
var kinds = []Kind{
	Compared, Uncompared, Dialect, Host,
	Refused, Taken, ReplyKey, Unsealed, Missing, Added, Type, Value, Order,
}

// seen are the kinds that are no difference.
const seen = 4

// Kinds lists every kind.
func Kinds() []Kind { return slices.Clone(kinds) }

// Differences lists the kinds of differences.
func Differences() []Kind { return slices.Clone(kinds[seen:]) }

// DetailWords lists the words of details, which are codes or such words, the old gateway's
// first.
func DetailWords() []string {
	return []string{
		"text", "whole number", "fraction", "true or false", "null", "object", "list",
		capitalLetters, otherBase64, notUTF8, noKey, previousKey,
	}
}

// Details that are no codes, besides the types of values.
const (
	capitalLetters = "capital letters"
	otherBase64    = "base64 in another form"
	notUTF8        = "not UTF-8"
	noKey          = "none"
	previousKey    = "previous"
)

// IsDifference reports whether a merchant would notice it.
func (k Kind) IsDifference() bool { return slices.Contains(kinds[seen:], k) }

// Finding is one thing that was found. It holds nothing of a payload but names of
// members, types, codes and the host of a notification address.
type Finding struct {
	Kind      Kind
	Interface string
	Subject   string
	Detail    string
}

// Outcome is all that was found in an exchange.
type Outcome struct {
	OrderID  string // the merchant's number; "" when it is not known
	Findings []Finding
}

// Compared reports whether there was something to compare.
func (o Outcome) Compared() bool {
	return slices.ContainsFunc(o.Findings, func(f Finding) bool { return f.Kind == Compared })
}
