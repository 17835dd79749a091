package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/caddyserver/caddy/v2"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
	"github.com/paybridge/paybridge/caddymodule/internal/origin"
)

// Client asks the admin API of a Caddy that runs.
type Client struct {
	address  string // as the operator knows it
	base     string // scheme and host of requests
	origin   string // base, over TCP
	operator string
	local    bool // the Caddy is on this machine
	http     http.Client

	// Language is asked for where it is given. Without one the answers are English.
	Language bilingual.Lang
}

// Refusal is an answer of the server that says no.
type Refusal struct {
	Status  int    // HTTP status
	Message string // the text of the server's answer
}

func (r *Refusal) Error() string { return r.Message }

// maxAnswer bounds what a client reads: a list of 500 orders has 500 KB.
const maxAnswer = 16 << 20

// clientSlack is how much longer a client waits than a request may take.
const clientSlack = 5 * time.Second

// patience is how long a client waits for an answer from a path below Prefix.
func patience(path string) time.Duration {
	path, _, _ = strings.Cut(path, "?")
	for _, r := range routes {
		if r.path == Prefix+path {
			return r.limit + clientSlack
		}
	}
	return requestTime + clientSlack
}

// NewClient makes a client for an admin endpoint, in Caddy's notation:
// localhost:2019, or unix//run/caddy-admin.sock. operator is who makes changes.
func NewClient(address, operator string) (*Client, error) {
	parsed, err := caddy.ParseNetworkAddress(address)
	if err != nil || parsed.PortRangeSize() > 1 {
		return nil, bilingual.Say("%q is not the address of an admin endpoint; write localhost:2019 or unix//run/caddy-admin.sock", address)
	}
	network, target := parsed.Network, parsed.JoinHostPort(0)
	c := &Client{address: address, base: "http://" + target, operator: operator}
	c.origin = c.base
	if parsed.IsUnixNetwork() {
		// The permissions that Caddy gives to the socket are no part of its name.
		// A request needs some host.
		target, _, _ = strings.Cut(target, "|")
		c.base, c.origin = "http://127.0.0.1", ""
	}
	// An endpoint that listens on every address has an empty host, or one that is all zeros.
	anywhere := parsed.Host == "" || parsed.Host == "0.0.0.0" || parsed.Host == "::"
	c.local = parsed.IsUnixNetwork() || anywhere || origin.Loopback(parsed.Host)
	dialer := new(net.Dialer)
	c.http = http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return dialer.DialContext(ctx, network, target)
		},
	}}
	return c, nil
}

// Local reports whether the Caddy is on this machine, as far as its address tells.
func (c *Client) Local() bool { return c.local }

// Get asks for what is at a path below Prefix, with a query made of in, and
// reads the answer into out. An answer other than 200 is a *Refusal, but health
// that is not well is an answer like any other.
func (c *Client) Get(ctx context.Context, path string, in, out any) error {
	if query := queryOf(in).Encode(); query != "" {
		path += "?" + query
	}
	return c.do(ctx, http.MethodGet, path, nil, out)
}

// Post asks for a change and reads the answer into out.
func (c *Client) Post(ctx context.Context, path string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return fmt.Errorf("writing request: %w", err)
	}
	return c.do(ctx, http.MethodPost, path, body, out)
}

func (c *Client) do(ctx context.Context, method, path string, body []byte, out any) error {
	ctx, cancel := context.WithTimeout(ctx, patience(path))
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, c.base+Prefix+path, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("making request: %w", err)
	}
	request.Header.Set(OperatorHeader, c.operator)
	if c.Language != "" {
		request.Header.Set("Accept-Language", string(c.Language))
	}
	if c.origin != "" {
		request.Header.Set("Origin", c.origin) // for endpoints with enforce_origin
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := c.http.Do(request)
	if err != nil {
		return c.unreachable(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return c.unreachable(err)
	}
	if _, judged := out.(*HealthAnswer); response.StatusCode != http.StatusOK && !judged {
		return c.refusal(response.StatusCode, answer)
	}
	if err := json.Unmarshal(answer, out); err != nil {
		return bilingual.Say("the admin endpoint at %s answers something else than Paybridge; is it the right Caddy?", c.address)
	}
	return nil
}

// unreachable says what an operator can do about an endpoint that does not
// answer.
func (c *Client) unreachable(err error) error {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err // without the request's address, which is made up
	}
	return bilingual.Say("the admin endpoint at %s does not answer (%v): is Caddy running there? Its address is the admin option of the configuration; give another with --address", c.address, err)
}

func (c *Client) refusal(status int, answer []byte) error {
	var said struct{ Error string }
	if json.Unmarshal(answer, &said) == nil && said.Error != "" {
		return &Refusal{Status: status, Message: said.Error}
	}
	if status == http.StatusNotFound {
		return bilingual.Say("the Caddy at %s has no Paybridge, or an older one", c.address)
	}
	return bilingual.Say("the Caddy at %s answered with HTTP status %d", c.address, status)
}

// queryOf writes what a route takes as a query. Members that are zero are left
// out.
func queryOf(in any) url.Values {
	values := url.Values{}
	source := reflect.ValueOf(in)
	for _, m := range membersOf(source.Type()) {
		field := source.FieldByIndex(m.index)
		switch value := field.Interface().(type) {
		case time.Time:
			if !value.IsZero() {
				values.Set(m.name, value.Format(time.RFC3339))
			}
		case bool:
			if value {
				values.Set(m.name, "true")
			}
		case int, int64:
			if !field.IsZero() {
				values.Set(m.name, strconv.FormatInt(field.Int(), 10))
			}
		default:
			for _, text := range textsOf(field) {
				values.Add(m.name, text)
			}
		}
	}
	return values
}

// textsOf returns a text, or the texts of a list, without those that are empty.
func textsOf(field reflect.Value) []string {
	if field.Kind() != reflect.Slice {
		if field.String() == "" {
			return nil
		}
		return []string{field.String()}
	}
	list := make([]string, field.Len())
	for i := range list {
		list[i] = field.Index(i).String()
	}
	return list
}
