package chromium

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// patience is how long the browser may take for one step. It only ends what would
// never end, so it is long: machines that build and test at the same time are slow.
const patience = 5 * time.Minute

// shared is the browser of all tests in this binary.
var shared struct {
	sync.Mutex
	browser context.Context
	cancel  context.CancelFunc
}

// Rebound is a name that leads to 127.0.0.1, as the name service of another site may say.
const Rebound = "rebound.example"

// flags keep the browser quiet, the same everywhere, and on loopback.
var flags = map[string]any{
	"no-sandbox":               true, // tests in containers are root
	"disable-gpu":              true,
	"disable-quic":             true,
	"disable-component-update": true,
	"no-proxy-server":          true,
	"hide-scrollbars":          true,
	"host-resolver-rules":      "MAP " + Rebound + " 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
}

// running returns the context of the browser, which it starts if need be.
func running(tb testing.TB) context.Context {
	tb.Helper()
	shared.Lock()
	defer shared.Unlock()
	if shared.browser != nil {
		return shared.browser
	}
	path, found := program()
	if !found {
		missing(tb)
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path))
	for name, value := range flags {
		options = append(options, chromedp.Flag(name, value))
	}
	allocator, end := chromedp.NewExecAllocator(context.Background(), options...)
	browser, cancel := chromedp.NewContext(allocator)
	if err := chromedp.Do(browser); err != nil {
		cancel()
		end()
		tb.Fatalf("starting %s: %v", path, err)
	}
	shared.browser, shared.cancel = browser, end
	return browser
}

// Stop ends the browser that the tests shared, if there was one.
func Stop() error {
	shared.Lock()
	defer shared.Unlock()
	if shared.browser == nil {
		return nil
	}
	browser, end := shared.browser, shared.cancel
	shared.browser, shared.cancel = nil, nil
	defer end()
	ctx, cancel := context.WithTimeout(browser, patience)
	defer cancel()
	err := chromedp.Cancel(ctx)
	if err == nil || ctx.Err() == nil && errors.Is(err, context.Canceled) { // it went without a word
		return nil
	}
	return fmt.Errorf("stopping the browser: %w", err)
}
