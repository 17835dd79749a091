package oldgateway

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// maxAcknowledgement bounds what is read of the answer to a notification, in bytes.
const maxAcknowledgement = 4 << 10

// notifiers are the notifications that are under way.
type notifiers struct {
	mu     sync.Mutex
	closed bool
	all    sync.WaitGroup
}

// start runs f, unless the gateway is closed.
func (n *notifiers) start(f func()) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if !n.closed {
		n.all.Go(f)
	}
}

// close waits for those that run and starts no more.
func (n *notifiers) close() {
	n.mu.Lock()
	n.closed = true
	n.mu.Unlock()
	n.all.Wait()
}

// notify tells a merchant that an order is paid, until it acknowledges it or the
// ladder ends (v1 §3.4).
func (g *Gateway) notify(o Order) {
	if o.BackURL == "" {
		return
	}
	g.notifiers.start(func() {
		for i := 0; ; i++ {
			call := g.callBack(&o)
			g.ledger.called(o.MerID, o.OrderID, call)
			if call.Done || i >= len(g.config.Ladder) || !g.rest(g.config.Ladder[i]) {
				return
			}
		}
	})
}

// rest waits, and reports false when the gateway is closed before.
func (g *Gateway) rest(long time.Duration) bool {
	timer := time.NewTimer(long)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-g.done.Done():
		return false
	}
}

// callBack makes one call.
func (g *Gateway) callBack(o *Order) Call {
	call := Call{Time: g.config.Now()}
	text, err := g.post(g.done, o)
	if err != nil {
		call.Error = err.Error()
		return call
	}
	call.Answer, call.Done = text, acknowledged(text)
	return call
}

func (g *Gateway) post(ctx context.Context, o *Order) (string, error) {
	resp, signature := seal(resultOf(o), g.merchants[o.MerID].Key)
	form := url.Values{"resp": {resp}, "sign": {signature}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, o.BackURL, strings.NewReader(form.Encode()))
	if err != nil {
		return "", fmt.Errorf("notifying %s: %w", o.BackURL, err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := g.config.HTTP.Do(req)
	if err != nil {
		return "", fmt.Errorf("notifying: %w", err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return "", fmt.Errorf("notifying: status %d", answer.StatusCode)
	}
	text, err := io.ReadAll(io.LimitReader(answer.Body, maxAcknowledgement))
	if err != nil {
		return "", fmt.Errorf("reading acknowledgement: %w", err)
	}
	return string(text), nil
}

// acknowledged reports whether a merchant's answer, or its last line, is 0000.
// Some programs print junk before it.
func acknowledged(text string) bool {
	text = strings.Trim(text, "\ufeff\" \t\r\n")
	last := text[strings.LastIndexByte(text, '\n')+1:]
	return strings.Trim(last, "\" \t\r") == "0000"
}

// frontReturn is where the payer's browser goes after the payment: the merchant's
// address with the signed result in its query.
func (g *Gateway) frontReturn(o *Order) string {
	if o.FrontURL == "" {
		return ""
	}
	resp, signature := seal(resultOf(o), g.merchants[o.MerID].Key)
	join := "?"
	if strings.Contains(o.FrontURL, "?") {
		join = "&"
	}
	return o.FrontURL + join + url.Values{"resp": {resp}, "sign": {signature}}.Encode()
}
