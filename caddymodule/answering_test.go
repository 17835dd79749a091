package caddymodule

import (
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/caddyserver/caddy/v2"

	"github.com/paybridge/paybridge/caddymodule/internal/guard"
	"github.com/paybridge/paybridge/caddymodule/internal/rollback"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// codings are ways in which an old gateway packs what it answers.
var codings = map[string]func(io.Writer) io.WriteCloser{
	"":     func(w io.Writer) io.WriteCloser { return unpacked{w} },
	"gzip": func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) },
	"br":   func(w io.Writer) io.WriteCloser { return unreadable{w} },
}

type unpacked struct{ io.Writer }

func (unpacked) Close() error { return nil }

// unreadable stands for a coding that the bridge does not undo.
type unreadable struct{ to io.Writer }

func (u unreadable) Write(p []byte) (int, error) {
	_, err := u.to.Write([]byte("\x0b\x02\x80"))
	return len(p), err
}

func (unreadable) Close() error { return nil }

// packedAnswers are how many answers of a packingGateway are packed.
const packedAnswers = 6

// packingGateway is an old gateway that refuses a third of the payments. Its last answer
// is plain.
func packingGateway(t *testing.T, coding string) *httptest.Server {
	t.Helper()
	answered := 0 // one request at a time
	old := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		code := v1.CodeOK
		if answered++; answered%3 == 0 {
			code = v1.CodeRefused
		}
		packs := codings[""]
		if coding != "" && answered <= packedAnswers {
			w.Header().Set("Content-Encoding", coding)
			packs = codings[coding]
		}
		to := packs(w)
		_, _ = to.Write(v1.SealReply(fmt.Appendf(nil, `{"respcode":%q}`, code), v1.NewKey(signKey)))
		_ = to.Close()
	}))
	t.Cleanup(old.Close)
	return old
}

// Programs ask for gzip without knowing it, and what the old gateway answers them is what
// v2 is compared with.
func TestPackedAnswersOfTheOldGatewayAreCounted(t *testing.T) { // not parallel: one Caddy a process
	for coding, want := range map[string]rollback.Tally{
		"": {Payments: 7, Refused: 2}, "gzip": {Payments: 7, Refused: 2}, "br": {Payments: 1},
	} {
		t.Run(coding, func(t *testing.T) {
			s := startServer(t, "old_gateway "+packingGateway(t, coding).URL+"\ndefault_route old\nrollback")
			for n := range packedAnswers + 1 {
				form := sealed(payJSON(fmt.Sprintf("T202611210000000%02d", n)), signKey).Encode()
				s.exchange(t, formPost("/api/mpgateway", "Accept-Encoding: "+coding+"\r\n", form), false)
			}
			if got := oldTally(t, want); got != want {
				t.Errorf("the guard has counted %+v, want %+v", got, want)
			}
		})
	}
}

// TestSilenceOfV2IsCounted: where v2 does not answer, the merchant of a scanned code hears
// 00, and for the guard it is as refused as any other payment.
func TestSilenceOfV2IsCounted(t *testing.T) { // not parallel: one Caddy a process
	s := startServer(t, "old_gateway "+packingGateway(t, "").URL+"\ndefault_route v2\nrollback")
	s.gateway.answerWith(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusGatewayTimeout) })
	for n, action := range []string{"WxCode", "WxSao", "AliCode"} {
		order := fmt.Sprintf(`{"action":%q,"txnamt":"1999","merid":"89900001","orderid":"T2026112100000000%02d","code":"130000000000000001","ip":"192.0.2.1","backurl":"https://shop.example/notify"}`, action, n)
		s.postForm(t, "/api/mpgateway", sealed(order, signKey))
	}
	want := rollback.Tally{Payments: 3, Refused: 3}
	if got := tallyOf(t, want, func(s guard.State) rollback.Tally { return s.V2 }); got != want {
		t.Errorf("the guard has counted %+v, want %+v", got, want)
	}
}

// oldTally is what the guard has counted of the old gateway.
func oldTally(t *testing.T, want rollback.Tally) rollback.Tally {
	t.Helper()
	return tallyOf(t, want, func(s guard.State) rollback.Tally { return s.Old })
}

// tallyOf is what the guard has counted of a side, which may come after the answer.
func tallyOf(t *testing.T, want rollback.Tally, side func(guard.State) rollback.Tally) rollback.Tally {
	t.Helper()
	running, err := caddy.ActiveContext().App("paybridge")
	if err != nil {
		t.Fatal(err)
	}
	e := running.(*App).engine.Load()
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		if s, ok := e.guard.State("89900001"); !ok || side(s) == want || time.Now().After(deadline) {
			return side(s)
		}
	}
}
