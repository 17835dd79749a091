package v2_test

import (
	"fmt"
	"os"

	v2 "github.com/paybridge/paybridge/translate/v2"
)

// A pay request leaves for the gateway, and the gateway's answer is opened, read
// and classified.
func Example() {
	ours := codec("merchant_private.pem", "gateway_public.pem")
	gateway := codec("gateway_private.pem", "merchant_public.pem")

	// The way out.
	head := v2.Head{
		MerchantID: "473053110001", TranFlowID: "47305311000120261121120000000001",
		TranTime: "20261121120000", TranCode: v2.TranPay,
	}
	plain, err := v2.PayRequest{
		OrderID: "P0012026112112000000000001", TotalAmt: "19.99", Subject: "order 1",
		PayChannel: "00", PayMode: "00", SpbillCreateIP: "203.0.113.9",
		NotifyURL: "https://pay.example.com/onepay/notify", ExpireTime: "20261121140000",
	}.Marshal(head)
	if err != nil {
		fmt.Println(err) // names the member, as in "body.totalAmt: …"
		return
	}
	request, err := ours.Seal(head.MerchantID, head.TranFlowID, plain)
	if err != nil {
		fmt.Println(err)
		return
	}
	body := request.Encode() // what is posted to the gateway

	// The gateway opens it and answers.
	received, err := v2.ParseEnvelope([]byte(body))
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := gateway.Open(received); err != nil {
		fmt.Println(err)
		return
	}
	answer, err := gateway.Seal("473053110001", "", []byte(`{"head":{"respCode":"S0000000"},`+
		`"body":{"tranState":"12","codeUrl":"weixin://wxpay/bizpayurl?pr=Nf547CJ"}}`))
	if err != nil {
		fmt.Println(err)
		return
	}

	// The way in.
	plain, err = ours.Open(answer)
	if err != nil {
		fmt.Println(err)
		return
	}
	message, err := v2.ParseMessage(plain)
	if err != nil {
		fmt.Println(err)
		return
	}
	reply := message.PayReply()
	fmt.Println(v2.Classify(reply.Head.RespCode), reply.TranState, reply.TranState.Paid(), reply.Err)
	fmt.Println(reply.CodeURL)
	// Output:
	// processed 12 false <nil>
	// weixin://wxpay/bizpayurl?pr=Nf547CJ
}

// codec has the keys of one side: its own private key and the public key of the
// other side.
func codec(own, peer string) *v2.Codec {
	private, err := v2.ParsePrivateKey(read(own), "")
	if err != nil {
		panic(err)
	}
	public, err := v2.ParsePublicKey(read(peer))
	if err != nil {
		panic(err)
	}
	c, err := v2.NewCodec(v2.Intl, private, public)
	if err != nil {
		panic(err)
	}
	return c
}

// read returns a file of keys.
func read(name string) []byte {
	data, err := os.ReadFile("testdata/" + name)
	if err != nil {
		panic(err)
	}
	return data
}
