package merchant

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"time"

	"github.com/paybridge/paybridge/tests/httpclient"
)

// Paths of the v1 interfaces for merchants.
const (
	PayPath    = "/api/mpgateway"
	QueryPath  = "/api/query"
	CancelPath = "/api/cancel"
)

// patience is how long the least patient client family waits (v1 in the
// field, replies).
const patience = 16 * time.Second

// Client is a merchant's program. Its exported members are set before use.
type Client struct {
	// BaseURL is the bridge's address, such as https://pay.example.com.
	BaseURL string
	// MerchantID is the merid, Key its signing key.
	MerchantID, Key string
	// Dialect is how requests are written; the zero value is the most common.
	Dialect Dialect
	// HTTP makes the calls; a client that waits 16 s if nil.
	HTTP *http.Client
}

// Payment is a pay request. Empty members are left out.
type Payment struct {
	Action, OrderID string
	// Amount is in fen.
	Amount                    int64
	Code, OpenID, IP, BackURL string
	FrontURL, PayWay          string
	// Extra members are sent as they are and win over the others, for requests
	// that are wrong on purpose.
	Extra map[string]any
}

// Lookup names an order for a query or a cancel, by either number.
type Lookup struct {
	OrderID, QueryID string
}

var defaultHTTP = &http.Client{
	Timeout:   patience,
	Transport: httpclient.Transport,
	// Merchants' programs take a redirect for a failure.
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// Pay submits a payment and reads the reply strictly.
func (c *Client) Pay(ctx context.Context, p Payment) (*Reply, error) {
	members := c.members(map[string]string{
		"action": p.Action, "orderid": p.OrderID, "code": p.Code, "openid": p.OpenID,
		"ip": p.IP, "backurl": p.BackURL, "fronturl": p.FrontURL, "payway": p.PayWay,
	})
	members["txnamt"] = c.Dialect.Amount(p.Amount)
	maps.Copy(members, p.Extra)
	return c.call(ctx, PayPath, members, payReply(p))
}

// Query asks for the state of an order and reads the reply strictly.
func (c *Client) Query(ctx context.Context, l Lookup) (*Reply, error) {
	return c.call(ctx, QueryPath, c.lookup(l), queryReply)
}

// Cancel cancels an order and reads the reply strictly.
func (c *Client) Cancel(ctx context.Context, l Lookup) (*Reply, error) {
	return c.call(ctx, CancelPath, c.lookup(l), orderReply)
}

// Send sends members of any kind to any path, and reads the reply by the rules
// that all replies have in common.
func (c *Client) Send(ctx context.Context, path string, members map[string]any) (*Reply, error) {
	return c.call(ctx, path, members, nil)
}

func (c *Client) lookup(l Lookup) map[string]any {
	return c.members(map[string]string{"orderid": l.OrderID, "queryid": l.QueryID})
}

func (c *Client) members(texts map[string]string) map[string]any {
	members := map[string]any{"merid": c.MerchantID}
	for name, text := range texts {
		if text != "" {
			members[name] = text
		}
	}
	return members
}

// maxReply bounds what is read of a reply, in bytes.
const maxReply = 1 << 20

func (c *Client) call(ctx context.Context, path string, members map[string]any, rules replyRules) (*Reply, error) {
	request, err := c.Dialect.Request(c.BaseURL, path, c.Key, members)
	if err != nil {
		return nil, err
	}
	client := c.HTTP
	if client == nil {
		client = defaultHTTP
	}
	resp, err := client.Do(request.WithContext(ctx))
	if err != nil {
		return nil, fmt.Errorf("calling %s: %w", path, err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxReply))
	if err != nil {
		return nil, fmt.Errorf("reading reply of %s: %w", path, err)
	}
	reply, err := readReply(resp.StatusCode, body, c.Key)
	if err != nil {
		return nil, fmt.Errorf("reply of %s: %w", path, err)
	}
	if reply.RespCode != CodeSuccess || rules == nil {
		return reply, nil
	}
	if err := rules(reply, members); err != nil {
		return nil, fmt.Errorf("reply of %s: %w", path, err)
	}
	return reply, nil
}
