package pages

import (
	"bytes"
	"crypto/rand"
	"net/http"
	"strconv"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
)

// Page is one of the pages of this package: [WeChatPay], [Hosted], [Outside],
// [Result] or [Refusal].
type Page interface {
	// name is that of the page's design.
	name() string
	// scenes are what the page can say, by the names its template uses.
	scenes() scenes
	// needs are what the page may do besides showing itself.
	needs() needs
}

// Order is what pages tell of an order, so that payers recognise it.
type Order struct {
	OrderID string // the merchant's number
	Amount  int64  // fen; 0 is not shown
	MerID   string // the merchant
}

// Write answers r with p in the language of the browser. Neither the answer nor
// its address is kept or told to anybody: it may not be stored, framed or named
// as a referrer, and loads nothing.
func Write(w http.ResponseWriter, r *http.Request, status int, p Page) {
	nonce := rand.Text()
	lang := bilingual.LangOf(r, bilingual.Zh) // nearly all payers read Chinese
	var body bytes.Buffer
	if err := render(&body, p, lang, nonce); err != nil {
		// A page that cannot be made is a bug that tests find.
		http.Error(w, "page not available", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(body.Len()))
	h.Set("Content-Language", string(lang))
	h.Set("Content-Security-Policy", p.needs().policy(nonce))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	// A browser that has gone away misses nothing: it may load the page again.
	_, _ = body.WriteTo(w)
}
