package pages

import (
	"testing"

	"github.com/paybridge/paybridge/translate"
)

const (
	samplePay = `{"appId":"wx2421b1c4370ec43b","timeStamp":"1395712654",` +
		`"nonceStr":"e61463f8efa94090b1f366cccfbbb444","package":"prepay_id=wx21201855730335ac86f8c43d1889123400",` +
		`"signType":"RSA","paySign":"oR9d8PuhnIc+YZ8cBHFCwfgpaK9gd7vaRvkYD7rthRAZ/X+QBhcCYL21N7cHCTUxbQ+EAt6Uy+lwSN22f5YZvI45MLko8Pfso0jm46v5hqcVwrk6uddkGuT+Cdvu4WBqDzaDjnNa5UK3GfE1Wfl2gHxIIY5lLdUgWFts17D4WuolLLkiFZV+JSHMvH7eaLdT9N5GBovBwu5yYKUR7skR8Fu+LozcSqQixnlEZUfyE55feLOQTUYzLmR9pNtPbPsu6WVhbNHMS3Ss2+AehHvz+n64GDmXxbX++IOBvm2olHu3PsOUGRwhudhVf7UcGcunXt8cqNjKNqZLhLw4jq/xDg=="}`
	sampleStatus = "/wxjsapi/status.json?id=Ab3Cd5Ef7Gh9Ab3Cd5Ef7Gh9Ab3Cd5Ef"
	sampleResult = "/wxjsapi/result.html?id=Ab3Cd5Ef7Gh9Ab3Cd5Ef7Gh9Ab3Cd5Ef"
	sampleShop   = "https://shop.example.com/done?from=pay&resp=eyJyZXN1bHRjb2RlIjoiMDAwMCJ9&sign=0123456789abcdef0123456789abcdef"
	sampleLink   = "https://pay.example.com/wxjsapi/gopay.html?merid=89900001&orderid=20261122101530123456&code=Ab3Cd5Ef7Gh9Ab3Cd5Ef7Gh9Ab3Cd5Ef"
	sampleAction = "https://gw.example.com/onePayService/onePay.do"
)

var sampleOrder = Order{OrderID: "20261122101530123456", Amount: 1999, MerID: "89900001"}

func mustPayData(t *testing.T) PayData {
	t.Helper()
	data, err := ParsePayData(samplePay)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// samples are pages as payers see them, by name: each type, each state, each
// reason.
func samples(t *testing.T) map[string]Page {
	t.Helper()
	pages := map[string]Page{
		"wechatpay": WeChatPay{sampleOrder, mustPayData(t), sampleStatus, sampleResult},
		"hosted": Hosted{sampleOrder, sampleAction, []Field{
			{"merchant_id", "473053110001"}, {"msg_enc", "3f2a"}, {"key_enc", "77"}, {"sign", "beef"},
		}},
		"hosted_nowhere": Hosted{Order: sampleOrder, Action: "javascript:alert(1)"},
		"outside":        Outside{sampleLink},
		"outside_nolink": Outside{"weixin://pay"},
		"result_onward":  Result{sampleOrder, translate.PayerPaid, sampleStatus, sampleShop},
	}
	for _, state := range translate.PayerViews() {
		pages["result_"+string(state)] = Result{sampleOrder, state, sampleStatus, ""}
	}
	for _, reason := range Reasons() {
		pages["refusal_"+string(reason)] = Refusal{Reason: reason, Link: sampleResult}
	}
	return pages
}
