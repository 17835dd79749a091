package caddymodule

import (
	"database/sql"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/paybridge/paybridge/caddymodule/internal/inbound"
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

// A payer may come back by the link that has submitted the order. What it leads to is the same
// as behind the order's own link: the gateway is asked, and who has paid is not told to order
// again.
func TestGatewayLinkOfKnownOrders(t *testing.T) { // not parallel: one Caddy a process
	s := startPayerServer(t, "")
	tests := map[string]struct {
		orderID, becomes string
		paid             bool // after the order was over
		status           int
		says             string
	}{
		"in doubt and expired": {"T20261121000000001", "state='in_doubt', pay_data='', expires_at=created_at", false, http.StatusGone, "订单已过期"},
		"failed, paid late":    {"T20261121000000002", "state='failed', settled_at=created_at", true, http.StatusOK, "款项退回中"},
		"closed, paid late":    {"T20261121000000003", "state='closed', settled_at=created_at", true, http.StatusOK, "款项退回中"},
		"closed":               {"T20261121000000004", "state='closed', settled_at=created_at", false, http.StatusGone, "订单已关闭"},
		"refunding":            {"T20261121000000005", "state='refunding', settled_at=created_at, refund_no='R5'", false, http.StatusOK, "款项退回中"},
		"refunded":             {"T20261121000000006", "state='refunded', settled_at=created_at, refund_no='R6'", false, http.StatusOK, "款项退回中"},
		"refund failed":        {"T20261121000000007", "state='refund_failed', settled_at=created_at, refund_no='R7'", false, http.StatusConflict, "订单已支付"},
	}
	link := func(orderID string) string {
		return signedLinkOf(inbound.WxGatewayPath, wxJsApi(orderID, `,"openid":"`+payerOpenID+`"`))
	}
	own := make(map[string]string)
	for _, test := range tests {
		own[test.orderID] = s.browser().get(t, link(test.orderID)).goesTo(t, inbound.GoPayPath).String()
		s.browser().get(t, own[test.orderID]).wants(t, http.StatusOK, "canarypaysign")
		s.onRecord(t, "UPDATE orders SET created_at = created_at - 60000, "+test.becomes+" WHERE order_id='"+test.orderID+"'")
	}
	for _, late := range []bool{false, true} {
		if late {
			s.gateway.answerPaid()
		}
		for name, test := range tests {
			if test.paid != late {
				continue
			}
			t.Run(name, func(t *testing.T) {
				if to := s.browser().get(t, link(test.orderID)).goesTo(t, inbound.GoPayPath).String(); to != own[test.orderID] {
					t.Errorf("goes to %s, want %s", to, own[test.orderID])
				}
				s.browser().get(t, own[test.orderID]).wants(t, test.status, test.says)
			})
		}
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

// Carriers have thousands of payers behind one address. A client there that comes
// back from WeChat with made-up codes shuts no other payer out, and has WeChat asked
// a few at a time.
func TestReturnsAmongMadeUpCodes(t *testing.T) { // not parallel: one Caddy a process
	s := startPayerServer(t, "")
	s.wechat.sayOf("made-up", `{"errcode":40029,"errmsg":"invalid code"}`)
	junk := func() {
		b := s.browser()
		back := strings.Replace(b.toWeChat(t, s, openIDLink(shopURL)), "code="+weChatCode, "code=made-up", 1)
		b.get(t, back).wants(t, http.StatusBadGateway, "")
	}
	var flood sync.WaitGroup
	for range 8 {
		flood.Go(func() {
			for range 20 {
				junk()
			}
		})
	}
	for range 20 {
		flood.Go(func() {
			b := s.browser()
			b.get(t, b.toWeChat(t, s, openIDLink(shopURL))).goesTo(t, "https://"+shopHost)
		})
	}
	flood.Wait()
	b := s.browser() // when the budget is surely spent
	b.get(t, b.toWeChat(t, s, openIDLink(shopURL))).goesTo(t, "https://"+shopHost)
}
