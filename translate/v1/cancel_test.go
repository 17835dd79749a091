package v1_test

import (
	"testing"

	v1 "github.com/paybridge/paybridge/translate/v1"
)

// Only a cancel is one: what a payer's browser is given with the same signature
// is not.
func TestParseCancel(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		more string
		want v1.Code
	}{
		"as in the book":         {``, ""},
		"empty members":          {`,"code":"","backurl":null`, ""},
		"unknown member":         {`,"note":"x"`, ""},
		"link to gopay.html":     {`,"code":"0123456789ABCDEFGHIJ0123456789AB"`, v1.CodeBadRequest},
		"link to wxjspaygateway": {`,"txnamt":"1999","backurl":"https://shop.example/n"`, v1.CodeBadRequest},
		"front return":           {`,"resultcode":"0000"`, v1.CodeBadRequest},
		"reply of the bridge":    {`,"respcode":"00"`, v1.CodeBadRequest},
		"number for text":        {`,"code":1`, v1.CodeBadRequest},
		"something else":         {`,"code":[1]`, v1.CodeBadRequest},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ref, err := v1.ParseCancel([]byte(`{"merid":"89900001","orderid":"20261122000001"` + c.more + `}`))
			if code := v1.CodeOf(err); (c.want == "" && err != nil) || (c.want != "" && code != c.want) {
				t.Fatalf("%v", err)
			}
			if c.want == "" && ref.OrderID != "20261122000001" {
				t.Errorf("%+v", ref)
			}
		})
	}
}
