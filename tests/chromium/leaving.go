package chromium

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/chromedp/cdproto"
)

// leaving are the answers of the browser to what is asked of a page that is just
// being left. The next page can be asked the same.
var leaving = []string{
	"Not attached to an active page",
	"Execution context was destroyed.",
	"Inspected target navigated or closed",
	"Cannot find default execution context",
	"Cannot find context with specified id",
	"Unable to capture screenshot",
	"Cannot take screenshot with 0 width.",
}

// answerWithin is how long the browser may take for the first look at a page, and
// answerMore how much longer for each further one. Of a page that is just being left it
// takes no picture, and does not say so, so that each try ends soon; a slow machine ends
// one of them.
const (
	answerWithin = 5 * time.Second
	answerMore   = 2 * time.Second
)

// look asks something of the page, and asks the next page where this one was just
// being left.
func look[T any](ctx context.Context, ask func(context.Context) (T, error)) (T, error) {
	for within := answerWithin; ; within += answerMore {
		answer, err := askWithin(ctx, within, ask)
		if !isLeaving(err) || ctx.Err() != nil {
			return answer, err
		}
	}
}

func askWithin[T any](ctx context.Context, within time.Duration, ask func(context.Context) (T, error)) (T, error) {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	return ask(ctx)
}

func isLeaving(err error) bool {
	if said, ok := errors.AsType[*cdproto.Error](err); ok {
		return slices.Contains(leaving, said.Message)
	}
	return errors.Is(err, context.DeadlineExceeded)
}
