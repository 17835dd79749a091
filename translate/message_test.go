package translate

import (
	"errors"
	"fmt"
	"testing"

	v2 "github.com/paybridge/paybridge/translate/v2"
)

// The one order that the tests of this package tell of: 19.99 yuan.
const (
	testMerchant = "473053110001"
	testOrderNo  = "P0012026112112000000000001"
	testRefundNo = "R" + testOrderNo
	testFlowNo   = "47305311000120261121120000010001"
	testFen      = 1999
)

// says is a signed message of the gateway. The zero value of a member stands for
// what an honest gateway writes; "-" leaves the member out.
type says struct {
	merchant, flowNo, tranCode, respCode, respDesc string
	respMsg                                        string // left out when empty
	body                                           string // JSON; "-" leaves the whole body out
}

// message reads the message from its JSON text, as the bridge does.
func (s says) message(t testing.TB) v2.Message {
	t.Helper()
	head := ""
	for _, m := range []struct{ name, value, honest string }{
		{"merchantId", s.merchant, testMerchant},
		{"tranFlowid", s.flowNo, testFlowNo},
		{"tranCode", s.tranCode, v2.TranPay},
		{"respCode", s.respCode, v2.RespProcessed},
		{"respDesc", s.respDesc, "网关的话"},
	} {
		switch m.value {
		case "-":
			continue
		case "":
			m.value = m.honest
		}
		head += fmt.Sprintf("%q:%q,", m.name, m.value)
	}
	if s.respMsg != "" {
		head += fmt.Sprintf("%q:%q,", "respMsg", s.respMsg)
	}
	text := `{"head":{` + head + `"tranTime":"20261121120005"}`
	if s.body != "-" {
		text += `,"body":` + s.body
	}
	message, err := v2.ParseMessage([]byte(text + "}"))
	if err != nil {
		t.Fatalf("the test's own message: %v", err)
	}
	return message
}

// mismatched fails the test unless err says whether the message told of
// something else, as expected.
func mismatched(t testing.TB, err error, want bool) {
	t.Helper()
	if errors.Is(err, ErrMismatch) != want || (err != nil) != want {
		t.Errorf("error %v; want a mismatch: %v", err, want)
	}
}

func expectedOrder() Expected {
	return Expected{GatewayMerchant: testMerchant, FlowNo: testFlowNo, TranCode: v2.TranPay, OrderNo: testOrderNo, Amount: testFen}
}
