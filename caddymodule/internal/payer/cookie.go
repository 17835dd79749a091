package payer

import (
	"net/http"
	"strings"
	"time"
)

// cookieName is the full name of a cookie of ours. Over https it has the prefix
// with which browsers let no neighbouring host set it (RFC 6265bis §4.1.3):
// whoever could would have a payer come back on a way of their own.
func (v visit) cookieName(name string) string {
	if v.overHTTPS() {
		return "__Host-" + name
	}
	return name
}

func (v visit) overHTTPS() bool { return strings.HasPrefix(v.PublicURL, "https://") }

// newCookie makes a cookie that no script sees and that comes back from WeChat.
func (v visit) newCookie(name, value string, life time.Duration) *http.Cookie {
	return &http.Cookie{ //nolint:gosec // Secure follows the public address: a test's is plain http
		Name: v.cookieName(name), Value: value, Path: "/", MaxAge: int(life.Seconds()),
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: v.overHTTPS(),
	}
}
