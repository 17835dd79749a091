package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/bridge"
	"github.com/paybridge/paybridge/caddymodule/internal/gatewayproxy"
	"github.com/paybridge/paybridge/tests/caddyctx"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

func provision(t *testing.T, g *Gateway) error {
	t.Helper()
	ctx := caddyctx.New(t)
	caddyctx.Provisioning.Lock()
	defer caddyctx.Provisioning.Unlock()
	return g.Provision(ctx)
}

// provisioned makes a gateway ready, with a reverse_proxy of these upstreams
// and options, or with the default one.
func provisioned(t *testing.T, address string, proxy map[string]any) *Gateway {
	t.Helper()
	g := &Gateway{URL: address}
	if proxy != nil {
		proxy["handler"] = "reverse_proxy"
		raw, err := json.Marshal(proxy)
		if err != nil {
			t.Fatal(err)
		}
		g.ProxyRaw = raw
	}
	if err := provision(t, g); err != nil {
		t.Fatal(err)
	}
	return g
}

// stubborn is a reverse_proxy that tries again wherever Caddy lets it.
func stubborn(upstreams ...string) map[string]any {
	var dials []map[string]string
	for _, u := range upstreams {
		dials = append(dials, map[string]string{"dial": strings.TrimPrefix(u, "http://")})
	}
	return map[string]any{"upstreams": dials, "load_balancing": map[string]any{
		"selection_policy": map[string]string{"policy": "first"}, "retries": 3, "try_duration": "2s",
	}}
}

const testForm = "merchant_id=473053110001&msg_enc=00&key_enc=00&sign=00&mer_order_id=O1"

func TestPostCarriesTheFormAndTheAnswer(t *testing.T) {
	t.Parallel()
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		for _, c := range []struct{ what, got, want string }{
			{"method", r.Method, http.MethodPost},
			{"address", r.RequestURI, "/onePayService/onePay.do?shop=1"},
			{"body", string(body), testForm},
			{"length", fmt.Sprint(r.ContentLength), fmt.Sprint(len(testForm))},
			{"Content-Type", r.Header.Get("Content-Type"), "application/x-www-form-urlencoded"},
			{"Idempotency-Key", r.Header.Get("Idempotency-Key"), ""},
		} {
			if c.got != c.want {
				t.Errorf("%s %q, want %q", c.what, c.got, c.want)
			}
		}
		_, _ = io.WriteString(w, "merchant_id=1&msg_enc=2")
	}))
	t.Cleanup(upstream.Close)
	trip := provisioned(t, upstream.URL+"/onePayService/onePay.do?shop=1", nil).Post(t.Context(), testForm)
	if trip.Err != nil || !trip.Sent || string(trip.Body) != "merchant_id=1&msg_enc=2" {
		t.Errorf("carried %q, sent %v, %v", trip.Body, trip.Sent, trip.Err)
	}
}

func TestPostWithoutAnAnswer(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		serve http.HandlerFunc
		want  string
	}{
		"HTML with status 502": {func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusBadGateway)
			_, _ = io.WriteString(w, "<html>Bad Gateway</html>")
		}, "HTTP status – 502"},
		"redirect": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://login.example.com/elsewhere?token=SECRET", http.StatusTemporaryRedirect)
		}, "redirect not followed – to https://login.example.com"},
		"no content": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) },
			"HTTP status – 204"},
		"half an answer": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, "merchant_id=1&msg")
		}, "connection closed before the answer was whole – 127.0.0.1:"},
		"half a chunked answer": {func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "merchant_id=1&msg")
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		}, "connection closed before the answer was whole – 127.0.0.1:"},
		"too large an answer": {func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, strings.Repeat("a", v2.MaxEnvelope+1))
		}, "answer too long – over 256 KiB"},
		"hangs up when asked": {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
			"calling gateway: connection closed before the answer was whole"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var posts atomic.Int32
			upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				posts.Add(1)
				_, _ = io.Copy(io.Discard, r.Body)
				tc.serve(w, r)
			}))
			t.Cleanup(upstream.Close)
			trip := provisioned(t, upstream.URL, stubborn(upstream.URL)).Post(t.Context(), testForm)
			mustFail(t, trip, tc.want)
			if !trip.Sent {
				t.Error("not sent, but the gateway has seen it")
			}
			if n := posts.Load(); n != 1 {
				t.Errorf("the gateway saw %d requests, want 1", n)
			}
		})
	}
}

func mustFail(t *testing.T, trip bridge.RoundTrip, want string) {
	t.Helper()
	if trip.Err == nil || trip.Body != nil {
		t.Fatalf("carried %q, %v; want no body and an error", trip.Body, trip.Err)
	}
	if !strings.Contains(trip.Err.Error(), want) {
		t.Errorf("error %q does not say %q", trip.Err, want)
	}
}

func TestPostLargestAnswer(t *testing.T) {
	t.Parallel()
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, strings.Repeat("a", v2.MaxEnvelope))
	}))
	t.Cleanup(upstream.Close)
	trip := provisioned(t, upstream.URL, nil).Post(t.Context(), testForm)
	if trip.Err != nil || len(trip.Body) != v2.MaxEnvelope {
		t.Errorf("carried %d bytes, %v", len(trip.Body), trip.Err)
	}
}

// A call that is given up, by its time limit or by its caller, was sent all the
// same.
func TestPostGivenUp(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		limit time.Duration
		want  error
		says  string
	}{
		"out of time": {2 * time.Second, context.DeadlineExceeded, "timed out while waiting for the answer"}, // a busy machine sends within that
		"cancelled":   {time.Minute, context.Canceled, "the bridge was stopped"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), tc.limit)
			defer cancel()
			var posts atomic.Int32
			upstream := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				posts.Add(1)
				_, _ = io.Copy(io.Discard, r.Body)
				if tc.want == context.Canceled { //nolint:errorlint // the table's own value
					cancel()
				}
				<-r.Context().Done() // the bridge has hung up
			}))
			t.Cleanup(upstream.Close)
			trip := provisioned(t, upstream.URL, stubborn(upstream.URL)).Post(ctx, testForm)
			mustFail(t, trip, "calling gateway: "+tc.says)
			if !errors.Is(trip.Err, tc.want) {
				t.Errorf("error %v, want %v", trip.Err, tc.want)
			}
			if !trip.Sent || posts.Load() != 1 {
				t.Errorf("sent %v, seen %d times; want true and once", trip.Sent, posts.Load())
			}
		})
	}
}

// A call whose time is over before it begins sends nothing.
func TestPostOutOfTimeBeforehand(t *testing.T) {
	t.Parallel()
	upstream := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		t.Error("the gateway was asked")
	}))
	t.Cleanup(upstream.Close)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	trip := provisioned(t, upstream.URL, nil).Post(ctx, testForm)
	mustFail(t, trip, "the bridge was stopped")
	if trip.Sent {
		t.Error("sent, but there was no time")
	}
}

func TestPostConcurrently(t *testing.T) {
	t.Parallel()
	var posts atomic.Int32
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		posts.Add(1)
		_, _ = io.Copy(w, r.Body)
	}))
	t.Cleanup(upstream.Close)
	g := provisioned(t, upstream.URL, stubborn(upstream.URL))
	const callers = 64
	var all sync.WaitGroup
	for i := range callers {
		all.Go(func() {
			form := url.Values{"mer_order_id": {fmt.Sprint(i)}}.Encode()
			if trip := g.Post(t.Context(), form); trip.Err != nil || string(trip.Body) != form {
				t.Errorf("carried %q, %v; want the echo of %q", trip.Body, trip.Err, form)
			}
		})
	}
	all.Wait()
	if n := posts.Load(); n != callers {
		t.Errorf("the gateway saw %d requests, want %d", n, callers)
	}
}

func TestGatewayRefuses(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ address, proxy, want string }{
		"no address":      {"", "", "gateway: missing; write: gateway https://HOST/PATH"},
		"no scheme":       {"gw.example.com/onePay.do", "", `gateway: "gw.example.com/onePay.do" is not an address`},
		"no host":         {"https:///onePay.do", "", "is not an address"},
		"with a fragment": {"https://gw.example.com/#a", "", "is not an address"},
		"not a URL":       {"https://gw.example.com:port/", "", "gateway:"},
		"another handler": {"https://gw.example.com/", `{"handler":"static_response"}`, "proxy must be a reverse_proxy handler"},
		"unknown handler": {"https://gw.example.com/", `{"handler":"absent"}`, "gateway: loading reverse_proxy"},
		"lb_retry_match":  {"https://gw.example.com/", `{"handler":"reverse_proxy","load_balancing":{"retry_match":[{"method":["POST"]}]}}`, "lb_retry_match is not allowed here"},
		"handle_response": {"https://gw.example.com/", `{"handler":"reverse_proxy","handle_response":[{"routes":[]}]}`, "handle_response is not allowed here"},
		"rewrite":         {"https://gw.example.com/", `{"handler":"reverse_proxy","rewrite":{"method":"GET"}}`, "rewrite or method is not allowed here"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := &Gateway{URL: tc.address}
			if tc.proxy != "" {
				g.ProxyRaw = json.RawMessage(tc.proxy)
			}
			err := provision(t, g)
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error %v, want %q", err, tc.want)
			}
		})
	}
}

// A password in the gateway's address would be shown by /config.
func TestGatewayRefusesAPasswordWithoutRepeatingIt(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"https://user:canary@gw.example.com/", "https://user:canary@gw.example.com:port/"} {
		err := provision(t, &Gateway{URL: address})
		if err == nil || strings.Contains(err.Error(), "canary") {
			t.Errorf("error %v, want one without the password", err)
		}
	}
}

func TestDefaultProxy(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"http://gw.example.com/a":      `{"handler":"reverse_proxy","upstreams":[{"dial":"gw.example.com:80"}]}`,
		"http://gw.example.com:8094/a": `{"handler":"reverse_proxy","upstreams":[{"dial":"gw.example.com:8094"}]}`,
		"https://gw.example.com/a":     `{"handler":"reverse_proxy","transport":{"protocol":"http","tls":{}},"upstreams":[{"dial":"gw.example.com:443"}]}`,
		"https://[2001:db8::1]/a":      `{"handler":"reverse_proxy","transport":{"protocol":"http","tls":{}},"upstreams":[{"dial":"[2001:db8::1]:443"}]}`,
	} {
		t.Run(address, func(t *testing.T) {
			t.Parallel()
			u, err := parseURL(address)
			if err != nil {
				t.Fatal(err)
			}
			got, err := gatewayproxy.Default(u)
			if err != nil || string(got) != want {
				t.Errorf("proxy %s, %v; want %s", got, err, want)
			}
		})
	}
}
