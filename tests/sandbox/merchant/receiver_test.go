package merchant

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/paybridge/paybridge/tests/httpclient"
)

// captured is the notification of the field page.
const captured = `{"resultcode":"0000","resultmsg":"交易成功！","txnamt":1000,"merid":"89900001","orderid":"T20261121000000001","queryid":"H0012026112123595900000001","paytime":"2026-11-21 23:59:59"}`

// form encodes a notification correctly.
func form(inner string) string {
	resp := base64.StdEncoding.EncodeToString([]byte(inner))
	return "resp=" + url.QueryEscape(resp) + "&sign=" + sign(resp, testKey)
}

func startReceiver(t *testing.T) (*Receiver, *httptest.Server) {
	r := NewReceiver(testMerchant, testKey)
	server := httptest.NewServer(r)
	t.Cleanup(func() {
		r.Close()
		server.Close()
	})
	return r, server
}

// notify posts a body and returns the answer's status and text.
func notify(t *testing.T, server *httptest.Server, target, body string) (int, string) {
	t.Helper()
	client := *server.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	resp, err := client.Post(server.URL+target, "application/x-www-form-urlencoded", strings.NewReader(body))
	if err != nil {
		t.Error(err)
		return 0, ""
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Error(err)
	}
	return resp.StatusCode, string(text)
}

func TestNotificationRules(t *testing.T) {
	t.Parallel()
	replace := func(part, by string) string { return form(strings.Replace(captured, part, by, 1)) }
	for _, test := range []struct{ name, body, rule string }{
		{"as captured", form(captured), ""},
		{"lower-case escapes", strings.NewReplacer("%2B", "%2b", "%2F", "%2f", "%3D", "%3d").Replace(form(captured)), ""},
		{"raw", strings.NewReplacer("%2B", "+", "%2F", "/", "%3D", "=").Replace(form(captured)), "values are percent-encoded once"},
		{"encoded twice", strings.ReplaceAll(form(captured), "%", "%25"), "values are percent-encoded once"},
		{"third parameter", form(captured) + "&a=1", "the form has exactly resp and sign"},
		{"resp twice", form(captured) + "&" + strings.Split(form(captured), "&")[0], "the form has exactly resp and sign"},
		{"JSON body", captured, "the form has exactly resp and sign"},
		{"upper-case sign", strings.Replace(form(captured), sign(base64.StdEncoding.EncodeToString([]byte(captured)), testKey),
			strings.ToUpper(sign(base64.StdEncoding.EncodeToString([]byte(captured)), testKey)), 1), "sign is the lower-case md5 of resp and key"},
		{"wrong order of members", replace(`"resultcode":"0000","resultmsg":"交易成功！"`, `"resultmsg":"交易成功！","resultcode":"0000"`), "the members are " + strings.Join(notificationMembers, ", ")},
		{"member missing", replace(`,"paytime":"2026-11-21 23:59:59"`, ``), "the members are " + strings.Join(notificationMembers, ", ")},
		{"not compact", replace(`,"txnamt"`, `, "txnamt"`), "the JSON is compact"},
		{"escapes", replace(`！`, `\uff01`), "the JSON is raw UTF-8"},
		{"amount a string", replace(`1000`, `"1000"`), "txnamt is a JSON integer above zero"},
		{"amount zero", replace(`1000`, `0`), "txnamt is a JSON integer above zero"},
		{"order a number", replace(`"T20261121000000001"`, `1`), "every member but txnamt is a string"},
		{"not paid", replace(`"0000"`, `"1001"`), "only paid orders are notified"},
		{"half-width mark", replace(`！`, `!`), "only paid orders are notified"},
		{"another merchant", replace(`89900001`, `89900002`), "merid is the merchant's"},
		{"paytime of v2", replace(`2026-11-21 23:59:59`, `20261121235959`), "paytime is yyyy-MM-dd HH:mm:ss"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r, server := startReceiver(t)
			if _, text := notify(t, server, "/notify?shop=7", test.body); text != "0000" {
				t.Errorf("answered %q", text)
			}
			violations := r.Violations()
			if test.rule == "" {
				n := r.Notifications("T20261121000000001")
				if len(violations) != 0 || len(n) != 1 || n[0].Amount != 1000 || n[0].Query.Get("shop") != "7" {
					t.Errorf("violations %v, notifications %+v", violations, n)
				}
				return
			}
			for _, v := range violations {
				if v.(*RuleError).Rule == test.rule {
					return
				}
			}
			t.Errorf("violations %v, want %q", violations, test.rule)
		})
	}
}

func TestNotificationTransport(t *testing.T) {
	t.Parallel()
	for name, request := range map[string]func(url string) (*http.Response, error){
		"a notification is a POST": httpclient.Client.Get,
		"the content type is application/x-www-form-urlencoded": func(u string) (*http.Response, error) {
			return httpclient.Client.Post(u, "application/json", strings.NewReader(form(captured)))
		},
		"parameters are in the body": func(u string) (*http.Response, error) {
			return httpclient.Client.Post(u+"?"+form(captured), "application/x-www-form-urlencoded", nil)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, server := startReceiver(t)
			resp, err := request(server.URL)
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			for _, v := range r.Violations() {
				if v.(*RuleError).Rule == name {
					return
				}
			}
			t.Errorf("violations %v", r.Violations())
		})
	}
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	for a, want := range answers {
		if a == AnswerHang {
			continue // has its own test
		}
		t.Run(string(a), func(t *testing.T) {
			t.Parallel()
			r, server := startReceiver(t)
			r.SlowBy = time.Millisecond
			r.Script("T20261121000000001", a)
			status, text := notify(t, server, "/", form(captured))
			if wantStatus := max(want.status, 200); status != wantStatus || text != want.body {
				t.Errorf("answered %d %.40q, want %d %.40q", status, text, wantStatus, want.body)
			}
			if status, text := notify(t, server, "/", form(captured)); status != 200 || text != "0000" {
				t.Errorf("after the script: %d %q", status, text)
			}
			n, err := r.Wait(t.Context(), "", 2)
			if err != nil || n[0].Answer != a || n[1].Answer != AnswerOK {
				t.Errorf("recorded %+v, %v", n, err)
			}
		})
	}
}

// TestOverlap lets one call hang while another for the same order comes.
func TestOverlap(t *testing.T) {
	t.Parallel()
	r, server := startReceiver(t)
	r.Script("", AnswerHang)
	ctx, cancel := context.WithCancel(t.Context())
	var hanging sync.WaitGroup
	hanging.Go(func() {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, server.URL, strings.NewReader(form(captured)))
		if err != nil {
			t.Error(err)
			return
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if resp, err := server.Client().Do(req); err == nil {
			resp.Body.Close()
			t.Error("a call that should hang was answered")
		}
	})
	for len(r.Notifications("")) == 0 {
		r.mu.Lock()
		changed, calls := r.changed, len(r.calls)
		r.mu.Unlock()
		if calls == 0 {
			<-changed
		}
	}
	other := strings.Replace(captured, "T20261121000000001", "T20261121000000002", 1)
	notify(t, server, "/", form(other))
	if v := r.Violations(); len(v) != 0 {
		t.Errorf("another order at the same time: %v", v)
	}
	notify(t, server, "/", form(captured))
	if v := r.Violations(); len(v) != 1 || v[0].(*RuleError).Rule != "never two notifications for one order at the same time" {
		t.Errorf("violations %v", v)
	}
	cancel()
	hanging.Wait()
	if _, err := r.Wait(t.Context(), "", 3); err != nil {
		t.Error(err)
	}
}

func TestWaitGivesUp(t *testing.T) {
	t.Parallel()
	r, _ := startReceiver(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.Wait(ctx, "", 1); err == nil {
		t.Error("waited for nothing, and it came")
	}
}

// TestVectors checks the package's own signature and strictness against the
// known answers.
func TestVectors(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/v1.json")
	if err != nil {
		t.Fatal(err)
	}
	var vectors struct {
		Key   string
		Cases []struct{ Name, JSON, Base64, Sign string }
	}
	if err := json.Unmarshal(text, &vectors); err != nil {
		t.Fatal(err)
	}
	if len(vectors.Cases) == 0 {
		t.Fatal("no vectors")
	}
	for _, c := range vectors.Cases {
		if got := base64.StdEncoding.EncodeToString([]byte(c.JSON)); got != c.Base64 {
			t.Errorf("%s: base64 %s", c.Name, got)
		}
		if got := sign(c.Base64, vectors.Key); got != c.Sign {
			t.Errorf("%s: sign %s, want %s", c.Name, got, c.Sign)
		}
	}
}

func FuzzReadNotification(f *testing.F) {
	f.Add(form(captured))
	f.Add("resp=%&sign=")
	f.Add("")
	f.Fuzz(func(t *testing.T, body string) {
		r := httptest.NewRequest(http.MethodPost, "/", nil)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		n := readNotification(r, []byte(body), testMerchant, []string{testKey})
		if len(n.Violations) == 0 && (n.OrderID == "" || n.Amount <= 0 || n.MerchantID != testMerchant) {
			t.Errorf("accepted %q as %+v", body, n)
		}
	})
}
