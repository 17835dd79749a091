package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"
)

// control speaks to a sandbox gateway's control interface, which begins at url. Its types repeat only
// what the demo shows: importing tests/sandbox would build all of Caddy into the
// demo.
type control struct {
	url string
}

// exchange is one v2 request that the gateway opened, and its answer.
type exchange struct {
	TranCode  string `json:"tranCode"`
	OrderID   string `json:"orderId"`
	Plaintext string `json:"plaintext"`
	Answer    string `json:"answer"`
}

// state is the gateway's book.
type state struct {
	Orders []struct {
		Closed  bool `json:"closed"`
		Charges int  `json:"charges"`
		Refunds []struct {
			Executions int `json:"executions"`
		} `json:"refunds"`
	} `json:"orders"`
	Violations []struct {
		Path    string `json:"path"`
		Problem string `json:"problem"`
	} `json:"violations"`
	Notices []sentNotice `json:"notices"`
}

// tally counts the orders of a book that were charged exactly once, refunded
// exactly once, or closed.
type tally struct{ charged, refunded, closed int }

func (s state) tally() tally {
	var t tally
	for _, o := range s.Orders {
		if o.Charges == 1 {
			t.charged++
		}
		if len(o.Refunds) == 1 && o.Refunds[0].Executions == 1 {
			t.refunded++
		}
		if o.Closed {
			t.closed++
		}
	}
	return t
}

// sentNotice is a v2 notice, and what the bridge answered.
type sentNotice struct {
	OrderID   string `json:"orderId"`
	Plaintext string `json:"plaintext"`
	Status    int    `json:"status"`
	Body      string `json:"body"`
	Error     string `json:"error"`
}

// lastExchange returns the last exchange of an interface.
func (c control) lastExchange(ctx context.Context, tranCode string) (exchange, error) {
	var all []exchange
	if err := c.call(ctx, http.MethodGet, "exchanges", nil, &all); err != nil {
		return exchange{}, err
	}
	for _, e := range slices.Backward(all) {
		if e.TranCode == tranCode {
			return e, nil
		}
	}
	return exchange{}, fmt.Errorf("asking the sandbox: the gateway has seen no %s", tranCode)
}

// pay lets the payer pay an order of the gateway. The notice follows.
func (c control) pay(ctx context.Context, orderID string) error {
	order := map[string]string{"merchantId": gatewayMerchantID, "orderId": orderID}
	return c.call(ctx, http.MethodPost, "pay", order, nil)
}

// notice waits for the result of an order's notice.
func (c control) notice(ctx context.Context, orderID string) (sentNotice, error) {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		s, err := c.state(ctx)
		if err != nil {
			return sentNotice{}, err
		}
		i := slices.IndexFunc(s.Notices, func(n sentNotice) bool { return n.OrderID == orderID })
		if i >= 0 {
			return s.Notices[i], nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return sentNotice{}, fmt.Errorf("waiting for the gateway's notice: %w", ctx.Err())
		}
	}
}

func (c control) state(ctx context.Context) (state, error) {
	var s state
	err := c.call(ctx, http.MethodGet, "state", nil, &s)
	return s, err
}

// call sends a control request and decodes its answer into value, if not nil.
func (c control) call(ctx context.Context, method, command string, body, value any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("asking the sandbox: %w", err)
	}
	request, err := http.NewRequestWithContext(ctx, method, c.url+command, bytes.NewReader(text))
	if err != nil {
		return fmt.Errorf("asking the sandbox: %w", err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("asking the sandbox: %w", err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	switch {
	case err != nil:
		return fmt.Errorf("asking the sandbox: %w", err)
	case response.StatusCode != http.StatusOK:
		return fmt.Errorf("asking the sandbox: %s: %s", command, answer)
	case value == nil:
		return nil
	}
	if err := json.Unmarshal(answer, value); err != nil {
		return fmt.Errorf("asking the sandbox: %s: %w", command, err)
	}
	return nil
}
