package v2_test

import (
	"errors"
	"fmt"
	"net/url"

	v2 "github.com/paybridge/paybridge/translate/v2"
)

// Whatever is wrong with a message, Open says the same to everybody. The reason
// goes to the operator's observer alone.
func ExampleCodec_Open() {
	ours := codec("merchant_private.pem", "gateway_public.pem")
	gateway := codec("gateway_private.pem", "merchant_public.pem")
	envelope, err := gateway.Seal("473053110001", "", []byte(`{"head":{},"body":{}}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	plain, err := ours.Open(envelope)
	fmt.Println(string(plain), err)

	envelope.Sign = envelope.MsgEnc
	_, err = ours.Open(envelope)
	fmt.Println(errors.Is(err, v2.ErrRefused), err)
	// Output:
	// {"head":{},"body":{}} <nil>
	// true message refused
}

// A notice arrives as a form. What it says of the order is read after it was
// opened.
func ExampleMessage_OrderState() {
	ours := codec("merchant_private.pem", "gateway_public.pem")
	gateway := codec("gateway_private.pem", "merchant_public.pem")
	sealed, err := gateway.Seal("473053110001", "P0012026112112000000000001", []byte(`{"head":{"merchantId":"473053110001"},`+
		`"body":{"orderNo":"P0012026112112000000000001","tranState":"11","totalAmt":19.99,"payTime":"20261121120512"}}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	form, err := url.ParseQuery(sealed.Encode())
	if err != nil {
		fmt.Println(err)
		return
	}

	notice, err := v2.EnvelopeFrom(form.Get)
	if err != nil {
		fmt.Println(err)
		return
	}
	plain, err := ours.Open(notice)
	if err != nil {
		fmt.Println(err)
		return
	}
	message, err := v2.ParseMessage(plain)
	if err != nil {
		fmt.Println(err)
		return
	}
	said := message.Notice()
	fmt.Println(said.OrderNo, said.TranState.Paid(), said.Amount, said.Time, said.Err)
	// Output:
	// P0012026112112000000000001 true 19.99 20261121120512 <nil>
}

// Only a code that surely refuses is a refusal: what is not known is unknown.
func ExampleClassify() {
	for _, code := range []string{"S0000000", "E1200003", "E0000000", "E9999999", "E8000001", "E8000003", ""} {
		fmt.Printf("%q %s\n", code, v2.Classify(code))
	}
	// Output:
	// "S0000000" processed
	// "E1200003" refused
	// "E0000000" unknown
	// "E9999999" unknown
	// "E8000001" not_found
	// "E8000003" repeated
	// "" unknown
}
