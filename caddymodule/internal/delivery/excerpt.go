package delivery

import (
	"mime"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// maxExcerpt is how much of an answer goes into the ledger, which shortens it
// further, in bytes.
const maxExcerpt = 1 << 10

// excerpt is the beginning of an answer, in letters: many merchants' programs
// answer in GBK, and not all say so.
func excerpt(body []byte, contentType string) string {
	cut := len(body) > maxExcerpt
	body = body[:min(len(body), maxExcerpt)]
	utf, isUTF := fromUTF8(body, cut)
	gb, isGB := fromGB18030(body, cut)
	switch {
	case isGB && (!isUTF || chinese[charset(contentType)] || charset(contentType) == "" && onlyHan(gb) && noHan(utf)):
		return gb
	case isUTF:
		return utf
	}
	return strings.ToValidUTF8(string(body), "\uFFFD")
}

// fromUTF8 reads UTF-8. In what was cut off somewhere, the last character may be
// incomplete.
func fromUTF8(body []byte, cut bool) (text string, ok bool) {
	for tail := 0; cut && tail < utf8.UTFMax-1 && !utf8.Valid(body) && len(body) > 0; tail++ {
		body = body[:len(body)-1]
	}
	return string(body), utf8.Valid(body)
}

// fromGB18030 reads GB 18030, which holds all of GBK and GB 2312.
func fromGB18030(body []byte, cut bool) (text string, ok bool) {
	const longest = 4 // bytes of a character
	for tail := 0; ; tail++ {
		decoded, err := simplifiedchinese.GB18030.NewDecoder().Bytes(body)
		text = string(decoded)
		if err == nil && !strings.ContainsRune(text, unicode.ReplacementChar) {
			return text, true
		}
		if !cut || tail == longest-1 || len(body) == 0 {
			return "", false
		}
		body = body[:len(body)-1]
	}
}

// chinese are the names of the Chinese codings.
var chinese = map[string]bool{"gbk": true, "gb2312": true, "gb18030": true, "cp936": true, "x-gbk": true}

// charset is the coding that a Content-Type names, "" when it names none.
func charset(contentType string) string {
	_, params, _ := mime.ParseMediaType(contentType)
	return strings.ToLower(params["charset"])
}

// onlyHan and noHan tell GBK from UTF-8 where the bytes would be either: a few
// letters of GBK can look like Latin or Arabic ones, which no merchant writes.
func onlyHan(text string) bool { return countForeign(text, isHan) == 0 && hasHan(text) }
func noHan(text string) bool   { return !hasHan(text) && countForeign(text, isHan) > 0 }

func hasHan(text string) bool { return strings.ContainsFunc(text, isHan) }
func isHan(r rune) bool       { return unicode.Is(unicode.Han, r) || unicode.In(r, cjkPunctuation) }

// cjkPunctuation is what stands between Chinese letters.
var cjkPunctuation = &unicode.RangeTable{R16: []unicode.Range16{{0x3000, 0x303f, 1}, {0xff01, 0xff60, 1}}}

// countForeign counts the letters beyond ASCII that are not of a kind.
func countForeign(text string, kind func(rune) bool) (n int) {
	for _, r := range text {
		if r >= utf8.RuneSelf && r != byteOrderMark && !kind(r) {
			n++
		}
	}
	return n
}
