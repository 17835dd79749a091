package chromium

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unicode"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// screenshots is where pictures are kept, below the module's root.
var screenshots = filepath.Join(".build", "screenshots")

// Screenshot keeps a picture of the whole page under the test's name and this
// one.
func (t *Tab) Screenshot(name string) {
	t.tb.Helper()
	t.Do("taking a picture", chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		first := true
		picture, err := look(ctx, func(ctx context.Context) (page.CaptureScreenshotResult, error) {
			if !first {
				if err := t.wake(ctx, target); err != nil {
					return page.CaptureScreenshotResult{}, err
				}
			}
			first = false
			yes := true
			return cdp.Call(ctx, target, page.CaptureScreenshot, page.CaptureScreenshotParams{CaptureBeyondViewport: &yes})
		})
		if err != nil {
			return err
		}
		return keep(t.tb.Name()+"-"+name+".png", picture.Data)
	}))
}

// wake has the browser draw the page again. When one page has followed another while a
// picture was being taken, it may draw the next one never, and no picture of that comes:
// it takes it for hidden, or has it still as large as the picture was. Then the tab is
// put in front, made as large as it is, and its frames are watched for a moment.
func (t *Tab) wake(ctx context.Context, target *chromedp.Target) error {
	watch := page.StartScreencastParams{Format: page.StartScreencastFormatJpeg}
	for _, step := range []chromedp.Action[chromedp.Void]{
		command(page.BringToFront, cdp.Empty{}), t.options.viewport(),
		command(page.StopScreencast, cdp.Empty{}), command(page.StartScreencast, watch), // one that was broken off goes on
		chromedp.Sleep(300 * time.Millisecond),
		command(page.StopScreencast, cdp.Empty{}),
	} {
		if _, err := step(ctx, target); err != nil {
			return err
		}
	}
	return nil
}

// keep writes a picture into the folder of screenshots.
func keep(name string, picture []byte) error {
	root, err := moduleRoot()
	if err != nil {
		return err
	}
	folder := filepath.Join(root, screenshots)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, strings.Map(fileRune, name)), picture, 0o644)
}

// fileRune replaces what does not belong in the name of a file.
func fileRune(r rune) rune {
	if unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("-_.", r) {
		return r
	}
	return '-'
}

var errNoModule = errors.New("no go.mod above the test's folder")

// moduleRoot finds the module that the test belongs to.
func moduleRoot() (string, error) {
	folder, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			return folder, nil
		}
		parent := filepath.Dir(folder)
		if parent == folder {
			return "", errNoModule
		}
		folder = parent
	}
}
