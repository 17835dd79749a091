package pages

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"sync/atomic"
	"testing"

	"github.com/paybridge/paybridge/tests/chromium"
	"github.com/paybridge/paybridge/translate"
)

func TestMain(m *testing.M) {
	code := m.Run()
	if err := chromium.Stop(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// A page that waits goes on at what it knows to be the end, and at nothing else. To
// reload at a state that it does not know would be to reload without end.
func TestPageWaitsForAnEndThatItKnows(t *testing.T) {
	t.Parallel()
	noEnds := []any{"settled", "", nil, 7, "open", "paid closed"}
	for _, view := range translate.PayerViews() {
		if view == translate.PayerOpen {
			continue
		}
		t.Run(string(view), func(t *testing.T) {
			t.Parallel()
			var asked, shown atomic.Int64
			site := http.NewServeMux()
			site.HandleFunc("/result", func(w http.ResponseWriter, r *http.Request) {
				shown.Add(1)
				Write(w, r, http.StatusOK, Result{Order: sampleOrder, State: translate.PayerOpen, StatusURL: "/status"})
			})
			site.HandleFunc("/status", func(w http.ResponseWriter, _ *http.Request) {
				said := any(view)
				if n := asked.Add(1); int(n) <= len(noEnds) {
					said = noEnds[n-1]
				}
				_ = json.NewEncoder(w).Encode(map[string]any{"state": said, "next": "/shop"})
			})
			site.HandleFunc("/shop", func(w http.ResponseWriter, _ *http.Request) {
				_, _ = fmt.Fprint(w, `<!doctype html><html lang="en"><title>Shop</title><link rel="icon" href="data:,">`+
					`<meta name="viewport" content="width=device-width, initial-scale=1"><h1>Thank you</h1>`)
			})
			server := httptest.NewServer(site)
			t.Cleanup(server.Close)

			tab := chromium.Open(t, chromium.Options{})
			tab.Goto(server.URL + "/result")
			tab.AwaitText("Thank you")
			if asked.Load() != int64(len(noEnds))+1 || shown.Load() != 1 {
				t.Errorf("asked %d times and shown %d times, want %d and 1", asked.Load(), shown.Load(), len(noEnds)+1)
			}
		})
	}
}
