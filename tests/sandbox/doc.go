// Package sandbox is the other side of the bridge: a v2 payment gateway that
// whole-system tests and the demo talk to.
//
// It is written from the specification and the field page alone and shares no
// code with the bridge, so that a mistake in the bridge's codec cannot hide
// behind the same mistake here. It opens what it receives, checks the
// plaintext against the tables in interfaces.go, and writes every deviation
// down as a [Violation]; a test that ends with violations has failed.
//
// A [Gateway] is an http.Handler with four faces:
//
//   - POST /onePayService/onePay.do is the v2 interface: pay (OP1001), refund
//     (OP1003), query (OP2001), refund query (OP2002) and close (configurable).
//   - A browser that posts a JS pay there without wxIsRaw gets the gateway's own
//     page to pay on; its buttons post to /onePayService/hosted.do.
//   - /_sandbox/ is the control interface, in JSON, for loopback callers only:
//     state, exchanges, behaviour, pay, refund, notice, release, reset.
//   - The methods State, Exchanges, Script, Pay, SettleRefund, SendNotice and
//     so on do the same for tests in the same process.
//
// The gateway is honest until told otherwise. A [Rule], or a special amount
// (see [Behaviours]), makes it slow, silent, broken or dishonest, before or
// after it has processed the request. The order book says what really
// happened to the money, whatever was answered.
//
// The old v1 gateway, which the bridge replaces, is package oldgateway.
//
// [WeChat] is what a payer with a phone brings along: the authorisation that tells
// the openid, and the bridge inside WeChat's browser that pays.
//
// The Caddy module http.handlers.paybridge_sandbox serves the same gateway
// from a Caddyfile. It belongs in demo and test builds only.
package sandbox
