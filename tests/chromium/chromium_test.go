package chromium_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/paybridge/paybridge/tests/chromium"
)

func TestMain(m *testing.M) {
	code := m.Run()
	if err := chromium.Stop(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

const policy = "default-src 'none'; script-src 'nonce-good'; connect-src 'self'; form-action 'self'; img-src data:"

// site serves pages under the policy, each made of the body under its path.
func site(t *testing.T, bodies map[string]string) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, known := bodies[r.URL.Path]
		w.Header().Set("Content-Security-Policy", policy)
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		if !known {
			w.WriteHeader(http.StatusNotFound)
		}
		fmt.Fprintf(w, `<!doctype html><html lang="en"><title>Page</title><link rel="icon" href="data:,">`+
			`<meta name="viewport" content="width=device-width, initial-scale=1">`+
			`<body data-agent=%q data-language=%q>%s`, r.UserAgent(), r.Header.Get("Accept-Language"), body)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func TestTroublesAreFound(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, body string
		options    chromium.Options
		want       string // in one of the troubles, "" for none at all
	}{
		{"a good page", `<h1>good</h1><script nonce="good">document.title = "better"</script>`, chromium.Options{}, ""},
		{"a script without the nonce", `<script>document.title = "bad"</script>`, chromium.Options{}, "policy violated: script-src"},
		{"a handler in an attribute", `<img src="data:," alt="" onerror="alert(1)">`, chromium.Options{}, "policy violated: script-src-attr"},
		{"a style in an attribute", `<p style="color: red">red</p>`, chromium.Options{}, "policy violated: style-src-attr"},
		{"a style without scripts", `<p style="color: red">red</p>`, chromium.Options{ScriptsOff: true}, "policy violated: style-src-attr"},
		{"an image from elsewhere", `<img src="http://example.com/x.png" alt="">`, chromium.Options{}, "policy violated: img-src"},
		{"a logged error", `<script nonce="good">console.error("went", {wrong: 1})</script>`, chromium.Options{}, "console: \"went\" Object"},
		{"an exception", `<script nonce="good">throw new Error("oh no")</script>`, chromium.Options{}, "uncaught: Uncaught Error: oh no"},
		{"a rejected promise", `<script nonce="good">Promise.reject(new Error("oh no"))</script>`, chromium.Options{}, "(in promise) Error: oh no"},
		{"a resource that is not there", `<script nonce="good" src="/missing.js"></script>`, chromium.Options{}, "/missing.js: status 404"},
		{"a host that does not exist", `<script nonce="good" src="http://example.com/x.js"></script>`, chromium.Options{}, "http://example.com/x.js: net::ERR"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			tab := chromium.Open(t, test.options)
			if status := tab.Goto(site(t, map[string]string{"/": test.body}) + "/"); status != http.StatusOK {
				t.Errorf("status %d", status)
			}
			if test.want != "" {
				tab.AwaitTrouble(test.want)
				tab.Troubles()
			}
			if found := tab.Troubles(); len(found) > 0 {
				t.Errorf("found %q, want %q", found, test.want)
			}
		})
	}
}

func TestDevices(t *testing.T) {
	t.Parallel()
	base := site(t, map[string]string{"/": `<noscript>without scripts</noscript>`})
	for _, test := range []struct {
		name     string
		options  chromium.Options
		width    int
		agent    string
		language string
		touch    bool
		calm     bool
		noScript bool
	}{
		{"phone", chromium.Options{}, 320, "Mobile Safari", "zh-CN", true, false, false},
		{"WeChat", chromium.Options{WeChat: true}, 320, "MicroMessenger/", "zh-CN", true, false, false},
		{"desktop", chromium.Options{Device: chromium.Desktop, Language: "en-GB"}, 1280, "Mozilla", "en-GB", false, false, false},
		{"calm", chromium.Options{ReducedMotion: true}, 320, "Mozilla", "zh-CN", true, true, false},
		{"scripts off", chromium.Options{ScriptsOff: true}, 320, "Mozilla", "zh-CN", true, false, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			tab := chromium.Open(t, test.options)
			tab.Goto(base + "/")
			if got := chromium.Evaluate[int](tab, "innerWidth"); got != test.width {
				t.Errorf("width %d, want %d", got, test.width)
			}
			for member, want := range map[string]string{"agent": test.agent, "language": test.language} {
				if got := chromium.Evaluate[string](tab, "document.body.dataset."+member); !strings.Contains(got, want) {
					t.Errorf("%s %q, want %q", member, got, want)
				}
			}
			for query, want := range map[string]bool{"(pointer: coarse)": test.touch, "(prefers-reduced-motion)": test.calm} {
				if got := chromium.Evaluate[bool](tab, `matchMedia("`+query+`").matches`); got != want {
					t.Errorf("%s is %v", query, got)
				}
			}
			if got := tab.Shows("without scripts"); got != test.noScript {
				t.Errorf("noscript shown: %v", got)
			}
		})
	}
}

func TestSteps(t *testing.T) {
	t.Parallel()
	base := site(t, map[string]string{
		"/":       `<h1>first</h1><form action="/second"><button id="go">on</button></form>`,
		"/second": `<h1>second</h1>`,
	})
	for _, device := range []chromium.Device{chromium.Phone, chromium.Desktop} {
		for _, off := range []bool{false, true} {
			tab := chromium.Open(t, chromium.Options{Device: device, ScriptsOff: off})
			tab.Goto(base + "/")
			tab.Click("#go")
			tab.AwaitAddress(base + "/second")
			tab.Back()
			tab.AwaitText("first")
			if !tab.Has("#go") || tab.Has("#gone") || tab.Reload() != http.StatusOK {
				t.Errorf("back on %s", tab.Text())
			}
			if status := tab.Goto(base + "/missing"); status != http.StatusNotFound {
				t.Errorf("status %d of a missing page", status)
			}
		}
	}
}

// TestStepsWhileAPageLoads: what is visible can be touched and written into, however
// much of its page is still to come.
func TestStepsWhileAPageLoads(t *testing.T) {
	t.Parallel()
	var rest atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, `<!DOCTYPE html><title>slow</title><body><h1>begun</h1><input id="in">
			<button id="go" type="button" onclick="document.title += '+'">on</button>`+strings.Repeat(" ", 2048))
		_ = http.NewResponseController(w).Flush()
		time.Sleep(time.Duration(rest.Add(1)%40) * 2 * time.Millisecond)
		_, _ = io.WriteString(w, `<p>ended</p>`)
	}))
	t.Cleanup(server.Close)
	for _, device := range []chromium.Device{chromium.Phone, chromium.Desktop} {
		tab := chromium.Open(t, chromium.Options{Device: device})
		tab.Goto(server.URL)
		for range 30 {
			chromium.Evaluate[any](tab, `void (document.querySelector("h1").remove(), location.reload())`)
			tab.AwaitText("begun")
			tab.Write("#in", "text")
			tab.Click("#go")
			tab.Await("one touch and one text", `document.title === "slow+" && document.querySelector("#in").value === "text"`)
		}
	}
}

func TestFunctionsAndInjectedScripts(t *testing.T) {
	t.Parallel()
	tab := chromium.Open(t, chromium.Options{
		Inject: `window.greet = async (who) => { try { return await hello(who) } catch (e) { return "refused: " + e.message } }`,
		Functions: map[string]func(string) (string, error){"hello": func(who string) (string, error) {
			if who == "" {
				return "", errors.New("nobody")
			}
			return "hello " + who, nil
		}},
	})
	tab.Goto(site(t, map[string]string{"/": `<p id="said"></p><script nonce="good">
		greet("payer").then((said) => greet("").then((refused) => { document.querySelector("#said").textContent = said + ", " + refused }))</script>`}) + "/")
	tab.AwaitText("hello payer, refused: nobody")
}

func TestProfiles(t *testing.T) {
	t.Parallel()
	base := site(t, map[string]string{"/": "", "/set": `<script nonce="good">document.cookie = "payer=1"</script>`})
	one, other := chromium.Open(t, chromium.Options{}), chromium.Open(t, chromium.Options{})
	one.Goto(base + "/set")
	for name, tab := range map[string]*chromium.Tab{"payer=1": one.Another(), "": other} {
		tab.Goto(base + "/")
		if got := chromium.Evaluate[string](tab, "document.cookie"); got != name {
			t.Errorf("cookies %q, want %q", got, name)
		}
	}
}

func TestInspect(t *testing.T) {
	t.Parallel()
	const good = `<h1>Pay</h1><p>19.99</p><form><button><svg aria-hidden="true" width="8" height="8"></svg><p>pay here</p><p>now</p></button></form>`
	for name, test := range map[string]struct {
		body, script string // the script changes the good page
		want         string
	}{
		"good":         {want: ""},
		"no language":  {script: `document.documentElement.removeAttribute("lang")`, want: "no language"},
		"no heading":   {script: `document.querySelector("h1").remove()`, want: "exactly one h1"},
		"too wide":     {script: `document.querySelector("p").style.width = "400px"`, want: "408 pixels wide"},
		"pale":         {script: `document.querySelector("p").style.color = "#999"`, want: "contrast of only 2.8"},
		"tiny":         {script: `document.querySelector("p").style.fontSize = "9px"`, want: "letters of only 9 pixels"},
		"unnamed":      {script: `document.querySelectorAll("button p").forEach((p) => p.remove())`, want: "has no name"},
		"unnamed icon": {script: `document.querySelector("svg").removeAttribute("aria-hidden")`, want: "<svg>"},
		"low":          {script: `document.querySelector("button").style.height = "20px"`, want: "too low for a finger"},
		"same id":      {script: `document.querySelectorAll("p").forEach((p) => { p.id = "p" })`, want: "the id p occurs twice"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tab := chromium.Open(t, chromium.Options{})
			tab.Goto(site(t, map[string]string{"/": good}) + "/")
			if test.script != "" {
				chromium.Evaluate[any](tab, "void ("+test.script+")")
			}
			found := strings.Join(tab.Wrong(), "\n")
			if test.want == "" && found != "" || !strings.Contains(found, test.want) {
				t.Errorf("found %q, want %q", found, test.want)
			}
		})
	}
}

func TestScreenshot(t *testing.T) {
	t.Parallel()
	tab := chromium.Open(t, chromium.Options{})
	tab.Goto(site(t, map[string]string{"/": `<h1>你好</h1>`}) + "/")
	tab.Screenshot("page")
	picture, err := os.ReadFile(filepath.Join("..", "..", ".build", "screenshots", "TestScreenshot-page.png"))
	if err != nil || !strings.HasPrefix(string(picture), "\x89PNG") {
		t.Errorf("no picture: %v", err)
	}
}

// TestPagesThatAreLeft: a tab is looked at while its pages follow one another,
// also those of another origin, for which the browser changes its process.
func TestPagesThatAreLeft(t *testing.T) {
	t.Parallel()
	base := site(t, map[string]string{"/": `<h1>left</h1><script nonce="good">
		const step = Number(location.hash.slice(1))
		if (step === 40) document.querySelector("h1").textContent = "arrived"
		else setTimeout(() => {
			const there = new URL(location)
			there.hostname = there.hostname === "localhost" ? "127.0.0.1" : "localhost"
			there.search = there.hash = step + 1
			location.replace(there)
		}, step % 7 * 10)</script>`})
	tab := chromium.Open(t, chromium.Options{Device: chromium.Phone})
	tab.Goto(base + "/#0")
	for !tab.Shows("arrived") {
		tab.Inspect("left")
		tab.Address()
	}
}

// TestTroublesAreComplete: what has happened is told at once, also what the
// browser tells of later, and on a page that another has followed.
func TestTroublesAreComplete(t *testing.T) {
	t.Parallel()
	base := site(t, map[string]string{"/": `<h1>first</h1>`, "/second": `<h1>second</h1>`})
	for _, device := range []chromium.Device{chromium.Phone, chromium.Desktop} {
		tab := chromium.Open(t, chromium.Options{Device: device})
		for i := range 20 {
			tab.Goto(base + []string{"/", "/second"}[i%2])
			if i%4 < 2 {
				chromium.Evaluate[any](tab, fmt.Sprintf(`void Promise.reject(new Error("number %d"))`, i))
			}
			found := tab.Troubles()
			if rejected := i%4 < 2; len(found) > 1 || rejected != strings.Contains(strings.Join(found, ""), fmt.Sprintf("number %d", i)) {
				t.Errorf("%d: found %q", i, found)
			}
		}
	}
}
