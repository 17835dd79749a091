package pages

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/paybridge/paybridge/tests/chromium"
)

// staying is a browser in which no page goes on by itself: a slow machine would find the
// next one in its place.
const staying = `
	window.owned = window.alert = () => { window.wasOwned = true };
	window.setTimeout = () => 0;
	addEventListener("submit", (e) => e.preventDefault(), true);
`

// TestInjectionInBrowser opens every page with attacks in each of its fields in turn:
// no script but the page's own runs, and nothing is taken from elsewhere.
func TestInjectionInBrowser(t *testing.T) {
	t.Parallel()
	attacks := map[string]string{"all of them": strings.ReplaceAll(strings.Join(slices.Sorted(maps.Values(hostile)), ""), "alert(", "owned(")}
	for _, name := range []string{"double quote", "single quote", "javascript", "data", "other host again"} {
		attacks[name] = strings.ReplaceAll(hostile[name], "alert(", "owned(")
	}
	site := http.NewServeMux()
	addresses := make(map[string]string)
	for attack, text := range attacks {
		for field, page := range inEveryField(t, text) {
			path := "/" + url.PathEscape(strings.ReplaceAll(attack+"/"+field, " ", "-"))
			addresses[attack+" in "+field] = path
			site.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) { Write(w, r, http.StatusOK, page) })
		}
	}
	server := httptest.NewServer(site)
	t.Cleanup(server.Close)
	tab := chromium.Open(t, chromium.Options{WeChat: true, NoIcon: true, Inject: staying})
	for _, name := range slices.Sorted(maps.Keys(addresses)) {
		if status := tab.Goto(server.URL + addresses[name]); status != http.StatusOK {
			t.Fatalf("%s: status %d", name, status)
		}
		if chromium.Evaluate[bool](tab, `Boolean(window.wasOwned)`) {
			t.Errorf("%s: a script of somebody else ran", name)
		}
		foreign := chromium.Evaluate[[]string](tab, `[...document.querySelectorAll("img, iframe, object, embed, base, [onload], [onerror], [onmouseover]")].map((e) => e.outerHTML)`)
		if len(foreign) > 0 {
			t.Errorf("%s: %q became part of the page", name, foreign)
		}
	}
	for _, trouble := range tab.Troubles() { // a status page that is an attack is not there
		if strings.Contains(trouble, "policy violated: script") || strings.Contains(trouble, "uncaught") {
			t.Error(trouble)
		}
	}
}
