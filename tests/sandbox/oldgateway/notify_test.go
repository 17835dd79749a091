package oldgateway

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/paybridge/paybridge/tests/sandbox/merchant"
)

// answers is a network in which every call is answered with the next of these
// texts, and the last one for ever.
type answers struct {
	texts []string
	calls int
}

func (a *answers) RoundTrip(r *http.Request) (*http.Response, error) {
	text := a.texts[min(a.calls, len(a.texts)-1)]
	a.calls++
	recorder := httptest.NewRecorder()
	io.WriteString(recorder, text)
	return recorder.Result(), r.Body.Close()
}

// The ladder of the specification, to the second: ten calls, or until 0000.
func TestLadder(t *testing.T) {
	t.Parallel()
	all := []time.Duration{
		0, 10 * time.Second, 20 * time.Second, 30 * time.Second,
		90 * time.Second, 150 * time.Second, 210 * time.Second,
		390 * time.Second, 570 * time.Second, 750 * time.Second,
	}
	for name, tc := range map[string]struct {
		answers []string
		want    []time.Duration
	}{
		"never":            {[]string{"fail"}, all},
		"at once":          {[]string{"0000"}, all[:1]},
		"the fifth time":   {[]string{"", "E3", "P1", "0000 ok", "warning\n0000\n"}, all[:5]},
		"quoted, with BOM": {[]string{"\ufeff\"0000\""}, all[:1]},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				config := testConfig()
				config.HTTP = &http.Client{Transport: &answers{texts: tc.answers}}
				g, err := New(config)
				if err != nil {
					t.Fatal(err)
				}
				defer g.Close()
				if _, _, err := g.ledger.submit(Order{MerID: testMerID, OrderID: "ladder001", Action: "WxSao", Fen: 1, BackURL: "http://shop.example/n"}); err != nil {
					t.Fatal(err)
				}
				start := time.Now()
				if err := g.Pay(testMerID, "ladder001"); err != nil {
					t.Fatal(err)
				}
				time.Sleep(24 * time.Hour) // of the bubble
				o, _ := g.State().Order(testMerID, "ladder001")
				var got []time.Duration
				for _, call := range o.Calls {
					got = append(got, call.Time.Sub(start))
				}
				if !slices.Equal(got, tc.want) {
					t.Errorf("called after %v, want %v", got, tc.want)
				}
				if done := o.Calls[len(o.Calls)-1].Done; done != (name != "never") {
					t.Errorf("acknowledged: %v", done)
				}
			})
		})
	}
}

// The strict receiver of package merchant takes a notification.
func TestNotification(t *testing.T) {
	t.Parallel()
	receiver := merchant.NewReceiver(testMerID, testKey)
	server := httptest.NewServer(receiver)
	t.Cleanup(func() { receiver.Close(); server.Close() })
	config := testConfig()
	config.Ladder = []time.Duration{time.Millisecond, time.Millisecond}
	_, address := serve(t, config)
	receiver.Script("notify001", merchant.AnswerServerError, merchant.AnswerRedirect)
	p := payment("AliCode", "notify001")
	p.BackURL = server.URL + "/notify?shop=1"
	if _, err := program(address).Pay(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	calls, err := receiver.Wait(ctx, "notify001", 3)
	if err != nil {
		t.Fatal(err)
	}
	if v := receiver.Violations(); len(v) > 0 || len(calls) != 3 || calls[2].Query.Get("shop") != "1" {
		t.Errorf("%d calls, violations %v", len(calls), v)
	}
}

// Closing ends a ladder between two calls.
func TestCloseEndsLadders(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		config := testConfig()
		network := &answers{texts: []string{"fail"}}
		config.HTTP = &http.Client{Transport: network}
		g, err := New(config)
		if err != nil {
			t.Fatal(err)
		}
		for _, orderID := range []string{"before001", "after0001"} {
			if _, _, err := g.ledger.submit(Order{MerID: testMerID, OrderID: orderID, Action: "WxSao", Fen: 1, BackURL: "http://shop.example/n"}); err != nil {
				t.Fatal(err)
			}
		}
		if err := g.Pay(testMerID, "before001"); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		g.Close()
		if err := g.Pay(testMerID, "after0001"); err != nil {
			t.Fatal(err)
		}
		if network.calls != 1 {
			t.Errorf("%d calls, want 1", network.calls)
		}
	})
}

func TestAcknowledged(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"0000": true, " 0000\r\n": true, `"0000"`: true, "junk\n0000": true, "junk\r\n\"0000\"\r\n": true,
		"": false, "00000": false, "0000 ok": false, "0000\nfail": false, strings.Repeat("0", 8): false,
	} {
		if acknowledged(text) != want {
			t.Errorf("%q: %v", text, !want)
		}
	}
}
