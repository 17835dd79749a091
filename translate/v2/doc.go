// Package v2 speaks the new wire: the encrypted "onePay" protocol between the
// bridge and the gateway.
//
// A message is JSON text, {"head":{..},"body":{..}}. It travels in an
// [Envelope] of five form parameters: the text encrypted with a session key
// made for this one message, the session key sealed to the receiver, the
// sender's signature over the plain text, and two numbers that say whose
// message it is. A [Suite] names the algorithms: [Intl] (DES, RSA, SHA-1) or
// [GM] (SM4, SM2, SM3). They are the gateway's choice, not ours.
//
// The way out is a request type's Marshal, [Codec.Seal], [Envelope.Encode]:
//
//	own, err := v2.ParsePrivateKey(file, password)
//	peer, err := v2.ParsePublicKey(gatewayFile)
//	codec, err := v2.NewCodec(v2.Intl, own, peer)
//	plain, err := v2.PayRequest{OrderID: "A2345678", TotalAmt: "0.01", ...}.Marshal(head)
//	envelope, err := codec.Seal(head.MerchantID, head.TranFlowID, plain)
//	post(envelope.Encode())
//
// The way in is [ParseEnvelope] for an answer or [EnvelopeFrom] for a notice,
// [Codec.Open], [ParseMessage], and then the reading that fits the interface,
// such as [Message.PayReply] or [Message.OrderState]. [Classify] says what a
// respCode means, [TranState] and [RefundState] what a state means. While one of
// the sides changes its key, a [Keyring] stands for the codec.
//
// The package computes: bytes in, values out. It opens no file, asks no
// clock, starts no goroutine and knows neither HTTP nor Caddy. Everything it
// returns is safe for concurrent use.
//
// Sources are the gateway's message page and what was seen in the field, which
// wins where they differ. Wire spellings (spbillCreatIp, exprieTime) appear
// only in the member tables.
package v2
