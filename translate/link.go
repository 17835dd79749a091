package translate

import (
	"fmt"
	"net/url"
	"strings"
)

// barred must not stand in a formaction: it ends up inside HTML attributes, QR
// codes and redirects of programs that we cannot change ("v1 as real merchants
// speak it").
const barred = "\"'`<>\\+ "

// BuildLink makes a formaction of what the gateway gave: percent-encoding is undone
// once where the whole link arrived encoded, and characters that break a
// merchant's page are encoded, so that the result is printable ASCII. What a
// character means stays: a # begins the fragment, in which cashiers on one page
// find their way. Text with control characters is no link, nor is what a browser
// would carry out or show by itself: "".
func BuildLink(given string) string {
	given = decodedOnce(strings.TrimSpace(given))
	if isProgram(given) {
		return ""
	}
	web, query := isWeb(given), false
	var link strings.Builder
	for i := range len(given) {
		c := given[i]
		query = c == '?' || query && c != '#'
		switch {
		case c < ' ' || c == 0x7f:
			return ""
		case c == '+' && web && query: // a blank, as in Alipay's signed timestamps
			link.WriteString("%20")
		case c > 0x7f || strings.IndexByte(barred, c) >= 0:
			fmt.Fprintf(&link, "%%%02X", c)
		default:
			link.WriteByte(c)
		}
	}
	return link.String()
}

// decodedOnce undoes the encoding of a link that is encoded as a whole.
func decodedOnce(given string) string {
	if strings.Contains(given, "://") {
		return given
	}
	if decoded, err := url.PathUnescape(given); err == nil && strings.Contains(decoded, "://") {
		return decoded
	}
	return given
}

// programs are the schemes of what a browser carries out or shows by itself. A merchant's
// page that sends its payers to such a formaction would run it as if it were its own.
var programs = map[string]bool{
	"javascript": true, "vbscript": true, "data": true, "blob": true,
	"file": true, "filesystem": true, "about": true, "view-source": true,
}

func isProgram(link string) bool {
	scheme, _, _ := strings.Cut(link, ":")
	return programs[strings.ToLower(scheme)]
}

// isWeb reports whether a link is one of the web, in whose queries a + stands for
// a blank; so it does in the query that a page's own router keeps behind the #.
// In links of other schemes a + is a +.
func isWeb(link string) bool {
	scheme, _, _ := strings.Cut(link, "://")
	return strings.EqualFold(scheme, "https") || strings.EqualFold(scheme, "http")
}
