package v1_test

import (
	"fmt"
	"strings"

	v1 "github.com/paybridge/paybridge/translate/v1"
)

// A refusal says to the merchant what is wrong with a code, and to the operator
// with the member and a reason.
func ExampleParsePay() {
	_, err := v1.ParsePay([]byte(`{"action":"WxSao","txnamt":"19.99","merid":"89900001",` +
		`"orderid":"T20261121000000001","backurl":"https://shop.example/notify"}`))
	fmt.Println(v1.CodeOf(err), v1.CodeOf(err).Meaning())
	fmt.Println(err)
	// Output:
	// 98 amount is not acceptable
	// txnamt: not a whole number of fen: "19.99"
}

// A form whose plus signs became blanks on the way is repaired, because the
// signature then fits. Another key is not accepted.
func ExampleOpen() {
	key := v1.NewKey("0123456789abcdef0123456789abcdef")
	keys := func(merid string) []v1.Key {
		if merid != "89900001" {
			return nil
		}
		return []v1.Key{key}
	}
	form := v1.SealRequest([]byte(`{"merid":"89900001","orderid":"T20261121>>1"}`), key)
	form.Req = strings.ReplaceAll(form.Req, "+", " ")
	opened, err := v1.Open(form, keys)
	fmt.Println(opened.MerID, opened.Variant, err)

	forged := v1.SealRequest([]byte(`{"merid":"89900001","orderid":"T20261121000000001"}`), v1.NewKey("guessed"))
	_, err = v1.Open(forged, keys)
	fmt.Println(v1.CodeOf(err), err)
	// Output:
	// 89900001 blanks for plus <nil>
	// 91 sign: matches no received form of req
}

// A merchant's program reads a notification: it verifies the form with its sign
// key and finds the result in the message.
func ExampleOpenResponse() {
	key := v1.NewKey("0123456789abcdef0123456789abcdef")
	body := v1.SealForm(v1.Notification{
		ResultCode: v1.ResultPaid, TxnAmt: 1999, MerID: "89900001", OrderID: "T20261121000000001",
		QueryID: "H0012026112112000000000001", PayTime: "2026-11-21 12:05:12",
	}.JSON(), key)

	params := v1.ParseForm(body)
	response, err := v1.OpenResponse(params["resp"], params["sign"], key)
	if err != nil {
		fmt.Println(err)
		return
	}
	notification, err := v1.ParseNotification(response.JSON)
	fmt.Println(notification.OrderID, notification.ResultCode, notification.TxnAmt, "fen", err)
	// Output:
	// T20261121000000001 0000 1999 fen <nil>
}

// A key does not show itself, however it is printed.
func ExampleNewKey() {
	key := v1.NewKey("0123456789abcdef0123456789abcdef")
	fmt.Printf("%v %+v %q %#v\n", key, key, key, key)
	fmt.Println(key.Sign("eyJtZXJpZCI6Ijg5OTAwMDAxIn0="))
	// Output:
	// *** *** *** ***
	// 9b86ad7bf4a28a4c5402b3a1cef67ef6
}
