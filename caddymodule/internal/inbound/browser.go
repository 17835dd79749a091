package inbound

import (
	"net/http"
	"strings"
)

// IsBrowser reports whether a browser asks to show the answer to a person. Where
// it does not say so itself (Sec-Fetch-Mode), browsers want HTML and programs
// take what comes; but Java's own client asks for HTML, too.
func IsBrowser(h http.Header) bool {
	if mode := h.Get("Sec-Fetch-Mode"); mode != "" {
		return mode == "navigate"
	}
	const java = "*; q=.2" // no valid media type
	accept := strings.ToLower(strings.Join(h.Values("Accept"), ","))
	return strings.Contains(accept, "text/html") && !strings.Contains(accept, java)
}
