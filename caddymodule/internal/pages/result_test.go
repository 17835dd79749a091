package pages

import (
	"html"
	"strings"
	"testing"

	"github.com/paybridge/paybridge/translate"
)

func TestResultGoesOn(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name               string
		state              translate.PayerView
		next               string
		waits, goes, links bool
	}{
		{"open", translate.PayerOpen, "", true, false, false},
		{"open with an address", translate.PayerOpen, sampleShop, true, false, false},
		{"unknown", "settled", sampleShop, true, false, false},
		{"none", "", "", true, false, false},
		{"paid", translate.PayerPaid, "", false, false, false},
		{"paid with an address", translate.PayerPaid, sampleShop, false, true, true},
		{"paid with a bad address", translate.PayerPaid, "javascript:alert(1)", false, false, false},
		{"closed", translate.PayerClosed, sampleShop, false, false, true},
		{"failed", translate.PayerFailed, sampleShop, false, false, true},
		{"refunded", translate.PayerRefunded, sampleShop, false, false, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			page := html.UnescapeString(written(Result{sampleOrder, test.state, sampleStatus, test.next}, "zh").Body.String())
			found := map[string]bool{
				`http-equiv="refresh"`:        test.waits,
				`data-state="open"`:           test.waits,
				`data-next="` + sampleShop:    test.goes,
				`href="` + sampleShop:         test.links,
				`data-status="/wxjsapi/statu`: true,
				"javascript:":                 false,
			}
			for text, want := range found {
				if strings.Contains(page, text) != want {
					t.Errorf("page contains %s: %v, want %v", text, !want, want)
				}
			}
		})
	}
}

func TestAmounts(t *testing.T) {
	t.Parallel()
	tests := map[int64]string{
		1:               "<dd>¥0.01</dd>",
		100:             "<dd>¥1.00</dd>",
		1999:            "<dd>¥19.99</dd>",
		123456789012345: "<dd>¥1234567890123.45</dd>",
	}
	for fen, want := range tests {
		page := written(Result{Order: Order{OrderID: "x", Amount: fen}, State: translate.PayerPaid}, "zh").Body.String()
		if !strings.Contains(page, want) {
			t.Errorf("%d fen: no %s in\n%s", fen, want, page)
		}
	}
	page := written(Result{Order: Order{OrderID: "x"}, State: translate.PayerPaid}, "zh").Body.String()
	if strings.Contains(page, "¥") {
		t.Error("an unknown amount is shown")
	}
}
