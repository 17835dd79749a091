package refusals

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
	"unicode"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
	"github.com/paybridge/paybridge/caddymodule/internal/explain"
	"github.com/paybridge/paybridge/caddymodule/internal/inbound"
	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// shop is the merchant of these tests, and its key a canary.
const (
	shop    = "89900001"
	shopKey = "canary-key-0123456789abcdef"
)

func registry(t testing.TB) *merchants.Registry {
	t.Helper()
	key := func(name string) string { return filepath.Join("..", "merchants", "testdata", name) }
	loader := merchants.Loader{Resolve: func(s string) string { return strings.ReplaceAll(s, "{env.KEY}", shopKey) }}
	r, err := loader.Load([]merchants.Config{{
		MerID: shop, GatewayMerchant: "473053110001", SignKey: "{env.KEY}",
		PrivateKey: key("merchant_private.pem"), GatewayKey: key("gateway_public.pem"),
	}})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// told counts causes.
type told struct {
	mu     sync.Mutex
	causes map[string]int
}

func (o *told) RequestRefused(cause string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.causes == nil {
		o.causes = make(map[string]int)
	}
	o.causes[cause]++
}

// noSign is a refused request without a signature.
func noSign(registry *merchants.Registry, merID string, log *zap.Logger) Request {
	return Request{
		Code: v1.CodeSignature, MerID: merID, Route: inbound.Served()[inbound.PayPath], Method: "POST", RemoteIP: "192.0.2.1",
		Form:      &Form{Method: "POST", Target: inbound.PayPath, Body: []byte("req=eyJtZXJpZCI6Ijg5OTAwMDAxIn0=&code=canary-code")},
		Merchants: registry, Log: log,
	}
}

// never is the budget of a worker that looks for one cause and rests for ever.
func never(time.Duration) time.Duration { return 1000 * time.Hour }

// A flood is counted, whoever it names; little of it is examined, and nothing grows
// with it.
func TestFlood(t *testing.T) {
	t.Parallel()
	merchants := registry(t)
	synctest.Test(t, func(t *testing.T) {
		core, lines := observer.New(zap.DebugLevel)
		seen := new(told)
		r := New(seen, never)
		defer r.Stop()
		const flood = 10_000
		for i := range flood {
			merID := ""
			if i%2 == 0 {
				merID = shop
			}
			r.Refused(noSign(merchants, merID, zap.New(core)))
		}
		synctest.Wait()
		seen.mu.Lock()
		defer seen.mu.Unlock()
		waiting := len(r.waiting.requests)
		if waiting > 2*maxWaitingOf || seen.causes["sign_missing"] != 1 || seen.causes[NotExamined] != flood-1-waiting {
			t.Errorf("%d wait, causes %v", waiting, seen.causes)
		}
		if list, _ := r.LastDay(); len(list) > 3 {
			t.Errorf("rows: %v", list)
		}
		if lines.Len() != 1 || lines.All()[0].ContextMap()["cause"] != "sign_missing" {
			t.Errorf("logged: %v", lines.All())
		}
		if text := fmt.Sprint(lines.All()); strings.Contains(text, "canary") {
			t.Errorf("logged: %s", text)
		}
	})
}

// One merchant's repeated requests leave room for the others'.
func TestQueueIsShared(t *testing.T) {
	t.Parallel()
	q := newQueue()
	for range 10 {
		q.add(noSign(nil, shop, nil))
	}
	if !q.add(noSign(nil, "89900002", nil)) {
		t.Error("no room for another merchant")
	}
	for i := range 100 {
		q.add(noSign(nil, fmt.Sprint(i), nil))
	}
	if len(q.requests) != maxWaiting {
		t.Errorf("%d wait", len(q.requests))
	}
	long := noSign(nil, "89900003", nil)
	long.Form.Target += strings.Repeat("x", maxText)
	q = newQueue()
	if q.add(long) {
		t.Error("a text that is too long waits")
	}
	q.add(noSign(nil, shop, nil))
	if _, ok := q.next(); !ok || len(q.of) != 0 {
		t.Errorf("left: %v", q.of)
	}
}

// A merchant that only explain can read counts as itself.
func TestMerchantOfBrokenMessage(t *testing.T) {
	t.Parallel()
	merchants := registry(t)
	synctest.Test(t, func(t *testing.T) {
		r := New(new(told), Rest)
		q := noSign(merchants, "", zap.NewNop())
		q.Code = v1.CodeBadRequest
		for _, merID := range []string{shop, "89900009"} {
			text := base64.StdEncoding.EncodeToString([]byte(`{"merid":"` + merID + `",,"orderid":"T20261121000000001"}`))
			q.Form = &Form{Method: "POST", Target: inbound.PayPath, Body: []byte("req=" + url.QueryEscape(text))}
			r.Refused(q)
		}
		time.Sleep(time.Second)
		list, _ := r.LastDay()
		if len(list) != 2 || list[0].MerID != "" || list[1].MerID != shop || list[0].Cause != "sign_missing" || list[1].Cause != "sign_missing" {
			t.Errorf("%+v", list)
		}
	})
}

// What only the code tells needs no examining, and what is the bridge's fault is
// nobody's refusal.
func TestKnownCauses(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		change func(*Request)
		want   string
	}{
		"number used":   {func(q *Request) { q.Code = v1.CodeConflict }, "order_number_used"},
		"no such order": {func(q *Request) { q.Code = v1.CodeNoOrder }, "no_such_order"},
		"refused":       {func(q *Request) { q.Code = v1.CodeRefused }, "refused_by_gateway"},
		"state":         {func(q *Request) { q.Code = v1.CodeState }, "not_possible_now"},
		"accepted":      {func(q *Request) { q.Code = v1.CodeOK }, ""},
		"busy":          {func(q *Request) { q.Code = v1.CodeBusy }, ""},
		"a bug":         {func(q *Request) { q.Code = v1.CodeInternal }, ""},
		"broke off":     {func(q *Request) { q.Form = nil }, NotReceived},
		"too large":     {func(q *Request) { q.Form, q.TooLarge = nil, true }, explain.CauseFormTooLarge},
		"a GET":         {func(q *Request) { q.Form, q.TooLarge, q.Method = nil, true, "GET" }, "wrong_method"},
		"other path":    {func(q *Request) { q.Form, q.Route = nil, inbound.Route{Caller: inbound.Nobody} }, "path_not_served"},
		"long":          {func(q *Request) { q.Form = &Form{Long: true} }, NotExamined},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			seen := new(told)
			r := New(seen, Rest)
			q := noSign(nil, shop, zap.NewNop())
			tc.change(&q)
			r.Refused(q)
			list, _ := r.LastDay()
			switch {
			case tc.want == "" && (len(list) != 0 || len(seen.causes) != 0):
				t.Errorf("%+v", list)
			case tc.want != "" && (len(list) != 1 || list[0].Cause != tc.want || seen.causes[tc.want] != 1):
				t.Errorf("%+v, %v", list, seen.causes)
			}
		})
	}
}

// A cause that explain does not find, and one that it falls over, are counted too.
func TestUnexplained(t *testing.T) {
	t.Parallel()
	merchants := registry(t)
	synctest.Test(t, func(t *testing.T) {
		core, lines := observer.New(zap.ErrorLevel)
		r := New(new(told), Rest)
		q := noSign(merchants, shop, zap.New(core))
		text := "eyJtZXJpZCI6Ijg5OTAwMDAxIiwib3JkZXJpZCI6IlQyMDI2MTEyMTAwMDAwMDAwMSJ9"
		q.Form.Target = inbound.QueryPath
		q.Form.Body = []byte("req=" + text + "&sign=" + v1.NewKey(shopKey).Sign(text))
		r.Refused(q)
		q.Merchants = nil // a panic: nobody passes that
		q.MerID = ""
		r.Refused(q)
		time.Sleep(time.Second)
		list, _ := r.LastDay()
		var causes []string
		for _, c := range list {
			causes = append(causes, c.Cause)
		}
		slices.Sort(causes)
		if !slices.Equal(causes, []string{NotByItself, NotExamined}) || lines.Len() != 1 {
			t.Errorf("%v, %d errors logged", causes, lines.Len())
		}
	})
}

func TestLastDay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := New(new(told), Rest)
		started := time.Now()
		q := Request{Code: v1.CodeNoOrder, MerID: shop}
		for range 3 {
			r.Refused(q)
		}
		time.Sleep(12 * time.Hour)
		r.Refused(q)
		if list, since := r.LastDay(); len(list) != 1 || list[0].Times != 4 || !list[0].Last.Equal(time.Now()) || !since.Equal(started) {
			t.Errorf("%+v since %s", list, since)
		}
		time.Sleep(12 * time.Hour)
		if list, since := r.LastDay(); len(list) != 1 || list[0].Times != 1 || !since.Equal(started) {
			t.Errorf("after a day: %+v since %s", list, since)
		}
		time.Sleep(12 * time.Hour)
		if list, since := r.LastDay(); len(list) != 0 || !since.Equal(time.Now().Add(-24*time.Hour)) || len(r.counts.rows) != 0 {
			t.Errorf("after two: %+v since %s", list, since)
		}
	})
}

// Thousands of merchants that are refused for everything do not make more rows than
// there may be.
func TestRowsAreBounded(t *testing.T) {
	t.Parallel()
	c, now := newCounts(), time.Now()
	for i := range 2 * maxRows {
		c.add(fmt.Sprint(i), Causes()[i%100], now)
	}
	if n := len(c.rows); n < maxRows || n > maxRows+len(Causes()) {
		t.Errorf("%d rows", n)
	}
	sum := 0
	for _, row := range c.rows {
		sum += row.times(now)
	}
	if sum != 2*maxRows {
		t.Errorf("%d of %d are counted", sum, 2*maxRows)
	}
	c.add("new", "empty", now.Add(25*time.Hour))
	if len(c.rows) != 1 {
		t.Errorf("%d rows a day later", len(c.rows))
	}
}

func TestTitles(t *testing.T) {
	t.Parallel()
	causes := Causes()
	for i, cause := range causes {
		en, zh := Title(bilingual.En, cause), Title(bilingual.Zh, cause)
		if en == "" || !strings.ContainsFunc(zh, func(r rune) bool { return unicode.Is(unicode.Han, r) }) || slices.Contains(causes[:i], cause) {
			t.Errorf("%s: %q, %q", cause, en, zh)
		}
	}
	if len(causes) != len(explain.RequestCauses())+len(titles) {
		t.Errorf("%d causes, %d titles", len(causes), len(titles))
	}
}

// BenchmarkRefused is what a refused request costs beside its answer while more are
// refused than are examined.
func BenchmarkRefused(b *testing.B) {
	r := New(new(told), never)
	defer r.Stop()
	q := noSign(registry(b), shop, zap.NewNop())
	b.ReportAllocs()
	for b.Loop() {
		r.Refused(q)
	}
}
