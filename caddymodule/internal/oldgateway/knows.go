package oldgateway

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	v1 "github.com/paybridge/paybridge/translate/v1"
)

// knowsTime is how long the old gateway may take to say whether it has an order. A payer
// waits meanwhile.
const knowsTime = 3 * time.Second

// ErrNoReply says that the old gateway has not answered under the key that it was asked
// with. It may know another one.
var ErrNoReply = errors.New("what it answered is no signed reply")

// Knows asks the old gateway whether it has an order, by a query as the merchant's own
// program sends it that calls host: signed with key, to path. Only a signed reply that
// names the order says so. The error says why nothing is known.
func (g *Gateway) Knows(ctx context.Context, host, path string, key v1.Key, merID, orderID string) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, knowsTime)
	defer cancel()
	message, err := json.Marshal(map[string]string{"merid": merID, "orderid": orderID})
	if err != nil {
		return false, fmt.Errorf("writing a query: %w", err)
	}
	form := v1.SealRequest(message, key)
	body := strings.NewReader(url.Values{"req": {form.Req}, "sign": {form.Sign}}.Encode())
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, g.address(path), body)
	if err != nil {
		return false, fmt.Errorf("asking the old gateway: %w", err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	reply, err := g.ask(r, host, knowsTime)
	if err != nil {
		return false, err
	}
	answer, _ := reply.Plain()
	said, err := v1.ParseReply(answer, key)
	switch {
	case err != nil:
		return false, fmt.Errorf("%w: %w", ErrNoReply, err)
	case !said.Signed:
		return false, ErrNoReply
	}
	return names(v1.Readable(said.JSON), merID, orderID), nil
}

// Accepts reports whether an answer says of an order that the old gateway has accepted it.
// It is believed as far as the connection is, whoever's key the merchant has.
func (r *Reply) Accepts(merID, orderID string) bool {
	if r.Cut {
		return false
	}
	body, _ := r.Plain()
	message, err := v1.UnverifiedReply(body)
	return err == nil && names(message, merID, orderID)
}

// Refuses reports whether an answer is whole and has a respcode that says for certain that
// nothing was accepted, sealed or, as some refusals are, plain. That it is busy, or has failed
// itself, does not.
func (r *Reply) Refuses() bool {
	body, whole := r.Plain()
	message, err := v1.UnverifiedReply(body)
	if err != nil || len(message) == 0 {
		message = v1.Readable(body)
	}
	code := gjson.GetBytes(message, "respcode").String()
	return whole && code != "" && !slices.Contains([]v1.Code{v1.CodeOK, v1.CodeBusy, v1.CodeInternal}, v1.Code(code))
}

// names reports whether a readable reply tells of an order, and that all is well with it.
func names(reply []byte, merID, orderID string) bool {
	claims := v1.ReadClaims(reply)
	return gjson.GetBytes(reply, "respcode").String() == string(v1.CodeOK) && claims.MerID == merID && claims.OrderID == orderID
}
