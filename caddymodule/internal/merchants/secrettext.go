package merchants

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// bom is the byte order mark that Windows editors put in front of UTF-8.
const bom = "\ufeff"

// cleanSecret takes off what editors put around a secret, and refuses what no
// secret has: it would load, and every signature would be wrong. Errors name the
// character at fault and nothing else.
func cleanSecret(text string) (string, error) {
	text = strings.Trim(strings.TrimPrefix(text, bom), "\r\n")
	switch {
	case strings.HasPrefix(text, "\xff\xfe") || strings.HasPrefix(text, "\xfe\xff") || strings.Count(text, "\x00") > len(text)/4:
		return "", errors.New("is written in UTF-16: save the file as UTF-8, without a byte order mark")
	case !utf8.ValidString(text):
		return "", errors.New("is not UTF-8 text: it may have quotes of Windows in it, be GBK, or no text at all; write it again as plain text")
	case strings.ContainsAny(text, "\r\n\v\f\u0085\u2028\u2029"):
		return "", errors.New("has more than one line: leave one, with nothing but the secret in it")
	}
	for _, r := range text {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || invisible[r] {
			return "", fmt.Errorf("has a character that cannot be seen in it (U+%04X): type it again by hand", r)
		}
	}
	return text, nil
}

// invisible are letters and marks, by Unicode, that show nothing.
var invisible = map[rune]bool{'\u115f': true, '\u1160': true, '\u3164': true, '\uffa0': true, '\u034f': true, '\ufe0e': true, '\ufe0f': true}

// maxSignKey is the longest sign key, in bytes; those seen have 16 to 64.
const maxSignKey = 512

var (
	// assignment is a name in front of a key, as in the settings that it was
	// copied from. Base64 may end in key=, and has nothing behind it.
	assignment = regexp.MustCompile(`(?i)^(?:export\s+)?[\w.\- ]*(?:key|secret|sign|token|密钥|秘钥)\w*["']?\s*[:=：＝]\s*[^=\s]`)
	// enclosed are texts in quotes.
	enclosed = regexp.MustCompile("^(?:\".*\"|'.*'|`.*`|<.*>)$")
)

// cleanKey is cleanSecret for the keys of the old gateway and WeChat's secrets,
// which are ASCII and stand alone. Blanks around them do not count.
func cleanKey(text string) (string, error) {
	key, err := cleanSecret(strings.TrimSpace(strings.TrimPrefix(text, bom)))
	switch {
	case err != nil:
		return "", err
	case len(key) > maxSignKey:
		return "", fmt.Errorf("has %d characters, which no such key has: it may be another file", len(key))
	case strings.HasPrefix(key, "-----BEGIN"):
		return "", errors.New("is PEM, a key of another kind")
	case assignment.MatchString(key):
		return "", errors.New("begins with a name (key=, sign_key:): leave nothing but the key")
	case enclosed.MatchString(key):
		return "", errors.New("stands in quotes or brackets: take them away")
	case strings.HasPrefix(key, "{") && strings.HasSuffix(key, "}"):
		return "", errors.New("stands in braces: it is JSON, or a placeholder that holds nothing")
	}
	for _, r := range key {
		if r > unicode.MaxASCII {
			return "", fmt.Errorf("has a character in it that is not ASCII (U+%04X), such as a full-width letter, a blank or a quote of a word processor: type it again", r)
		}
	}
	return key, nil
}
