package command

import (
	"context"
	"fmt"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/api"
	"github.com/paybridge/paybridge/translate"
)

const (
	// lookEvery is how often the order is looked at. Programs of merchants query as
	// often.
	lookEvery = 2 * time.Second
	// cancelTries is how often an order is cancelled until that is done.
	cancelTries = 10
)

// follow watches an order that is being tried.
type follow struct {
	*online
	out      printer
	merID    string
	orderID  string
	why      string
	notified bool // somebody is told of the payment
	until    time.Duration
	cancel   bool
	told     map[string]bool // the events that have been printed
}

// printPaying shows the request, the reply and what the payer needs.
func (f *follow) printPaying(t api.Tried, fen int64) {
	printTried(f.out, t)
	if t.Shown == "" {
		return
	}
	f.out.say("\nTo pay %s yuan, scan or open:\n\n  %s\n\n", translate.FormatYuan(fen), t.Shown)
	drawCode(f.out, t.Shown)
}

// watch tells what happens to the order until it is paid or otherwise over, or until
// the time is. It returns how the order stands.
func (f *follow) watch(ctx context.Context, all *triedPayment) (translate.State, error) {
	if f.cancel {
		f.out.say("\nWhat happens, for %s at most (Ctrl-C ends it, and the order is cancelled then):\n", f.until)
	} else {
		f.out.say("\nWhat happens, for %s at most (Ctrl-C ends it, the order stays):\n", f.until)
	}
	ctx, cancel := context.WithTimeout(ctx, f.until)
	defer cancel()
	for {
		over, err := f.look(f.Context(), all)
		if err != nil || over || ctx.Err() != nil {
			return f.state(all), err
		}
		rest(ctx, lookEvery)
		// A program of the merchant asks too, so a notice that is lost does no harm.
		var queried api.Tried
		request := api.TryOrderRequest{MerID: f.merID, OrderID: f.orderID}
		if err := f.client.Post(f.Context(), "try/query", request, &queried); err != nil {
			return f.state(all), err
		}
	}
}

func (f *follow) state(all *triedPayment) translate.State {
	if all.Story == nil {
		return ""
	}
	return all.Story.Order.State
}

// look reads the order's story, prints what is new in it, and reports whether there
// is nothing more to wait for.
func (f *follow) look(ctx context.Context, all *triedPayment) (over bool, err error) {
	story := new(api.Timeline)
	if err := f.client.Get(ctx, "order", api.OrderQuery{MerID: f.merID, Number: f.orderID}, story); err != nil {
		return false, err
	}
	all.Story = story
	attempted := false
	for _, e := range story.Events {
		attempted = attempted || e.Attempt != nil
		f.tell(e)
	}
	if story.Order.State == translate.Paid {
		return attempted || !f.notified, nil
	}
	return story.Order.State.Final(), nil
}

// tell prints an event once.
func (f *follow) tell(e api.Event) {
	key := e.At.String() + e.Kind + e.Text
	if f.told[key] {
		return
	}
	if f.told == nil {
		f.told = make(map[string]bool)
	}
	f.told[key] = true
	what, from, text := f.out.event(e)
	f.out.sentence(fmt.Sprintf("  %s  %s %s %s", e.At.Local().Format("15:04:05.000"), padded(what, 8), padded(from, 8), text))
}
