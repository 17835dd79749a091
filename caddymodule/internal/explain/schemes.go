package explain

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"strings"
	"unicode/utf16"

	"github.com/emmansun/gmsm/sm3"
)

// scheme is a way of signing. The zero causeText says that it is the right one.
type scheme struct {
	causeText
	ways []way
	// keyless says that no key is used, so that the match tells nothing of one.
	keyless bool
}

// way is one recipe of a scheme: what is hashed, with what. No hash is md5.
type way struct {
	message func(e *evidence, text, secret string) string
	hash    func(secret string) hash.Hash
}

// schemes are tried from top to bottom. The first is the right one.
var schemes = []scheme{
	{ways: []way{{message: appended("")}}},
	{ways: []way{{message: func(_ *evidence, text, secret string) string { return secret + text }}}, causeText: causeText{
		name:     "key_in_front",
		happened: "The key stands in front of the text.",
		advice:   "Tell the merchant: sign = md5(req + key), the key at the end.",
	}},
	{ways: []way{{message: func(_ *evidence, text, secret string) string { return secret + text + secret }}}, causeText: causeText{
		name:     "key_on_both_sides",
		happened: "The key stands in front of the text and behind it.",
		advice:   "Tell the merchant: sign = md5(req + key), the key once and at the end.",
	}},
	{ways: each([]string{"&key=", "key=", "&", "|", ",", ":", ";", "_", "-", "+", "#", " "}, appended), causeText: causeText{
		name:     "key_separated",
		happened: "Something stands between the text and the key: a sign such as & or |, a blank, or key=.",
		advice:   "Tell the merchant: put the key directly behind the text, with nothing between.",
	}},
	{ways: each([]string{"\n", "\r\n", "\r", "\t", "\ufeff", "\x00"}, appended), causeText: causeText{
		name:     "line_end_between",
		happened: "A line end, a tab or another invisible character stands between the text and the key.",
		advice:   "Tell the merchant: take line ends off the base64 text before it is signed, and check that the key file has no byte order mark.",
	}},
	{ways: each([]string{"\n", "\r\n", "\r", " ", "\t", "\x00"}, behind), causeText: causeText{
		name:     "key_with_line_end",
		happened: "A line end, a blank or another invisible character stands behind the key.",
		advice:   "Tell the merchant: take blanks and line ends off the key where its program reads it; its key file ends with one.",
	}},
	{ways: each([]string{`"`, "'"}, quoted), causeText: causeText{
		name:     "key_in_quotes",
		happened: "The key was signed together with quotes around it.",
		advice:   "Tell the merchant: take the quotes off the key in its settings.",
	}},
	{ways: []way{{message: keyAs(strings.ToUpper)}, {message: keyAs(strings.ToLower)}}, causeText: causeText{
		name:     "key_case_changed",
		happened: "The letters of the key were turned into upper or lower case.",
		advice:   "Tell the merchant: use the key exactly as it was handed over; its letters count.",
	}},
	{ways: []way{{message: keyAs(md5Hex)}, {message: keyAs(func(s string) string { return strings.ToUpper(md5Hex(s)) })}}, causeText: causeText{
		name:     "key_hashed",
		happened: "The key was hashed before it was put behind the text.",
		advice:   "Tell the merchant: put the key itself behind the text.",
	}},
	{ways: []way{{message: keyAs(fromHex)}, {message: keyAs(fromBase64)}}, causeText: causeText{
		name:     "key_decoded",
		happened: "The key was decoded (hex or base64) before it was put behind the text.",
		advice:   "Tell the merchant: the key is a text; put its characters behind the text, not the bytes that they may stand for.",
	}},
	{keyless: true, ways: []way{{message: func(_ *evidence, text, _ string) string { return text }}}, causeText: causeText{
		name:     "signed_without_key",
		happened: "It is signed without any key: the sign is the md5 of the text alone.",
		advice:   "Tell the merchant: put the key behind the text; perhaps its program finds no key and goes on without one.",
	}},
	{ways: hashedTwice(), causeText: causeText{
		name:     "hashed_twice",
		happened: "The md5 was taken twice: of the text before the key was put behind it, or of the first md5.",
		advice:   "Tell the merchant: sign = md5(req + key), one md5 of the base64 text with the key behind it.",
	}},
	{ways: []way{{message: func(e *evidence, _, secret string) string { return encoded(string(e.raw) + secret) }}}, causeText: causeText{
		name:     "key_inside_base64",
		happened: "The key was put behind the JSON before base64: the order of the steps is wrong.",
		advice:   "Tell the merchant: first base64, then put the key behind that text, then md5.",
	}},
	{ways: []way{{message: func(_ *evidence, text, secret string) string { return utf16Text(text + secret) }}}, causeText: causeText{
		name:     "signed_as_utf16",
		happened: "The text and the key were hashed in UTF-16 (two bytes for each character).",
		advice:   "Tell the merchant: take the bytes in UTF-8 or ASCII (in .NET Encoding.UTF8, not Encoding.Unicode).",
	}},
	{ways: hashed(sha1.New), causeText: otherHash("sha1", "SHA-1")},
	{ways: hashed(sha256.New), causeText: otherHash("sha256", "SHA-256")},
	{ways: hashed(sha512.New), causeText: otherHash("sha512", "SHA-512")},
	{ways: hashed(sm3.New), causeText: otherHash("sm3", "SM3")},
	{ways: []way{keyed(md5.New), keyed(sha1.New), keyed(sha256.New)}, causeText: causeText{
		name:     "signed_with_hmac",
		happened: "It is signed with HMAC.",
		advice:   "Tell the merchant: sign = md5(req + key), a plain md5 of the text with the key behind it.",
	}},
}

// digest signs a text with a suspect's key in a scheme's way, in lower-case hex.
func (w way) digest(e *evidence, text string, by suspect) string {
	begin := w.hash
	if begin == nil {
		begin = func(string) hash.Hash { return md5.New() }
	}
	return by.key.Digest(begin, func(secret string) string { return w.message(e, text, secret) })
}

// appended puts the key behind the text with something between.
func appended(between string) func(*evidence, string, string) string {
	return func(_ *evidence, text, secret string) string { return text + between + secret }
}

// behind puts something behind the key.
func behind(end string) func(*evidence, string, string) string {
	return func(_ *evidence, text, secret string) string { return text + secret + end }
}

func quoted(quote string) func(*evidence, string, string) string {
	return func(_ *evidence, text, secret string) string { return text + quote + secret + quote }
}

// keyAs puts the key behind the text in another form.
func keyAs(form func(string) string) func(*evidence, string, string) string {
	return func(_ *evidence, text, secret string) string { return text + form(secret) }
}

// each makes one way of each text.
func each(given []string, message func(string) func(*evidence, string, string) string) []way {
	var ways []way
	for _, text := range given {
		ways = append(ways, way{message: message(text)})
	}
	return ways
}

func hashedTwice() []way {
	var ways []way
	for _, form := range []func(string) string{md5Hex, func(s string) string { return strings.ToUpper(md5Hex(s)) }} {
		ways = append(ways,
			way{message: func(_ *evidence, text, secret string) string { return form(text + secret) }},
			way{message: func(_ *evidence, text, secret string) string { return form(text) + secret }})
	}
	return ways
}

// hashed uses another hash.
func hashed(begin func() hash.Hash) []way {
	return []way{{message: appended(""), hash: func(string) hash.Hash { return begin() }}}
}

// keyed uses HMAC.
func keyed(begin func() hash.Hash) way {
	return way{
		message: func(_ *evidence, text, _ string) string { return text },
		hash:    func(secret string) hash.Hash { return hmac.New(begin, []byte(secret)) },
	}
}

func otherHash(name, title string) causeText {
	return causeText{
		name:     "signed_with_" + name,
		happened: "It is signed with " + title + " in place of md5.",
		advice:   "Tell the merchant: v1 is signed with md5, 32 hex digits.",
	}
}

func md5Hex(text string) string {
	sum := md5.Sum([]byte(text))
	return hex.EncodeToString(sum[:])
}

// fromHex and fromBase64 return a text that is neither as it is: the way is then
// the right one and was tried already.
func fromHex(text string) string {
	if raw, err := hex.DecodeString(text); err == nil {
		return string(raw)
	}
	return text
}

func fromBase64(text string) string {
	if raw, err := base64.StdEncoding.DecodeString(text); err == nil {
		return string(raw)
	}
	return text
}

// utf16Text returns the bytes of a text in UTF-16, little end first.
func utf16Text(text string) string {
	var b strings.Builder
	for _, unit := range utf16.Encode([]rune(text)) {
		b.WriteByte(byte(unit))      //nolint:gosec // the low byte
		b.WriteByte(byte(unit >> 8)) // the high byte
	}
	return b.String()
}
