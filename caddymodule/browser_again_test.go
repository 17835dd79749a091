package caddymodule

import (
	"database/sql"
	"net/http"
	"testing"
)

// onRecord runs a statement on the ledger's file from outside, and returns the
// text it yields, if any.
func (s *payerServer) onRecord(t *testing.T, statement string) (text string) {
	t.Helper()
	db, err := sql.Open("sqlite", s.ledger+"?_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.QueryContext(t.Context(), statement)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(&text); err != nil {
			t.Fatal(err)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return text
}

// A payer who has paid and comes back before the notice has come is not shown
// the payment again, nor that the time to pay is over.
func TestPaidMeanwhile(t *testing.T) { // not parallel: one Caddy a process
	for name, age := range map[string]string{
		"open":    "UPDATE orders SET created_at = created_at - 60000",
		"expired": "UPDATE orders SET created_at = created_at - 60000, expires_at = created_at",
	} {
		t.Run(name, func(t *testing.T) {
			s := startPayerServer(t, "jsapi hosted")
			payID := s.submitWxJsApi(t, aOrderID, "")
			s.browser().get(t, payLinkOf(aOrderID, payID)).wants(t, http.StatusOK, "前往支付页面")
			s.gateway.answerPaid()
			s.onRecord(t, age)
			s.browser().get(t, payLinkOf(aOrderID, payID)).wants(t, http.StatusConflict, "订单已支付")
		})
	}
}

// A HEAD, as of a program that checks links, hands out no form.
func TestHeadChangesNothing(t *testing.T) { // not parallel: one Caddy a process
	s := startPayerServer(t, "jsapi hosted")
	payID := s.submitWxJsApi(t, aOrderID, "")
	s.browser().open(t, http.MethodHead, payLinkOf(aOrderID, payID), nil).wants(t, http.StatusOK, "")
	if state := s.onRecord(t, "SELECT state FROM orders"); state != "begun" {
		t.Errorf("order is %s", state)
	}
}

// Who keeps coming back from WeChat with made-up codes is not listened to for
// the rest of a minute; WeChat is asked no more.
func TestTooManyReturns(t *testing.T) { // not parallel: one Caddy a process
	s := startPayerServer(t, "")
	s.wechat.say(`{"errcode":40029,"errmsg":"invalid code"}`)
	b := s.browser()
	for range budgetMessages {
		b.get(t, b.toWeChat(t, s, openIDLink(shopURL))).wants(t, http.StatusBadGateway, "")
	}
	asked := len(s.wechat.tokens())
	b.get(t, b.toWeChat(t, s, openIDLink(shopURL))).wants(t, http.StatusTooManyRequests, "")
	if n := len(s.wechat.tokens()); n != asked || asked != budgetMessages {
		t.Errorf("WeChat was asked %d times, then %d", asked, n)
	}
}
