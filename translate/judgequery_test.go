package translate

import (
	"fmt"
	"testing"
	"time"

	v2 "github.com/paybridge/paybridge/translate/v2"
)

// told is the body of a message that tells all of the order.
func told(state string) string {
	return fmt.Sprintf(`{"merOrderId":%q,"state":%q,"totalAmt":"19.99","payTime":"2026-11-21 12:00:01"}`, testOrderNo, state)
}

var toldPaid = Report{State: Paid, PaidAt: time.Date(2026, 11, 21, 12, 0, 1, 0, Beijing)}

func TestJudgeQuery(t *testing.T) {
	t.Parallel()
	notFound := Report{State: InDoubt, NotFound: true, Reason: "gateway has no such record"}
	for _, c := range []struct {
		name string
		says says
		want Report
	}{
		{"accepted", says{body: told("10")}, Report{State: Pending}},
		{"processing", says{body: told("12")}, Report{State: Pending}},
		{"paid", says{body: told("11")}, toldPaid},
		{"failed", says{body: told("13")}, Report{State: Failed}},
		{"unknown state", says{body: told("31")}, NothingCertain(`state "31" is not known`)},
		{"no body", says{body: "-"}, NothingCertain(`state "" is not known`)},
		{"two states", says{body: `{"tranState":"13","state":"11"}`}, NothingCertain("message cannot be read")},
		{"no such order", says{respCode: "E8000001", body: "{}"}, notFound},
		{"no such order, unreadable", says{respCode: "E8000001", body: `{"state":[]}`}, notFound},
		{"no such order, and its state", says{respCode: "E8000001", body: told("11")}, NothingCertain(`gateway answered "E8000001"`)},
		{"two amounts", says{body: `{"state":"11","totalAmt":"19.99","tranAmt":"0.01"}`}, NothingCertain("message cannot be read")},
		{"in progress", says{respCode: "E0000000", body: "{}"}, NothingCertain(`gateway answered "E0000000"`)},
		{"system error", says{respCode: "E9999999", body: "{}"}, NothingCertain(`gateway answered "E9999999"`)},
		{"repeated", says{respCode: "E8000003", body: "{}"}, NothingCertain(`gateway answered "E8000003"`)},
		{"query refused", says{respCode: "E0000003", body: "{}"}, NothingCertain(`gateway answered "E0000003"`)},
		{"query refused with state 13", says{respCode: "E0000003", body: told("13")}, NothingCertain(`gateway answered "E0000003"`)},
		{"query refused with state 11", says{respCode: "E0000003", body: told("11")}, NothingCertain(`gateway answered "E0000003"`)},
		{"no respCode", says{respCode: "-", body: told("11")}, NothingCertain(`gateway answered ""`)},
		{"failed, no order number", says{body: `{"tranState":"13"}`}, Report{State: Failed}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := JudgeQuery(c.says.message(t).OrderState(), expectedOrder())
			mismatched(t, err, false)
			if !same(got, c.want) {
				t.Errorf("%+v, want %+v", got, c.want)
			}
		})
	}
}

// TestJudgeClose: only an answer that was processed closes an order, and only an error that
// says what became of the close refuses it; neither when it says that the order is paid.
func TestJudgeClose(t *testing.T) {
	t.Parallel()
	closed := Report{State: Closed}
	refused := func(class string) Report {
		return Report{State: InDoubt, Reason: "gateway answered " + class, Refused: true}
	}
	unread := func(code string) Report {
		return Report{State: InDoubt, Reason: `gateway could not read the close: "` + code + `"`, OurFault: true}
	}
	for _, c := range []struct {
		name string
		says says
		want Report
	}{
		{"nothing but processed", says{body: "-"}, closed},
		{"unpaid", says{body: told("12")}, closed},
		{"failed", says{body: told("13")}, closed},
		{"a state that is not known", says{body: told("14")}, closed},
		{"paid", says{body: told("11")}, NothingCertain("gateway says that the order is paid")},
		{"two states", says{body: `{"tranState":"12","state":"11"}`}, NothingCertain("answer cannot be read")},
		{"a state twice", says{body: `{"tranState":"12","tranState":"11"}`}, NothingCertain("answer cannot be read")},
		{"refused", says{respCode: "E1234567", body: "-"}, refused("refused")},
		{"refused, empty body", says{respCode: "E1234567", body: "{}"}, refused("refused")},
		{"refused, unpaid", says{respCode: "E1234567", body: told("12")}, refused("refused")},
		{"no such order", says{respCode: "E8000001", body: "-"}, refused("not_found")},
		{"closed before", says{respCode: "E8000003", body: "-"}, refused("repeated")},
		{"refused, paid", says{respCode: "E1234567", body: told("11")}, NothingCertain("gateway answered refused")},
		{"refused, two states", says{respCode: "E1234567", body: `{"tranState":"12","state":"11"}`}, NothingCertain("gateway answered refused")},
		{"refused, names nothing", says{respCode: "E1234567", flowNo: "-", body: "-"}, NothingCertain("gateway answered refused")},
		{"member refused", says{respCode: "E0000003", body: "-"}, unread("E0000003")},
		{"form refused", says{respCode: "E0000004", body: "-"}, unread("E0000004")},
		{"not decrypted", says{respCode: "E0000005", body: "-"}, unread("E0000005")},
		{"in progress", says{respCode: "E0000000", body: "-"}, NothingCertain("gateway answered unknown")},
		{"system error", says{respCode: "E9999999", body: "-"}, NothingCertain("gateway answered unknown")},
		{"no respCode", says{respCode: "-", body: "-"}, NothingCertain("gateway answered unknown")},
		{"names nothing", says{flowNo: "-", body: "-"}, NothingCertain(unnamed)},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := JudgeClose(c.says.message(t).OrderState(), expectedOrder())
			mismatched(t, err, false)
			if got != c.want {
				t.Errorf("%+v, want %+v", got, c.want)
			}
		})
	}
}

// same compares reports; times are the same when they are the same instant.
func same(a, b Report) bool {
	at := a.PaidAt.Equal(b.PaidAt)
	a.PaidAt, b.PaidAt = time.Time{}, time.Time{}
	return at && a == b
}

func TestJudgeNotice(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		says says
		want Report
	}{
		{"paid", says{body: told("11")}, toldPaid},
		{"paid, in another transaction", says{tranCode: "OP3001", body: told("11")}, toldPaid},
		{"paid, without respCode", says{respCode: "-", respDesc: "-", body: told("11")}, toldPaid},
		{"failed", says{tranCode: "OP3001", body: told("13")}, Report{State: Failed}},
		{"processing", says{body: told("12")}, Report{State: Pending}},
		{"state of a refund", says{body: told("31")}, NothingCertain(`state "31" is not known`)},
		{"nothing", says{body: "{}"}, NothingCertain(`state "" is not known`)},
		{"two states", says{body: `{"tranState":"13","state":"11"}`}, NothingCertain("message cannot be read")},
		{
			"amount as a number, time of the message", says{body: `{"merOrderId":"` + testOrderNo + `","state":"11","totalAmt":19.99}`},
			Report{State: Paid, PaidAt: time.Date(2026, 11, 21, 12, 0, 5, 0, Beijing)},
		},
		{
			"time that is none", says{body: `{"merOrderId":"` + testOrderNo + `","state":"11","totalAmt":"19.99","payTime":"noon"}`},
			Report{State: Paid},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := JudgeNotice(c.says.message(t).OrderState(), expectedOrder())
			mismatched(t, err, false)
			if !same(got, c.want) {
				t.Errorf("%+v, want %+v", got, c.want)
			}
		})
	}
}

// reports are the ways in which the gateway tells of an order.
var reports = map[string]func(v2.Statement, Expected) (Report, error){"query": JudgeQuery, "notice": JudgeNotice}

// TestReportsMismatch brings query answers and notices that tell of something
// else, or claim a payment without saying which.
func TestReportsMismatch(t *testing.T) {
	t.Parallel()
	body := func(orderNo, state, amount string) string {
		return fmt.Sprintf(`{"merOrderId":%q,"state":%q,"totalAmt":%s}`, orderNo, state, amount)
	}
	const another = "P0012026112112000000000002"
	for _, c := range []struct {
		name string
		says says
	}{
		{"another merchant", says{merchant: "473053110002", body: told("11")}},
		{"another merchant, pending", says{merchant: "473053110002", body: told("12")}},
		{"no merchant, paid", says{merchant: "-", body: told("11")}},
		{"another order", says{body: body(another, "11", `"19.99"`)}},
		{"another order, failed", says{body: body(another, "13", `"19.99"`)}},
		{"another order, unknown state", says{body: body(another, "99", `"19.99"`)}},
		{"paid without order number", says{body: `{"state":"11","totalAmt":"19.99"}`}},
		{"paid without amount", says{body: `{"merOrderId":"` + testOrderNo + `","state":"11"}`}},
		{"paid with amount null", says{body: body(testOrderNo, "11", "null")}},
		{"a fen less", says{body: body(testOrderNo, "11", "19.98")}},
		{"a fen more", says{body: body(testOrderNo, "11", `"20.00"`)}},
		{"a tenth of a fen more", says{body: body(testOrderNo, "11", `"19.991"`)}},
		{"amount in fen", says{body: body(testOrderNo, "11", "1999")}},
		{"another amount, failed", says{body: body(testOrderNo, "13", "1999")}},
		{"zero", says{body: body(testOrderNo, "11", "0")}},
		{"negative", says{body: body(testOrderNo, "11", "-19.99")}},
		{"exponent", says{body: body(testOrderNo, "11", "1.999e1")}},
		{"true", says{body: body(testOrderNo, "11", "true")}},
		{"around the world of int64", says{body: body(testOrderNo, "11", `"184467440737095536.15"`)}},
	} {
		for name, judge := range reports {
			t.Run(name+"/"+c.name, func(t *testing.T) {
				t.Parallel()
				got, err := judge(c.says.message(t).OrderState(), expectedOrder())
				mismatched(t, err, true)
				if err != nil && got != NothingCertain(err.Error()) {
					t.Errorf("%+v; want nothing certain", got)
				}
			})
		}
	}
}

// An answer to something else than the query is none; notices have a tranCode of
// their own.
func TestJudgeQueryWantsItsTranCode(t *testing.T) {
	t.Parallel()
	for _, body := range []string{told("11"), told("12"), "{}"} {
		got, err := JudgeQuery(says{tranCode: "OP2002", body: body}.message(t).OrderState(), expectedOrder())
		mismatched(t, err, true)
		if got.State != InDoubt || got.NotFound {
			t.Errorf("%s: %+v", body, got)
		}
	}
	got, err := JudgeQuery(says{tranCode: "OP2002", respCode: "E8000001", body: "{}"}.message(t).OrderState(), expectedOrder())
	mismatched(t, err, true)
	if got.NotFound {
		t.Error("believed that there is no such order")
	}
}

// An expectation that says nothing expects nothing: it must not be met by a
// message that says something.
func TestEmptyExpectationMatchesNoPayment(t *testing.T) {
	t.Parallel()
	for _, body := range []string{told("11"), `{"state":"11","totalAmt":"0"}`} {
		got, err := JudgeNotice(says{body: body}.message(t).OrderState(), Expected{})
		mismatched(t, err, true)
		if got.State != InDoubt {
			t.Errorf("%s: %+v", body, got)
		}
	}
}
