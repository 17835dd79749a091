package explain

import (
	"html"
	"net/url"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
)

// A mangling is a way in which programs spoil JSON on its way to base64. It
// returns the JSON as it will have been, and the same text when it is not that
// way.
type mangling func(text string) string

// manglings are undone one by one, never several at a time: a message that was
// spoilt twice is told as broken.
var manglings = []mangling{htmlEscaped, percentEncoded, smartQuotes, backslashed}

func htmlEscaped(text string) string { return html.UnescapeString(text) }

func percentEncoded(text string) string {
	for range 2 { // twice is seen, too
		plain, err := url.PathUnescape(text)
		if err != nil || looksLikeJSON([]byte(text)) && strings.Contains(text, `"`) {
			break
		}
		text = plain
	}
	return text
}

var plainQuotes = strings.NewReplacer("“", `"`, "”", `"`, "„", `"`, "＂", `"`, "\x93", `"`, "\x94", `"`, "″", `"`)

func smartQuotes(text string) string { return plainQuotes.Replace(text) }

func backslashed(text string) string {
	return strings.ReplaceAll(strings.ReplaceAll(text, `\\"`, `\"`), `\"`, `"`)
}

// unmangled returns what a text may have been, for each mangling that changes it.
func unmangled(text string) []string {
	var all []string
	for _, undo := range manglings {
		if plain := undo(text); plain != text {
			all = append(all, plain)
		}
	}
	return all
}

// mangled makes the test of a fact: the message is no JSON, and is when a
// mangling is undone.
func mangled(undo mangling) func(*evidence) (bilingual.Said, bool) {
	return is(func(e *evidence) bool {
		text := string(e.message)
		if len(text) == 0 || gjson.Valid(text) {
			return false
		}
		plain := undo(text)
		return plain != text && gjson.Valid(plain) && gjson.Parse(plain).IsObject()
	})
}

// nested reports whether the members of the message stand inside one of its own
// members: in an object, or as JSON in a text.
func (e *evidence) nested() (detail bilingual.Said, is bool) {
	if !gjson.ValidBytes(e.message) || e.member("merid").Exists() || e.member("orderid").Exists() {
		return bilingual.Said{}, false
	}
	message := gjson.ParseBytes(e.message)
	if !message.IsObject() {
		return bilingual.Said{}, false
	}
	message.ForEach(func(_, value gjson.Result) bool {
		if value.Type == gjson.String && looksLikeJSON([]byte(value.Str)) {
			value = gjson.Parse(value.Str)
		}
		is = value.Get("merid").Exists()
		return !is
	})
	return bilingual.Said{}, is
}
