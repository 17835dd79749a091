package chromium

import (
	"context"
	"testing"
	"time"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// Tab is a tab of the browser. Its methods are for the test's own goroutine.
type Tab struct {
	tb       testing.TB
	ctx      context.Context
	options  Options
	troubles troubles
}

// Open opens a tab in a new profile and closes it when the test ends. Without a
// browser the test is skipped.
func Open(tb testing.TB, options Options) *Tab {
	tb.Helper()
	return open(running(tb), tb, options.withDefaults(), chromedp.WithNewBrowserContext())
}

// Another opens a second tab like this one, in the same profile.
func (t *Tab) Another() *Tab {
	t.tb.Helper()
	return open(t.ctx, t.tb, t.options)
}

func open(parent context.Context, tb testing.TB, options Options, more ...chromedp.ContextOption) *Tab {
	tb.Helper()
	t := &Tab{tb: tb, options: options, troubles: troubles{noIcon: options.NoIcon}}
	ctx, cancel := chromedp.NewContext(parent, append(more, chromedp.WithListener(t.troubles.hear))...)
	t.ctx = ctx
	tb.Cleanup(func() {
		t.checkTroubles()
		cancel()
	})
	if err := chromedp.Do(ctx, t.prepare()...); err != nil {
		tb.Fatalf("opening a tab: %v", err)
	}
	return t
}

// prepare makes the tab what its options say.
func (t *Tab) prepare() []chromedp.Action[chromedp.Void] {
	o := t.options
	steps := []chromedp.Action[chromedp.Void]{
		command(audits.Enable, cdp.Empty{}),
		command(emulation.SetUserAgentOverride, emulation.SetUserAgentOverrideParams{UserAgent: o.agent(), AcceptLanguage: o.Language}),
		command(emulation.SetEmulatedMedia, o.media()),
		o.viewport(),
		command(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: o.ScriptsOff}),
	}
	for name, function := range o.Functions {
		steps = append(steps, chromedp.ExposeFunc(name, func(_ context.Context, argument string) (string, error) {
			return function(argument)
		}))
	}
	if o.Inject != "" {
		steps = append(steps, command(page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: o.Inject}))
	}
	return steps
}

// command is an action that only sends a command of the protocol.
func command[P, R any](c cdp.Command[P, R], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, c, params)
		return err
	})
}

// Do runs one step and fails the test if the browser cannot do it.
func (t *Tab) Do(what string, step chromedp.Action[chromedp.Void]) {
	t.tb.Helper()
	ctx, cancel := context.WithTimeout(t.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, step); err != nil {
		t.tb.Fatalf("%s: %v\non %s", what, err, t.describe())
	}
}

// describe says what the tab shows, for failure messages.
func (t *Tab) describe() string {
	ctx, cancel := context.WithTimeout(t.ctx, 5*time.Second)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](`location.href + "\n" + `+pageText))
	if err != nil {
		return err.Error()
	}
	return text
}
