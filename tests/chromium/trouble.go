package chromium

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
)

// troubles collects what a developer would find in a page's console.
type troubles struct {
	mu       sync.Mutex
	found    []string
	requests map[network.RequestID]string // addresses of those under way
	status   int64                        // of the last document
	noIcon   bool                         // see Options.NoIcon
	signs    int                          // how many signs have been raised
	seen     bool                         // the last of them has been heard
}

// hear takes one event of the tab. It runs between the tab's messages and must
// be quick.
func (t *troubles) hear(event any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		t.hearException(exceptionText(e.ExceptionDetails))
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeAssert {
			t.add("console: " + argumentsText(e.Args))
		}
	case *log.EventEntryAdded:
		// What could not be loaded is heard from the network itself.
		if e.Entry.Level == log.EntryLevelError && e.Entry.Source != log.EntrySourceNetwork {
			t.add(fmt.Sprintf("%s: %s", e.Entry.Source, e.Entry.Text))
		}
	case *audits.EventIssueAdded:
		t.hearIssue(e.Issue)
	case *network.EventRequestWillBeSent:
		t.request(e.RequestID, e.Request.URL)
	case *network.EventResponseReceived:
		t.hearResponse(e)
	case *network.EventLoadingFailed:
		if !e.Canceled && e.ErrorText != "net::ERR_ABORTED" {
			t.add(fmt.Sprintf("not loaded: %s %s: %s", e.Type, t.requests[e.RequestID], e.ErrorText))
		}
	}
}

// hearException takes an exception, or the test's own sign for the end of those
// so far.
func (t *troubles) hearException(text string) {
	switch {
	case t.signs > 0 && strings.Contains(text, signText(t.signs)):
		t.seen = true
	case strings.Contains(text, signText(0)): // one that was raised twice
	default:
		t.add("uncaught: " + text)
	}
}

// nextSign returns the text of a new sign to raise on the page.
func (t *troubles) nextSign() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.signs++
	t.seen = false
	return signText(t.signs)
}

func (t *troubles) signSeen() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.seen
}

// signText is the text of a sign, and of every sign what 0 has.
func signText(n int) string {
	const text = "the test has come this far"
	if n == 0 {
		return text
	}
	return fmt.Sprintf("%s: %d.", text, n)
}

// has reports whether there is a trouble with some words in it.
func (t *troubles) has(words string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.ContainsFunc(t.found, func(found string) bool { return strings.Contains(found, words) })
}

// hearIssue takes what the browser's own audit has found. Only violations of
// the policy count; the other issues are advice.
func (t *troubles) hearIssue(issue *audits.InspectorIssue) {
	if issue.Details == nil || issue.Details.ContentSecurityPolicyIssueDetails == nil {
		return
	}
	d := issue.Details.ContentSecurityPolicyIssueDetails
	t.add(fmt.Sprintf("policy violated: %s, %s", d.ViolatedDirective, cmp.Or(d.BlockedURL, string(d.ContentSecurityPolicyViolationType))))
}

// hearResponse notes the status of a document, which its test knows, and takes
// a bad status of anything else for a trouble.
func (t *troubles) hearResponse(e *network.EventResponseReceived) {
	switch {
	case e.Type == network.ResourceTypeDocument:
		t.status = e.Response.Status
	case t.noIcon && strings.HasSuffix(e.Response.URL, "/favicon.ico"):
	case e.Response.Status >= 400:
		t.add(fmt.Sprintf("not loaded: %s %s: status %d", e.Type, e.Response.URL, e.Response.Status))
	}
}

func (t *troubles) request(id network.RequestID, url string) {
	if t.requests == nil {
		t.requests = make(map[network.RequestID]string)
	}
	t.requests[id] = url
}

func (t *troubles) add(what string) {
	if !slices.Contains(t.found, what) {
		t.found = append(t.found, what)
	}
}

// take returns what has been found, and forgets it.
func (t *troubles) take() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	found := t.found
	t.found = nil
	return found
}

func (t *troubles) lastStatus() int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.status
}

func exceptionText(d *runtime.ExceptionDetails) string {
	text := d.Text
	if d.Exception != nil {
		text += " " + d.Exception.Description
	}
	return fmt.Sprintf("%s (%s:%d)", text, d.URL, d.LineNumber+1)
}

func argumentsText(arguments []*runtime.RemoteObject) string {
	var parts []string
	for _, a := range arguments {
		parts = append(parts, cmp.Or(a.Description, string(a.Value)))
	}
	return strings.Join(parts, " ")
}
