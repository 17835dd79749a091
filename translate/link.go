package translate

import (
	"fmt"
	"net/url"
	"strings"
)

// barred must not stand in a formaction: it ends up inside HTML attributes, QR
// codes and redirects of programs that we cannot change ("v1 as real merchants
// speak it").
const barred = "\"'`<>\\#+ "

// Link makes a formaction of what the gateway gave: percent-encoding is undone
// once where the whole link arrived encoded, and characters that break a
// merchant's page are encoded, so that the result is printable ASCII. Text with
// control characters is no link: "".
func Link(given string) string {
	given = decodedOnce(strings.TrimSpace(given))
	query := webQuery(given)
	var link strings.Builder
	for i := range len(given) {
		switch c := given[i]; {
		case c < ' ' || c == 0x7f:
			return ""
		case c == '+' && i > query:
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

// webQuery returns where the query of a web link begins, in which a + stands for
// a blank (Alipay's signed links have one in their timestamp); len(link) when
// there is none. In links of other schemes a + is a +.
func webQuery(link string) int {
	scheme, _, _ := strings.Cut(link, "://")
	if strings.EqualFold(scheme, "https") || strings.EqualFold(scheme, "http") {
		if i := strings.IndexByte(link, '?'); i >= 0 {
			return i
		}
	}
	return len(link)
}
